"""Bringing a text into a draft that is already being worked on."""

import pytest
from conftest import CRM, NOW

from session_app.domain.errors import Conflict, Invalid
from session_app.services.adoption import digest
from session_app.services.authority import CONSOLE
from session_app.services.console import call_session
from session_app.services.importing import import_draft, read_source
from session_app.services.issuing import assemble_now
from session_app.store import drafts

DEMO = CRM / "demo"


@pytest.fixture
def other(room):
    """A second session beside the demonstration."""
    return call_session(room.desk, folder=str(CRM), id="grcm-panama-2027", body="grcm", ppt="PAN", city="Panamá", starts="2027-06-02", ends="2027-06-04", zone="America/Panama")["session"]  # fmt: skip


def bring(room, session, name, language):
    read = read_source(name, (DEMO / name).read_bytes(), language)
    return import_draft(room.desk, session, read, person=CONSOLE, now=NOW)


def test_words_in_the_other_language_reopen_what_was_agreed_without_them(room, other):
    draft = bring(room, other, "san-salvador-2017.es.txt", "es")
    rows = drafts.rows(room.desk.store, draft)
    with room.desk.store.transaction(NOW) as tx:
        tx.execute("update paragraph set state = 'agreed' where id = ?", (rows[0].id,))
    bring(room, other, "san-salvador-2017.en.md", "en")
    assert drafts.rows(room.desk.store, draft)[0].state == "proposed"


def test_nothing_is_brought_into_a_draft_with_an_adopted_paragraph(room, other):
    draft = bring(room, other, "san-salvador-2017.es.txt", "es")
    row = drafts.rows(room.desk.store, draft)[0]
    texts = room.desk.drafts.texts(row.id)
    with room.desk.store.transaction(NOW) as tx:
        drafts.adopt_text(tx, row.id, texts, digest=digest(texts), by="", present=(), override="x")
        tx.execute("update paragraph set state = 'adopted' where id = ?", (row.id,))
    with pytest.raises(Conflict, match="paragraph.adopted"):
        bring(room, other, "san-salvador-2017.en.md", "en")
    assert not any(room.desk.drafts.texts(each.id)["en"] for each in drafts.rows(room.desk.store, draft))  # fmt: skip


def test_a_text_of_more_paragraphs_than_a_draft_may_have_is_refused_whole(room, other):
    points = "\n\n".join(f"{n}. Agradecer a los países por la reunión {n}." for n in range(1, 700))
    read = read_source("x.md", f"# CONCLUSIONES\n\n{points}\n".encode(), "es")
    with pytest.raises(Invalid, match="draft.too_long"):
        import_draft(room.desk, other, read, person=CONSOLE, now=NOW)
    draft = drafts.draft_of(room.desk.store, other)
    assert draft is not None
    assert not drafts.rows(room.desk.store, draft.id)


def test_a_session_may_be_written_in_english_first(room, other):
    draft = bring(room, other, "san-salvador-2017.en.md", "en")
    bring(room, other, "san-salvador-2017.es.txt", "es")
    assert drafts.draft(room.desk.store, draft).origin == "en"
    assert assemble_now(room.desk, other, "bilingual", "bracketed")


def test_sections_stand_in_the_order_of_the_text_also_where_the_body_has_others(room, other):
    points = "1. Agradecer a los países miembros por su apoyo a la reunión.\n"
    titles = ["RECOMENDACIONES", "DECLARACIÓN", "CONCLUSIONES"]
    text = "\n".join(f"# {title}\n\n{points}" for title in titles)
    read = read_source("x.md", text.encode(), "es")
    draft = import_draft(room.desk, other, read, person=CONSOLE, now=NOW)
    sections = drafts.sections(room.desk.store, draft)
    assert [each.key for each in sections] == ["recommendations", "declaration", "conclusions"]
    rows = drafts.rows(room.desk.store, draft)
    assert [row.section for row in rows] == [each.id for each in sections]
