"""Our own files, and what a device may keep: by version, packed, and nothing that hangs on who asks."""

import gzip
import json
import re
import shutil
from urllib.parse import urljoin

import pytest

from session_app.config import ROOT
from session_app.web.shell import find_bundles, list_kept


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


def test_every_module_a_kept_one_names_is_kept_or_in_its_bundle(get, kept):
    files = set(kept["files"])
    modules = [each for each in files if each.endswith(".js")]
    assert f"/static/{kept['version']}/js/pages/draft.js" in modules
    for module in modules:
        for name in re.findall(r'(?:^import|[ }]from)\s*"([^"]+)"', get(module).text, re.M):
            assert urljoin(module, name) in files, (module, name)


@pytest.fixture
def static(tmp_path):
    """Our own files, to change."""
    return shutil.copytree(ROOT / "static", tmp_path / "static")


def test_a_page_whose_modules_have_changed_is_sent_as_they_are_written(static):
    assert find_bundles(static)["js/pages/badges.js"] == "vendor/bundled/js/pages/badges.js"
    changed = static / "js" / "pages" / "badges.js"
    changed.write_text(changed.read_text() + "// changed\n")
    bundles = find_bundles(static)
    assert "js/pages/badges.js" not in bundles
    assert "js/lib/shell.js" in bundles


def test_what_a_changed_page_imports_is_kept_again(static):
    whole = list_kept(static, "0", find_bundles(static))
    assert "/static/0/js/lib/connection.js" not in whole
    shared = static / "js" / "lib" / "connection.js"
    shared.write_text(shared.read_text() + "// changed\n")
    bundles = find_bundles(static)
    assert "js/pages/home.js" not in bundles
    assert "js/pages/draft.js" not in bundles
    parts = list_kept(static, "0", bundles)
    assert {"/static/0/js/lib/connection.js", "/static/0/vendor/live.js"} <= set(parts)


def test_a_changed_vendor_bundle_is_not_hidden_by_what_was_made_before_it(static):
    (static / "vendor" / "live.js").write_text("export {};")
    assert "js/pages/home.js" not in find_bundles(static)
    assert "js/pages/signin.js" in find_bundles(static)


def test_the_drafting_page_and_its_line_are_bundled_together_or_not_at_all(static):
    both = {"js/pages/draft.js", "js/editor/line.js"}
    assert both <= find_bundles(static).keys()
    changed = static / "js" / "editor" / "line.js"
    changed.write_text(changed.read_text() + "// changed\n")
    assert not both & find_bundles(static).keys()


def test_without_bundles_everything_is_sent_as_it_is_written(static):
    shutil.rmtree(static / "vendor" / "bundled")
    assert find_bundles(static) == {}


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
