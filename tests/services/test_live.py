"""How a word reaches the draft: checked, stored, told, acknowledged, in that order."""

import pycrdt
import pytest
from conftest import NOW

from session_app.domain.errors import Conflict, Forbidden
from session_app.services.live import LiveDrafts, Writing
from session_app.store import drafts


class Tab:
    """A browser's copy of one paragraph, with a client id leased to its person."""

    def __init__(self, room, role, paragraph):
        self.room, self.role, self.paragraph = room, role, paragraph
        with room.desk.store.transaction(NOW) as tx:
            self.client = drafts.lease_clients(tx, room.draft, person=room.person[role], tab="t")[0]
        self.doc = pycrdt.Doc(client_id=self.client)
        self.texts = {
            language: self.doc.get(language, type=pycrdt.Text) for language in ("es", "en")
        }
        self.doc.apply_update(room.desk.drafts.diff(paragraph, b"\x00"))

    def type(self, language, words, at=0):
        before = self.doc.get_state()
        self.texts[language].insert(at, words)
        return self.doc.get_update(before)

    def strike(self, language, start, stop):
        updates = []
        subscription = self.doc.observe(lambda event: updates.append(event.update))
        del self.texts[language][start:stop]
        self.doc.unobserve(subscription)
        return updates[0]

    def writing(self, update):
        return Writing(
            self.room.draft, self.paragraph, self.room.person[self.role], self.client, update, "sid"
        )

    def send(self, update):
        writing = self.writing(update)
        self.room.desk.drafts.submit(writing)
        self.room.desk.drafts.flush(NOW)
        writing.wait()


def row(room, **wanted):
    return next(row for row in room.rows() if all(getattr(row, k) == v for k, v in wanted.items()))


def test_an_acknowledged_word_is_on_disk(room):
    tab = Tab(room, "drafting-can", row(room, state="proposed").id)
    tab.send(tab.type("es", "Hoy "))
    again = LiveDrafts(room.desk.store, room.desk.authority, room.desk.drafts.style)
    assert again.texts(tab.paragraph)["es"].startswith("Hoy ")


def test_a_word_is_told_only_after_it_is_on_disk(room):
    tab = Tab(room, "drafting-can", row(room, state="proposed").id)
    on_disk = []

    def relay(relayed):
        found = room.desk.store.one(
            "select count(*) from text_update where paragraph = ?", (tab.paragraph,)
        )
        on_disk.extend((each.update, found[0]) for each in relayed)

    before = room.desk.store.one(
        "select count(*) from text_update where paragraph = ?", (tab.paragraph,)
    )[0]
    room.desk.drafts.relay = relay
    update = tab.type("es", "Hoy ")
    tab.send(update)
    assert on_disk == [(update, before + 1)]


def test_two_delegations_words_in_one_group_are_both_kept(room):
    paragraph = row(room, state="proposed").id
    can, mex = Tab(room, "drafting-can", paragraph), Tab(room, "drafting-mex", paragraph)
    writings = [
        can.writing(can.type("es", "uno ")),
        mex.writing(mex.type("en", "two ")),
        can.writing(can.type("es", "tres ")),
    ]
    for writing in writings:
        room.desk.drafts.submit(writing)
    room.desk.drafts.flush(NOW)
    for writing in writings:
        writing.wait()
    texts = room.desk.drafts.texts(paragraph)
    assert texts["es"].startswith("tres uno ")
    assert texts["en"].startswith("two ")


def test_an_edit_of_an_agreed_text_is_a_new_proposal(room):
    tab = Tab(room, "drafting-can", row(room, state="agreed").id)
    tab.send(tab.type("es", "Hoy "))
    assert row(room, id=tab.paragraph).state == "proposed"


def test_an_update_sent_again_changes_nothing_and_is_acknowledged(room):
    tab = Tab(room, "drafting-can", row(room, state="agreed").id)
    update = tab.type("es", "Hoy ")
    tab.send(update)
    room.do("chair", "paragraph.mark", paragraph=tab.paragraph, state="agreed")
    tab.send(update)
    assert row(room, id=tab.paragraph).state == "agreed"
    assert room.desk.drafts.texts(tab.paragraph)["es"].count("Hoy ") == 1


def test_a_gap_is_told_apart_so_that_the_tab_can_mend_it(room):
    tab = Tab(room, "drafting-can", row(room, state="proposed").id)
    tab.type("es", "lost ")
    with pytest.raises(Conflict, match="update.gap"):
        tab.send(tab.type("es", "kept "))


def test_another_persons_client_id_is_refused(room):
    paragraph = row(room, state="proposed").id
    can, mex = Tab(room, "drafting-can", paragraph), Tab(room, "drafting-mex", paragraph)
    forged = can.writing(can.type("es", "forged "))
    forged.person = room.person["drafting-mex"]
    room.desk.drafts.submit(forged)
    room.desk.drafts.flush(NOW)
    with pytest.raises(Forbidden, match="update.rejected"):
        forged.wait()
    mex.send(mex.type("es", "honest "))
    assert "forged" not in room.desk.drafts.texts(paragraph)["es"]


@pytest.mark.parametrize(
    "role",
    [
        "delegate-hnd",
        "observer-organisation",
        "observer-country",
        "rrocm",
        "projector",
        "interpreter",
    ],
)
def test_who_may_not_write_writes_nothing(room, role):
    tab = Tab(room, role, row(room, state="proposed").id)
    held = room.desk.drafts.texts(tab.paragraph)
    with pytest.raises(Forbidden):
        tab.send(tab.type("es", "x"))
    assert room.desk.drafts.texts(tab.paragraph) == held


def test_an_interpreter_with_leave_writes_the_language_that_is_not_the_drafts_own(room):
    room.do(
        "chair",
        "grant.give",
        person=room.person["interpreter"],
        right="read_draft",
        reason="Interpreta",
    )
    tab = Tab(room, "interpreter", row(room, state="proposed").id)
    with pytest.raises(Conflict, match="paragraph.other_language"):
        tab.send(tab.type("es", "no "))
    fresh = Tab(room, "interpreter", tab.paragraph)
    fresh.send(fresh.type("en", "yes "))
    assert room.desk.drafts.texts(tab.paragraph)["en"].startswith("yes ")


def test_a_grant_withdrawn_counts_at_the_next_letter(room):
    grant = room.do(
        "chair",
        "grant.give",
        person=room.person["interpreter"],
        right="read_draft",
        reason="Interpreta",
    )
    tab = Tab(room, "interpreter", row(room, state="proposed").id)
    tab.send(tab.type("en", "yes "))
    room.do("chair", "grant.withdraw", grant=grant["grant"])
    with pytest.raises(Forbidden):
        tab.send(tab.type("en", "no "))


def test_words_for_a_paragraph_adopted_meanwhile_are_refused_and_nothing_is_half_done(room):
    from session_app.services.adoption import digest

    kept, adopted = [each for each in room.rows() if each.state == "agreed"][:2]
    can_kept, can_adopted = (
        Tab(room, "drafting-can", kept.id),
        Tab(room, "drafting-can", adopted.id),
    )
    late = can_adopted.type("es", "tarde ")
    room.do(
        "chair",
        "paragraph.adopt",
        paragraph=adopted.id,
        digest=digest(room.desk.drafts.texts(adopted.id)),
    )
    with pytest.raises(Conflict, match="paragraph.adopted"):
        can_adopted.send(late)
    can_kept.send(can_kept.type("es", "a tiempo "))
    assert "tarde" not in room.desk.drafts.texts(adopted.id)["es"]
    assert room.desk.drafts.texts(kept.id)["es"].startswith("a tiempo ")


def test_words_for_a_deleted_paragraph_are_refused(room):
    target = next(each for each in room.rows() if each.kind == "item")
    tab = Tab(room, "drafting-can", target.id)
    room.do("drafting-mex", "paragraph.delete", paragraph=target.id)
    with pytest.raises(Conflict, match="paragraph.gone"):
        tab.send(tab.type("es", "x"))


def test_after_many_updates_a_snapshot_saves_the_replay_and_the_log_stays_whole(room):
    tab = Tab(room, "drafting-can", row(room, state="proposed").id)
    for _ in range(210):
        tab.send(tab.type("es", "a"))
    logged = room.desk.store.one(
        "select count(*) from text_update where paragraph = ?", (tab.paragraph,)
    )[0]
    snapshot, after, _ = drafts.text_log(room.desk.store, tab.paragraph)
    assert logged >= 210
    assert snapshot is not None
    assert len(after) < 20
    again = LiveDrafts(room.desk.store, room.desk.authority, room.desk.drafts.style)
    assert again.texts(tab.paragraph) == room.desk.drafts.texts(tab.paragraph)


def test_when_the_disk_refuses_nothing_is_acknowledged_or_shown(room):
    tab = Tab(room, "drafting-can", row(room, state="proposed").id)
    told = []
    room.desk.drafts.relay = told.extend
    held = room.desk.drafts.texts(tab.paragraph)
    room.desk.store.all("pragma max_page_count = 1")
    writing = tab.writing(tab.type("es", "x" * 9000))
    room.desk.drafts.submit(writing)
    with pytest.raises(Conflict, match="store.unavailable"):
        room.desk.drafts.flush(NOW)
    with pytest.raises(Conflict, match="store.unavailable"):
        writing.wait()
    assert told == []
    assert room.desk.drafts.texts(tab.paragraph) == held
