"""Our own files, and what a device may keep: by version, packed, and nothing that hangs on who asks."""

import gzip
import json
import re

import pytest

from session_app.config import ROOT


@pytest.fixture
def get(visit):
    """What somebody, or nobody, is answered: read whole, and its file closed."""

    def ask(path, role=None, **headers):
        answer = visit(role).get(path, **headers)
        answer.get_data()
        answer.close()
        return answer

    return ask


@pytest.fixture
def kept(get):
    """What the worker is told to keep."""
    found = re.match(r"const KEPT = (.*);\n", get("/sw.js").text)
    return json.loads(found[1])


def test_a_page_names_our_files_by_version_and_they_are_kept_for_good(visit, get, kept):
    page = visit("chair").page("chair").text
    named = set(re.findall(r'(?:href|src)="(/static/[^"#]+\.(?:css|js))"', page))
    assert len(named) >= 4
    for path in named:
        assert path.startswith(f"/static/{kept['version']}/"), path
        answer = get(path)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_an_earlier_versions_address_is_answered_and_kept_by_nobody(get):
    for path in ("/static/0123456789abcdef/css/base.css", "/static/css/base.css"):
        answer = get(path)
        assert answer.data == (ROOT / "static" / "css" / "base.css").read_bytes()
        assert answer.headers["Cache-Control"] == "no-cache"


def test_scripts_and_styles_are_packed_for_who_unpacks_them(get, kept):
    path = f"/static/{kept['version']}/vendor/editor.js"
    whole = (ROOT / "static" / "vendor" / "editor.js").read_bytes()
    packed = get(path, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Content-Type"].startswith("text/javascript")
    assert gzip.decompress(packed.data) == whole
    again = get(path, **{"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    plain = get(path, **{"Accept-Encoding": "gzip;q=0"})
    assert plain.data == whole
    assert "Content-Encoding" not in plain.headers
    picture = get("/static/icons/mark-192.png", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in picture.headers


def test_pages_are_not_packed_so_that_their_length_tells_no_secret(visit, room):
    answer = visit("chair").get(f"/s/{room.session}/chair", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


def test_what_a_device_keeps_is_there_and_the_same_for_everybody(get, room, kept):
    assert len(kept["files"]) > 40
    for path in (*kept["files"], *kept["pages"]):
        answers = [get(path, role) for role in (None, "chair", "delegate-hnd")]
        assert {each.status_code for each in answers} == {200}, path
        if not path.startswith("/guide/"):  # a guide shows one the way back
            assert len({each.data for each in answers}) == 1, path
        assert room.session.encode() not in answers[0].data


def test_every_file_a_kept_page_or_module_names_is_kept(kept):
    files = {each.removeprefix(f"/static/{kept['version']}/") for each in kept["files"]}
    for module in (ROOT / "static" / "js").rglob("*.js"):
        for name in re.findall(r'^import .*from "(\.[^"]+)"', module.read_text(), re.M):
            target = (module.parent / name).resolve().relative_to(ROOT / "static")
            assert str(target) in files, (module, name)


@pytest.mark.parametrize(("language", "name"), [("es", "CRM sesión"), ("en", "RCM session")])
def test_the_application_has_a_name_in_both_languages_and_icons_that_exist(get, language, name):
    answer = get(f"/app/{language}.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    manifest = json.loads(answer.text)
    assert (manifest["short_name"], manifest["lang"]) == (name, language)
    assert {each.get("purpose", "any") for each in manifest["icons"]} == {"any", "maskable"}
    assert {each["sizes"] for each in manifest["icons"]} == {"any", "192x192", "512x512"}
    for each in manifest["icons"]:
        assert get(each["src"]).mimetype == each["type"]
    assert get("/app/fr.webmanifest").status_code == 404
