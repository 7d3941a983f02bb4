"""The facts and settings of a session as the Secretariat edits them, and who takes part in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES, Language, Texts
from session_app.services.desk import Desk
from session_app.services.inspection import take_part
from session_app.services.settings import OF_A_SESSION, digest_of_settings, read_setting
from session_app.services.setup import digest_of, what_is_fixed
from session_app.store import sessions

from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class SettingModel:
    """Something a session may choose for itself; without a choice it is as the forum has it."""

    field: str  # of the command
    chosen: str  # empty: as the forum has it
    standing: str  # the forum's
    values: tuple[str, ...]  # what the forum allows


@dataclass(frozen=True, slots=True)
class MeetingModel:
    """Topic `meeting`."""

    facts: Mapping[str, str]  # by the field of `session.amend`
    seen_facts: str
    fixed: frozenset[str]  # fields something depends on already
    is_kept_out: bool  # by the door: then all of them are fixed
    members: Mapping[Language, tuple[tuple[str, Texts], ...]]  # in the order of each language
    settings: tuple[SettingModel, ...]
    seen_settings: str
    quorum: SettingModel
    parts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # category: part and answer
    companions: int


def read_meeting(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> MeetingModel:
    """The facts and settings of a session. For whom the door keeps out all facts are fixed: which of them
    are would tell what is adopted behind it."""
    facts = {
        "city_es": session.city["es"],
        "city_en": session.city["en"],
        "starts": session.starts.isoformat(),
        "ends": session.ends.isoformat(),
        "country": session.country,
        "ppt": session.ppt,
        "zone": session.zone,
    }
    codes = [each.code for each in desk.forum.members]
    quorum = desk.forum.settings["quorum.members"]
    return MeetingModel(
        facts=facts,
        seen_facts=digest_of(session),
        fixed=frozenset(facts) if viewer.shut_out else what_is_fixed(desk, session.id),
        is_kept_out=viewer.shut_out,
        members={
            language: tuple((each.code, each.name) for each in desk.forum.in_order(codes, language))
            for language in LANGUAGES
        },
        settings=_read_settings(desk, session.id),
        seen_settings=digest_of_settings(desk, session.id),
        quorum=SettingModel(
            "members",
            "" if session.quorum is None else str(session.quorum),
            str(quorum.value),
            ("0", *(str(each) for each in quorum.values if isinstance(each, int))),
        ),
        parts=tuple(
            (str(category), tuple(answers.items()))
            for category, answers in take_part(desk, session.id, now).items()
        ),
        companions=int(read_setting(desk, session.id, "companions")),
    )


def _read_settings(desk: Desk, session: str) -> tuple[SettingModel, ...]:
    """What a session may choose for itself, and how it stands."""
    chosen = sessions.settings(desk.store, session)
    return tuple(
        SettingModel(
            field,
            str(chosen.get(key, "")),
            str(desk.forum.settings[key].value),
            tuple(str(each) for each in desk.forum.settings[key].values),
        )
        for field, key in OF_A_SESSION.items()
    )
