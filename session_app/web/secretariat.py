"""The Secretariat's desk: its sections before, during and after the session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from zoneinfo import available_timezones

from flask import Flask, Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from session_app.domain.access import Action
from session_app.domain.errors import ActError
from session_app.i18n import translate, translate_error
from session_app.services.agenda import agendas_to_copy, has_started
from session_app.services.desk import Desk, clock, enter
from session_app.services.setup import Plan, find_mistakes, found_session, refuse_in_rehearsal
from session_app.store import sessions
from session_app.views.desk import write_attendance
from session_app.views.head import read_head

from .guard import door, visitor

IN_THE_STRIP = ("sitting", "gavel", "quorum")
"""The topics every page of the desk shows."""
ZONES = sorted(each for each in available_timezones() if "/" in each)
"""The time zones a session is offered."""


def install(app: Flask, desk: Desk, folder: Path) -> None:
    """Register the pages of the desk; `folder` is the forum's, which holds the agendas sessions begin with."""
    show = app.extensions["show"]

    @app.get("/s/<session>/desk")
    @door(Action.ACCREDIT)
    def secretariat(session: str) -> str:
        page: str = show("secretariat.html", session, *IN_THE_STRIP, "connections", "attendance")
        return page

    @app.get("/s/<session>/desk/attendance.csv")
    @door(Action.MARK_ATTENDANCE)
    def attendance_table(session: str) -> Response:
        person, language, now = visitor().person, visitor().language, clock()
        enter(desk, session=session, person=person, name="attendance.download", subject="", now=now)
        table = write_attendance(desk, session, person, now, language)
        response = Response(table, mimetype="text/csv")
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{translate("ui.presence.table_file", language, session=session)}"'
        )
        return response

    @app.get("/s/<session>/desk/meeting")
    @door(Action.ACCREDIT)
    def desk_meeting(session: str) -> str:
        person, now = visitor().person, clock()
        started = has_started(desk, session, person, now)
        others = [] if started else agendas_to_copy(desk, person, now)
        page: str = show(
            "desk_meeting.html",
            session,
            *IN_THE_STRIP,
            "programme",
            "meeting",
            copies=[read_head(desk, each) for each in others if each != session],
            zones=ZONES,
        )
        return page

    @app.get("/s/<session>/desk/new")
    @door(Action.SET_UP)
    def desk_new(session: str) -> str:
        refuse_in_rehearsal(desk, session)
        held = sessions.session(desk.store, session)
        return plan_page(session, Plan(body=held.body, zone=held.zone), {})

    @app.post("/s/<session>/desk/new")
    @door(Action.SET_UP)
    def found(session: str) -> Response | BaseResponse:
        refuse_in_rehearsal(desk, session)
        person = visitor().person
        typed = {each.name: request.form.get(each.name, "")[:300].strip() for each in fields(Plan)}
        plan = Plan(**typed)
        mistakes = find_mistakes(desk, plan, person, clock())
        if mistakes:
            return make_response(plan_page(session, plan, mistakes), 400)
        made = found_session(desk, session, plan, folder, person=person, now=clock())
        return redirect(url_for("desk_meeting", session=made), 303)

    def plan_page(session: str, plan: Plan, mistakes: Mapping[str, ActError]) -> str:
        language, person = visitor().language, visitor().person
        page: str = show(
            "desk_new.html",
            session,
            *IN_THE_STRIP,
            plan=plan,
            mistakes={field: translate_error(each, language) for field, each in mistakes.items()},
            bodies=[(key, body.name) for key, body in desk.forum.bodies.items()],
            members=desk.forum.in_order([each.code for each in desk.forum.members], language),
            zones=ZONES,
            copies=[read_head(desk, each) for each in agendas_to_copy(desk, person, clock())],
        )
        return page
