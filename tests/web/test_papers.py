"""Papers over HTTP: uploading them, listing them, and what a download says of itself."""

from __future__ import annotations

import re

import pytest
from office import PDF, office

from session_app.services.desk import clock
from session_app.services.papers import Upload, add_paper
from session_app.store import papers, sessions

URL = "http://127.0.0.1:8000"
DOCX = office("docx")


def hand_out(visitor, *circles, item="", **files):
    """Send the form of the desk."""
    form = {
        "title_es": "Informe del año",
        "title_en": "Report of the year",
        "circles": list(circles),
        "item": item,
    }
    sent = {f"file_{slot}": file for slot, file in files.items()}
    return post(visitor, f"/s/{visitor.session}/papers", form, sent)


def post(visitor, path, form, files):
    """A form as a browser writes it (RFC 7578)."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, values in form.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    parts += [
        f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        for field, (name, content) in files.items()
    ]
    body = b"".join(b"--cut\r\n" + part + b"\r\n" for part in parts) + b"--cut--\r\n"
    return visitor.client.post(
        path,
        base_url=URL,
        data=body,
        content_type="multipart/form-data; boundary=cut",
        headers={"Origin": URL},
    )


def links(page):
    return re.findall(r'href="(/s/[^"/]+/documents/[a-z2-7]{26})"', page.get_data(as_text=True))


def test_the_secretariat_hands_a_paper_out_and_a_delegate_saves_it(visit):
    answer = hand_out(visit("secretariat"), es=("Año niño.docx", DOCX), en=("year.pdf", PDF))
    assert answer.status_code == 303
    delegate = visit("delegate-hnd")
    for name in ("", "documents"):
        assert len(links(delegate.page(name))) == 2, name
    spanish, english = (delegate.get(link) for link in links(delegate.page("documents")))
    assert spanish.get_data() == DOCX
    assert english.get_data() == PDF
    headers = spanish.headers
    assert headers["Content-Disposition"] == (
        "attachment; filename=\"A_o ni_o.docx\"; filename*=UTF-8''A%C3%B1o%20ni%C3%B1o.docx"
    )
    assert english.headers["Content-Disposition"] == 'attachment; filename="year.pdf"'
    assert headers["Content-Type"].endswith("wordprocessingml.document")
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_the_sandbox_stands_on_the_word_files_too(visit):
    answer = visit("chair").page("documents/es.docx")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_an_observer_sees_what_is_for_observers_and_no_trace_of_the_rest(visit):
    secretariat = visit("secretariat")
    hand_out(secretariat, es=("a.docx", DOCX))
    page = visit("observer-organisation").page("documents")
    assert links(page) == []
    assert "Informe" not in page.get_data(as_text=True)
    hand_out(secretariat, "observer_organisations", es=("b.docx", DOCX))
    observer = visit("observer-organisation")
    (link,) = links(observer.page("documents"))
    assert observer.get(link).status_code == 200
    assert visit("observer-country").get(link).status_code == 404
    assert visit(None).get(link).status_code == 404
    others = set(links(visit("delegate-hnd").page("documents"))) - {link}
    assert observer.get(others.pop()).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.docx", b"MZ\x90", "no es Word"),
        ("a.pdf", b"%PDF-" + b"x" * 6_000_000, "6 MB"),
        ("", b"", "al menos un archivo"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_one_sentence_on_the_same_page(
    visit, room, name, content, sentence
):
    answer = hand_out(visit("secretariat"), es=(name, content))
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert sentence in page
    assert 'data-page="desk_documents"' in page
    assert papers.papers(room.desk.store, room.session) == []


def test_a_form_larger_than_three_files_is_not_listened_to(visit, room):
    answer = hand_out(visit("secretariat"), es=("a.pdf", b"%PDF-" + b"x" * 19_000_000))
    assert answer.status_code == 413
    assert papers.papers(room.desk.store, room.session) == []


def test_replacing_shows_the_revision_and_the_language_that_is_to_come(visit):
    secretariat = visit("secretariat")
    hand_out(secretariat, es=("a.docx", DOCX), en=("b.docx", DOCX))
    page = secretariat.page("desk/documents").get_data(as_text=True)
    (paper,) = set(re.findall(r'/papers/([a-z2-7]{26})"', page))
    path = f"/s/{secretariat.session}/papers/{paper}"
    answer = post(secretariat, path, {}, {"file_es": ("c.pdf", PDF)})
    assert answer.status_code == 303
    listed = visit("delegate-hnd").page("documents").get_data(as_text=True)
    assert "Rev. 1" in listed
    assert "EN: pronto" in listed
    assert len(links(visit("delegate-hnd").page("documents"))) == 1


def test_the_desk_narrows_and_withdraws_by_plain_forms(visit):
    secretariat, observer = visit("secretariat"), visit("observer-organisation")
    hand_out(secretariat, "observer_organisations", es=("a.docx", DOCX))
    page = secretariat.page("desk/documents").get_data(as_text=True)
    (paper,) = set(re.findall(r'/papers/([a-z2-7]{26})"', page))
    (link,) = links(observer.page("documents"))
    form = {"paper": paper, "title_es": "A", "title_en": "B", "document_class": "private"}
    answer = secretariat.do("paper.describe", _back="desk_documents", circles=["rrocm"], **form)
    assert answer.headers["Location"].endswith("/desk/documents")
    assert observer.get(link).status_code == 404
    secretariat.do("paper.describe", circles=["rrocm", "observer_organisations"], **form)
    assert observer.get(link).status_code == 200
    secretariat.do("paper.withdraw", paper=paper)
    assert observer.get(link).status_code == 404
    assert links(visit("chair").page("documents")) == []


def test_a_paper_of_a_closed_item_leaves_every_other_page_as_it_was(visit, room):
    chair = visit("chair")
    chair.do("agenda.add", title_es="X", title_en="Y", mode="closed")
    outsiders = [visit(each) for each in ("secretariat", "delegate-hnd", "observer-organisation")]
    places = ("", "documents", "desk/documents", "record")
    for each in outsiders:
        for name in places:
            each.page(name)  # who may not is entered in the record, once
    before = [[each.page(name).get_data() for name in places] for each in outsiders]
    item = sessions.agenda(room.desk.store, room.session)[-1].id
    add_paper(
        room.desk,
        room.session,
        titles={"es": "CANARIO", "en": "CANARY"},
        document_class="private",
        circles=(),
        item=item,
        files={"es": Upload("canario.docx", DOCX)},
        person=room.person["chair"],
        now=clock(),
    )
    assert "CANARIO" in chair.page("documents").get_data(as_text=True)
    after = [[each.page(name).get_data() for name in places] for each in outsiders]
    for old, new in zip(before, after, strict=True):
        assert new == old


def test_the_imitated_page_lists_what_both_may_see_and_hands_nothing_over(visit):
    secretariat = visit("secretariat")
    hand_out(secretariat, es=("a.docx", DOCX))
    hand_out(secretariat, "observer_organisations", es=("b.docx", DOCX))
    page = secretariat.page("as/observer_organisation/documents")
    assert page.get_data(as_text=True).count('class="paper" id="paper-') == 1
    assert links(page) == []
