"""One's own badge on the phone, to be scanned at the door."""

from __future__ import annotations

from flask import Flask, Response, jsonify
from segno import make_qr

from session_app.domain.access import Action
from session_app.domain.drafting import LANGUAGES
from session_app.domain.people import group_of
from session_app.services.desk import Desk, clock
from session_app.services.presence import PresenceCode, make_presence_code

from .guard import actor, door, visitor


def install(app: Flask, desk: Desk) -> None:
    """Register the badge and what its page asks for every minute."""

    def make(session: str) -> PresenceCode:
        return make_presence_code(desk, session, visitor().person, clock())

    @app.get("/s/<session>/badge")
    @door(Action.KNOW)
    def my_badge(session: str) -> str:
        code = make(session)
        holder = actor(desk, session)
        known = desk.forum.delegations.get(holder.delegation)
        name = known.name if known else dict.fromkeys(LANGUAGES, holder.delegation)
        page: str = app.extensions["show"](
            "my_badge.html",
            session,
            delegation=name,
            group=group_of(holder.category),
            code=code,
            qr=_draw(code),
        )
        return page

    @app.get("/s/<session>/badge/code")
    @door(Action.KNOW)
    def my_badge_code(session: str) -> Response:
        code = make(session)
        return jsonify(code=code.code, qr=_draw(code), left=round(code.left * 1000))


def _draw(code: PresenceCode) -> str:
    # Black on white and with its quiet zone, whatever the theme: cameras read nothing else as well.
    return make_qr(code.code, error="m").svg_data_uri(scale=8, border=4, light="#fff")
