"""The drafting traffic: opening a draft, exchanging updates, showing where the others are.

Structure goes by commands and events like everything else; only words and carets go here, as binary
updates of one paragraph each. The order of an update's way (checked, tried, stored, told, acknowledged)
is kept by `services.live`.
"""

from __future__ import annotations

import time
from dataclasses import asdict

from session_app.domain.access import Action
from session_app.domain.contract import MAX_TEXT
from session_app.domain.drafting import LANGUAGES
from session_app.domain.errors import Conflict, Invalid, NotFound
from session_app.services.desk import clock
from session_app.services.live import Writing
from session_app.services.structure import read_structure
from session_app.store import drafts

from .gateway import Gateway, identifier
from .lines import Connection

MAX_SYNC = 600
"""Paragraphs one synchronisation may ask for."""
MAX_AT_ONCE = 200
"""Paragraphs that come with the draft itself, for a page that has none; it asks for the others."""
NOTHING = b"\x00"
"""The state vector of a page that has nothing of a paragraph."""


class DraftingTraffic:
    """Registers the drafting messages on a gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._desk = gateway.desk
        self._publisher = gateway.publisher
        gateway.listen("draft.open", Action.READ_DRAFT, self._open)
        gateway.listen("draft.lease", Action.READ_DRAFT, self._lease)
        gateway.listen("draft.sync", Action.READ_DRAFT, self._sync, attachments=1)
        gateway.listen("draft.update", Action.READ_DRAFT, self._update, attachments=1)
        gateway.listen("draft.presence", Action.READ_DRAFT, self._presence)

    def _open(
        self, connection: Connection, values: dict[str, object]
    ) -> dict[str, object] | tuple[dict[str, object], bytes]:
        draft = self._draft(connection, values)
        tab = values.get("tab")
        if not isinstance(tab, str) or not 1 <= len(tab) <= 64:
            raise Invalid("message.malformed")
        connection.draft, connection.tab = draft.id, tab
        connection.caret = None
        connection.rights = None
        structure = read_structure(self._desk.store, draft.id, self._desk.drafts.style)
        self._publisher.tell_presence(draft.id)
        answer = {
            "ok": True,
            "draft": asdict(structure),
            "clients": self._leased(connection, draft.id),
            **(self._publisher.note_rights(connection) or {}),
            "mode": draft.mode,
            "origin": draft.origin,
            "you": self._publisher.presence_of(connection)["id"],
            "presence": self._publisher.presence(draft.id),
        }
        if values.get("texts") is not True:
            return answer
        ids = [row.id for row in structure.rows[:MAX_AT_ONCE]]
        texts = [self._desk.drafts.diff(each, NOTHING) for each in ids]
        return {**answer, "ids": ids, "lens": [len(each) for each in texts]}, b"".join(texts)

    def _lease(self, connection: Connection, values: dict[str, object]) -> dict[str, object]:
        draft = self._draft(connection, values)
        return {"ok": True, "clients": self._leased(connection, draft.id)}

    def _sync(
        self, connection: Connection, values: dict[str, object], vectors: bytes
    ) -> tuple[dict[str, object], bytes]:
        draft = self._draft(connection, values)
        ids, lens = values.get("ids"), values.get("lens")
        if (
            not isinstance(ids, list)
            or not isinstance(lens, list)
            or not len(ids) == len(lens) <= MAX_SYNC
            or len(set(map(str, ids))) != len(ids)
            or not all(type(length) is int and 0 <= length <= 65_536 for length in lens)
            or sum(lens) != len(vectors)
        ):
            raise Invalid("message.malformed")
        places = {row.id for row in drafts.rows(self._desk.store, draft.id)}
        known: list[str] = []
        diffs: list[bytes] = []
        at = 0
        for paragraph, length in zip(ids, lens, strict=True):
            vector, at = vectors[at : at + length], at + length
            if isinstance(paragraph, str) and paragraph in places:
                known.append(paragraph)
                diffs.append(self._desk.drafts.diff(paragraph, vector))
        header = {"ok": True, "ids": known, "lens": [len(diff) for diff in diffs]}
        return header, b"".join(diffs)

    def _update(
        self, connection: Connection, values: dict[str, object], update: bytes
    ) -> dict[str, object]:
        draft = self._draft(connection, values)
        paragraph, client = identifier(values, "paragraph"), values.get("client")
        if type(client) is not int or not 0 <= client < 2**32:
            raise Invalid("message.malformed")
        if not connection.updates.spend(time.monotonic()):
            raise Conflict("update.too_fast")
        writing = Writing(
            draft=draft.id,
            paragraph=paragraph,
            person=connection.person,
            client=client,
            update=update,
            origin=connection.sid,
        )
        self._desk.drafts.submit(writing)
        writing.wait()
        return {"ok": True}

    def _presence(self, connection: Connection, values: dict[str, object]) -> dict[str, object]:
        draft = self._draft(connection, values)
        paragraph, language = values.get("paragraph"), values.get("language")
        anchor, head = values.get("anchor"), values.get("head")
        if paragraph is None:
            connection.caret = None
        elif language in LANGUAGES and type(anchor) is int and type(head) is int:
            found = drafts.draft_of_paragraph(self._desk.store, identifier(values, "paragraph"))
            # Elsewhere, or in a row that is gone, is nowhere: the others are told no words of a client's own.
            connection.caret = (
                {
                    "paragraph": paragraph,
                    "language": language,
                    "anchor": max(0, min(anchor, MAX_TEXT)),
                    "head": max(0, min(head, MAX_TEXT)),
                }
                if found is not None and found[0] == draft.id
                else None
            )
        else:
            raise Invalid("message.malformed")
        self._publisher.tell_presence(draft.id)
        return {"ok": True}

    def _draft(self, connection: Connection, values: dict[str, object]) -> drafts.Draft:
        draft = drafts.draft(self._desk.store, identifier(values, "draft"))
        # The action was checked for the session the page shows; another session's draft is not there.
        if draft.session != connection.session:
            raise NotFound("draft.unknown")
        if draft.closed:  # to whoever is not on its roster it is not there either
            self._desk.authority.require(
                draft.session, connection.person, Action.READ_DRAFT, clock(), draft=draft.id
            )
        return draft

    def _leased(self, connection: Connection, draft: str) -> list[int]:
        with self._desk.store.transaction(clock()) as tx:
            return drafts.lease_clients(tx, draft, person=connection.person, tab=connection.tab)
