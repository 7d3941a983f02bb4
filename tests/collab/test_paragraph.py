"""The live document of a paragraph: trial, apply, replay, the server's own edits."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import pycrdt
import pytest

from session_app.collab import Broken, ParagraphDoc, Rejected, merge
from session_app.domain.errors import Conflict
from session_app.domain.text import index_of_unit, units

HONEST = Path(__file__).parents[1] / "data" / "collab" / "honest.json"


class Replica:
    """An editor's copy of the paragraph, on pycrdt."""

    def __init__(self, client: int, snapshot: bytes) -> None:
        self.client = client
        self.doc: pycrdt.Doc[pycrdt.Text] = pycrdt.Doc(client_id=client)
        self.texts = {name: self.doc.get(name, type=pycrdt.Text) for name in ("es", "en")}
        self.doc.apply_update(snapshot)
        self.sent: list[bytes] = []
        self._subscription = self.doc.observe(self._note)
        self._writing = False

    def _note(self, event: pycrdt.TransactionEvent) -> None:
        if self._writing:
            self.sent.append(event.update)

    def insert(self, language: str, at: int, text: str) -> None:
        before = str(self.texts[language])[:at]
        self._writing = True
        self.texts[language].insert(len(before.encode()), text)
        self._writing = False

    def take(self) -> list[bytes]:
        sent, self.sent = self.sent, []
        return sent

    def read(self) -> dict[str, str]:
        return {name: str(text) for name, text in self.texts.items()}


def written(es: str = "Los Estados", en: str = "States") -> ParagraphDoc:
    paragraph = ParagraphDoc.load(None, [])
    paragraph.apply(paragraph.write("es", client=1, insert=es))
    paragraph.apply(paragraph.write("en", client=1, insert=en))
    return paragraph


def typed(paragraph: ParagraphDoc, client: int, language: str, at: int, text: str) -> bytes:
    editor = Replica(client, paragraph.snapshot())
    editor.insert(language, at, text)
    (update,) = editor.take()
    return update


def test_a_new_paragraph_is_empty_in_both_languages() -> None:
    assert ParagraphDoc.load(None, []).texts() == {"es": "", "en": ""}


def test_a_trial_changes_nothing_and_says_what_would_change() -> None:
    paragraph = written()
    trial = paragraph.try_update(typed(paragraph, 5, "en", 6, " agree"), client=5)
    assert trial.changed == {"en"}
    assert trial.before == {"es": "Los Estados", "en": "States"}
    assert trial.after == {"es": "Los Estados", "en": "States agree"}
    assert paragraph.texts() == trial.before
    assert 5 not in paragraph.state_vector()


def test_an_update_tried_and_refused_leaves_no_trace_in_the_next_trial() -> None:
    paragraph = written()
    paragraph.try_update(typed(paragraph, 5, "es", 0, "NO "), client=5)
    trial = paragraph.try_update(typed(paragraph, 6, "es", 11, " acuerdan"), client=6)
    assert trial.after["es"] == "Los Estados acuerdan"
    paragraph.apply(trial.update)
    assert paragraph.texts()["es"] == "Los Estados acuerdan"


def test_striking_a_text_and_writing_the_same_again_counts_as_a_change() -> None:
    paragraph = written()
    update = paragraph.write("es", client=5, at=0, delete=3, insert="Los")
    trial = paragraph.try_update(update, client=5)
    assert trial.before == trial.after
    assert trial.changed == {"es"}
    assert not trial.known


def test_a_text_may_not_grow_beyond_its_limit_but_may_shrink() -> None:
    paragraph = written(es="x" * 20_000)
    with pytest.raises(Rejected, match=r"paragraph\.too_long"):
        paragraph.try_update(typed(paragraph, 5, "es", 4, "y"), client=5)
    with pytest.raises(Rejected, match=r"paragraph\.too_long"):
        paragraph.write("es", client=5, insert="y")
    shorter = paragraph.write("es", client=5, at=4, delete=1)
    assert paragraph.try_update(shorter, client=5).changed == {"es"}


def test_two_editors_of_one_paragraph_converge_with_the_server() -> None:
    dice = random.Random(11)
    paragraph = written()
    editors = [Replica(client, paragraph.snapshot()) for client in (21, 22)]
    inboxes: list[list[bytes]] = [[], []]
    for _ in range(400):
        index = dice.randrange(2)
        editor = editors[index]
        language = dice.choice(("es", "en"))
        text = str(editor.texts[language])
        editor.insert(
            language, dice.randrange(len(text) + 1), dice.choice(("á", "😀", "del ", "x"))
        )
        if dice.random() < 0.5:
            for update in editor.take():
                trial = paragraph.try_update(update, client=editor.client)
                paragraph.apply(trial.update)
                inboxes[1 - index].append(trial.update)
            for update in inboxes[index]:
                editor.doc.apply_update(update)
            inboxes[index].clear()
    for index, editor in enumerate(editors):
        for update in editor.take():
            paragraph.apply(paragraph.try_update(update, client=editor.client).update)
            inboxes[1 - index].append(update)
    for editor, inbox in zip(editors, inboxes, strict=True):
        editor.doc.apply_update(merge(inbox))
        assert editor.read() == paragraph.texts()


def test_the_log_replayed_gives_the_same_document() -> None:
    for run in json.loads(HONEST.read_text())["runs"][:6]:
        paragraph, log = ParagraphDoc.load(None, []), []
        for count, (client, encoded) in enumerate(run["updates"]):
            trial = paragraph.try_update(base64.b64decode(encoded), client=client)
            if not trial.known:
                paragraph.apply(trial.update)
                log.append(trial.update)
            if count == 100:
                snapshot, at = paragraph.snapshot(), len(log)
        for replayed in (
            ParagraphDoc.load(None, log),
            ParagraphDoc.load(snapshot, log[at:]),
            ParagraphDoc.load(snapshot, log),
            ParagraphDoc.load(None, [merge(log)]),
            ParagraphDoc.load(paragraph.snapshot(), []),
        ):
            assert replayed.texts() == paragraph.texts()
            assert replayed.state_vector() == paragraph.state_vector()
            assert replayed.encoded_state_vector()


def test_a_replica_that_was_away_gets_what_it_lacks() -> None:
    paragraph = written()
    editor = Replica(5, paragraph.snapshot())
    paragraph.apply(paragraph.write("es", client=6, at=11, insert=" señalan"))
    editor.doc.apply_update(paragraph.diff(editor.doc.get_state()))
    assert editor.read() == paragraph.texts()


def test_a_log_with_a_hole_is_not_loaded() -> None:
    paragraph = ParagraphDoc.load(None, [])
    log = []
    for letter in "abc":
        log.append(paragraph.write("es", client=1, insert=letter))
        paragraph.apply(log[-1])
    with pytest.raises(Broken):
        ParagraphDoc.load(None, [log[0], log[2]])
    with pytest.raises(Broken):
        ParagraphDoc.load(b"nonsense", [])


def test_what_pycrdt_cannot_apply_breaks_the_document_loudly() -> None:
    with pytest.raises(Broken):
        written().apply(b"\xff\xff\xff")


@pytest.mark.parametrize("at", range(10))
def test_the_server_writes_at_offsets_as_the_browser_counts_them(at: int) -> None:
    text = "añ😀é 𝄞b"  # characters of one, two, four, two, one, four and one byte
    paragraph = written(es=text)
    if at in (3, 7):  # between the halves of 😀 and of 𝄞
        with pytest.raises(Conflict):
            paragraph.write("es", client=2, at=at, insert="ß")
        return
    index = index_of_unit(text, at)
    assert units(text[:index]) == at
    paragraph.apply(paragraph.write("es", client=2, at=at, insert="ß"))
    assert paragraph.texts()["es"] == f"{text[:index]}ß{text[index:]}"


@pytest.mark.parametrize("offset", [-1, 9, 1000])
def test_an_offset_outside_the_text_is_a_conflict(offset: int) -> None:
    with pytest.raises(Conflict):
        index_of_unit("señor 😀", offset)


def test_a_split_copies_the_tail_and_strikes_it() -> None:
    paragraph, tail = written(es="Señalan 😀 que. Acuerdan 😀."), ParagraphDoc.load(None, [])
    text = paragraph.texts()["es"]
    at = units("Señalan 😀 que. ")
    tail.apply(tail.write("es", client=3, insert=text[index_of_unit(text, at) :]))
    paragraph.apply(paragraph.write("es", client=3, at=at, delete=units(text) - at))
    assert paragraph.texts()["es"] == "Señalan 😀 que. "
    assert tail.texts()["es"] == "Acuerdan 😀."


def test_the_servers_own_edits_pass_the_gate() -> None:
    paragraph = written()
    update = paragraph.write("es", client=8, at=4, delete=7, insert="Gobiernos 😀")
    trial = paragraph.try_update(update, client=8)
    assert trial.after["es"] == "Los Gobiernos 😀"
    paragraph.apply(trial.update)
    again = paragraph.write("es", client=8, at=0, delete=4)
    assert paragraph.try_update(again, client=8).after["es"] == "Gobiernos 😀"


def test_the_server_writes_anywhere_in_a_much_edited_text() -> None:
    dice = random.Random(5)
    for run in json.loads(HONEST.read_text())["runs"][:3]:
        paragraph = ParagraphDoc.load(None, [])
        for client, encoded in run["updates"]:
            trial = paragraph.try_update(base64.b64decode(encoded), client=client)
            if not trial.known:
                paragraph.apply(trial.update)
            text = paragraph.texts()["es"]
            start = dice.randrange(len(text) + 1)
            stop = min(len(text), start + dice.choice((0, 0, 4)))
            insert = dice.choice(("", "ñ", "😀 sí"))
            at, delete = units(text[:start]), units(text[start:stop])
            update = paragraph.write(
                "es", client=4_100_000_000, at=at, delete=delete, insert=insert
            )
            paragraph.apply(update)
            assert paragraph.texts()["es"] == text[:start] + insert + text[stop:]
        assert ParagraphDoc.load(paragraph.snapshot(), []).texts() == paragraph.texts()


def test_the_server_writes_no_character_a_paragraph_may_not_hold() -> None:
    with pytest.raises(Rejected):
        written().write("es", client=2, insert="dos\nlíneas")


def test_writing_nothing_is_an_update_with_nothing_in_it() -> None:
    paragraph = written()
    assert paragraph.try_update(paragraph.write("es", client=2), client=2).known
