"""Adoption: a conscious act on the text the chair has seen, and what it makes immutable."""

import io
import json
import sqlite3
import zipfile

import pytest
from conftest import NOW

from session_app.domain.errors import Conflict, Forbidden, Invalid
from session_app.services.adoption import digest, read_standing
from session_app.services.issuing import list_files, read_file
from session_app.services.structure import name_paragraphs
from session_app.store import drafts
from session_app.store.database import new_id
from session_app.word.read import read_docx


def paragraph(room, state):
    return next(row for row in room.rows() if row.state == state)


def seen(room, row):
    return digest(room.desk.drafts.texts(row.id))


def test_the_chair_adopts_an_agreed_paragraph(room):
    row = paragraph(room, "agreed")
    room.do("chair", "paragraph.adopt", paragraph=row.id, digest=seen(room, row))
    held = drafts.adopted_texts(room.desk.store, room.draft)[row.id]
    assert held.texts == room.desk.drafts.texts(row.id)
    assert held.by == room.person["chair"]
    assert held.present == ("CAN", "CRI", "SLV", "USA", "GTM", "HND", "MEX", "PAN", "DOM")
    assert held.digest == digest(held.texts)


@pytest.mark.parametrize(
    "role", ["secretariat", "drafting-can", "delegate-hnd", "observer-country", "projector"]
)
def test_nobody_but_the_chair_adopts(room, role):
    row = paragraph(room, "agreed")
    with pytest.raises(Forbidden):
        room.do(role, "paragraph.adopt", paragraph=row.id, digest=seen(room, row))


def test_a_text_that_has_changed_since_it_was_shown_is_not_adopted(room):
    row = paragraph(room, "agreed")
    shown = seen(room, row)
    with room.desk.drafts.lock, room.desk.store.transaction(NOW) as tx:
        room.desk.drafts.write(tx, room.draft, row.id, {"en": "Other words"}, person="")
    with pytest.raises(Conflict, match="paragraph.changed_since"):
        room.do("chair", "paragraph.adopt", paragraph=row.id, digest=shown)


def test_agreement_is_recorded_on_the_text_that_was_before_the_room(room):
    row = paragraph(room, "proposed")
    shown = seen(room, row)
    with room.desk.drafts.lock, room.desk.store.transaction(NOW) as tx:
        room.desk.drafts.write(tx, room.draft, row.id, {"en": "Other words"}, person="")
    with pytest.raises(Conflict, match="paragraph.changed_since"):
        room.do("chair", "paragraph.mark", paragraph=row.id, state="agreed", digest=shown)
    room.do("chair", "paragraph.mark", paragraph=row.id, state="agreed", digest=seen(room, row))
    assert paragraph(room, "agreed")


def test_a_bracketed_paragraph_is_adopted_only_when_the_chair_says_why(room):
    row = paragraph(room, "bracketed")
    with pytest.raises(Conflict, match="adoption.obstacles"):
        room.do("chair", "paragraph.adopt", paragraph=row.id, digest=seen(room, row))
    room.do(
        "chair",
        "paragraph.adopt",
        paragraph=row.id,
        digest=seen(room, row),
        override="Así lo acordó la sala",
    )
    held = drafts.adopted_texts(room.desk.store, room.draft)[row.id]
    assert held.override == "Así lo acordó la sala"


def test_an_override_without_words_is_none(room):
    standing = read_standing(room.desk, room.draft)
    with pytest.raises(Conflict, match="adoption.obstacles"):
        room.do("chair", "draft.adopt", digest=standing.digest, override="   ")


def test_obstacles_name_the_empty_language_the_bracket_and_the_undecided(room):
    reasons = {each.reason for each in read_standing(room.desk, room.draft).obstacles}
    assert reasons == {"undecided", "bracket"}
    row = paragraph(room, "agreed")
    with room.desk.drafts.lock, room.desk.store.transaction(NOW) as tx:
        room.desk.drafts.write(tx, room.draft, row.id, {"en": ""}, person="")
    found = [
        each for each in read_standing(room.desk, room.draft).obstacles if each.paragraph == row.id
    ]
    assert [(each.reason, each.language) for each in found] == [("empty", "en")]


def test_adopting_the_document_adopts_every_paragraph_and_issues_the_files(room):
    standing = read_standing(room.desk, room.draft)
    room.do("chair", "draft.adopt", digest=standing.digest, override="Consenso")
    assert {str(row.state) for row in room.rows()} == {"adopted"}
    held = drafts.draft(room.desk.store, room.draft).adopted
    assert held is not None
    assert (held.digest, held.by, held.override) == (
        standing.digest,
        room.person["chair"],
        "Consenso",
    )
    files = list_files(room.desk, room.session)
    assert [each.layout for each in files] == ["es", "en", "bilingual"]
    assert all(each.adopted and each.sha256 for each in files)
    with zipfile.ZipFile(
        io.BytesIO(
            read_file(room.desk, room.session, "es", person=room.person["chair"], clock=lambda: NOW)
        )
    ) as package:
        words = package.read("word/document.xml").decode()
    assert "Recibir y aceptar el Plan Estratégico" in words
    assert "BORRADOR" not in words


def test_the_adopted_document_says_what_was_agreed_ad_referendum_and_who_consults(room):
    def decide(row, *who):
        values = {"paragraph": row.id, "digest": seen(room, row), "result": "ad_referendum"}
        room.do("chair", "paragraph.decide", **values, delegations=who)

    first, second, third = [row for row in room.rows() if row.state == "proposed"][:3]
    decide(first, "MEX", "CAN")
    decide(second, "GTM")
    decide(third, "PAN")
    held = seen(room, first)
    room.do("chair", "paragraph.adopt", paragraph=first.id, digest=held)
    room.do("chair", "paragraph.mark", paragraph=third.id, state="agreed")
    # Positions taken behind the door are its roster's.
    with room.desk.store.transaction(NOW) as tx:
        tx.execute("update decision set behind = 1 where paragraph = ?", (second.id,))
    standing = read_standing(room.desk, room.draft)
    adopt = {"digest": standing.digest, "override": "Así lo decidió la sala"}
    room.do("chair", "draft.adopt", **adopt)
    names = name_paragraphs(room.desk.store, room.draft, room.rows(), room.desk.drafts.style)
    for language, who in (("es", "Canadá y México"), ("en", "Canada and Mexico")):
        file = read_file(
            room.desk, room.session, language, person=room.person["chair"], clock=lambda: NOW
        )
        (note,) = (
            each.text
            for each in read_docx(file).paragraphs
            if "ad refer" in each.text.casefold()[:22]
        )
        listed = note.partition(": ")[2].removesuffix(".").split("; ")
        assert f"{names[first.id][language]} ({who})" in listed
        assert names[second.id][language] in listed
        assert names[third.id][language] not in note


def test_only_the_overridden_paragraphs_carry_the_override(room):
    standing = read_standing(room.desk, room.draft)
    blocked = {each.paragraph for each in standing.obstacles}
    room.do("chair", "draft.adopt", digest=standing.digest, override="Consenso")
    held = drafts.adopted_texts(room.desk.store, room.draft)
    assert {each for each, text in held.items() if text.override} == blocked
    detail = room.desk.store.one(
        "select detail from act where act = 'paragraph.adopted' and subject = ?",
        (next(iter(blocked)),),
    )
    assert json.loads(detail["detail"])["override"] == "Consenso"


def test_without_a_template_to_print_it_with_the_document_is_not_adopted(room, tmp_path):
    room.desk.docx_templates = tmp_path
    shown = read_standing(room.desk, room.draft).digest
    with pytest.raises(Invalid, match="template.unreadable"):
        room.do("chair", "draft.adopt", digest=shown, override="La plenaria lo adopta")
    assert not drafts.adopted_texts(room.desk.store, room.draft)
    assert drafts.draft(room.desk.store, room.draft).adopted is None


def test_undo_does_not_reach_what_has_been_adopted_since(room):
    row = paragraph(room, "agreed")
    op = new_id()
    room.do("drafting-can", "paragraph.split", op=op, paragraph=row.id, language="es", at=8)
    room.do("chair", "paragraph.mark", paragraph=row.id, state="agreed")
    room.do("chair", "paragraph.adopt", paragraph=row.id, digest=seen(room, row))
    with pytest.raises(Conflict, match="paragraph.adopted"):
        room.do("drafting-can", "paragraph.undo", undoes=op)


def test_nothing_is_adopted_twice(room):
    standing = read_standing(room.desk, room.draft)
    room.do("chair", "draft.adopt", digest=standing.digest, override="Consenso")
    with pytest.raises(Conflict, match="draft.adopted"):
        room.do("chair", "draft.adopt", digest=standing.digest, override="Consenso")


def test_nothing_is_adopted_while_no_sitting_is_open(room):
    room.do("chair", "sitting.suspend")
    row = paragraph(room, "agreed")
    with pytest.raises(Conflict, match="sitting.not_open"):
        room.do("chair", "paragraph.adopt", paragraph=row.id, digest=seen(room, row))


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("paragraph.delete", {"with_block": True}),
        ("paragraph.split", {"language": "es", "at": 3}),
        ("paragraph.indent", {}),
    ],
)
def test_an_adopted_paragraph_is_changed_on_no_path(room, name, extra):
    row = [row for row in room.rows() if row.kind == "item" and row.state == "agreed"][2]
    room.do("chair", "paragraph.adopt", paragraph=row.id, digest=seen(room, row))
    with pytest.raises(Conflict, match="paragraph.adopted"):
        room.do("drafting-can", name, paragraph=row.id, **extra)
    with pytest.raises(Conflict, match="paragraph.adopted"):
        room.do("chair", "paragraph.mark", paragraph=row.id, state="proposed")


def test_the_store_itself_refuses_to_change_adopted_text(room):
    row = paragraph(room, "agreed")
    room.do("chair", "paragraph.adopt", paragraph=row.id, digest=seen(room, row))
    for statement in ("update adopted_text set es = 'x'", "delete from adopted_text"):
        with (
            pytest.raises(sqlite3.IntegrityError, match="immutable"),
            room.desk.store.transaction(NOW) as tx,
        ):
            tx.execute(statement)
    with (
        pytest.raises(sqlite3.IntegrityError, match="immutable"),
        room.desk.store.transaction(NOW) as tx,
    ):
        drafts.add_update(tx, row.id, client=1, person="", update=b"\x00\x00")
    with (
        pytest.raises(sqlite3.IntegrityError, match="truth"),
        room.desk.store.transaction(NOW) as tx,
    ):
        tx.execute("delete from text_update")
