"""The pages of a session: what each shows, and whom it is for."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask, render_template
from werkzeug.wrappers import Response as BaseResponse

from session_app.domain.access import Action
from session_app.domain.errors import NotFound
from session_app.i18n import format_time, phrases, say_in_both, speaker
from session_app.services.desk import Desk, clock
from session_app.store import drafts, people, sessions
from session_app.views.desk import read_tally
from session_app.views.door import read_notice
from session_app.views.drafting import read_beginning
from session_app.views.head import Me, read_head
from session_app.views.live import digest, read_topics, render_model
from session_app.views.viewer import viewer_of

from .guard import PUBLIC, actor, door, send_only_while, visitor

AT_HOME = ("sitting", "agenda", "floor", "room", "attendance", "documents", "closed_text")
"""The topics of everybody's page, but for the way into a rehearsal."""
DOCUMENTS = ("sitting", "documents", "closed_text")
"""The topics of the page of documents."""
ON_A_SCREEN = ("sitting", "screen", "floor")
"""The topics of a screen of the room."""
ON_THE_TABLET = (
    "sitting",
    "gavel",
    "quorum",
    "agenda",
    "room",
    "delegations",
    "draft",
    "door",
    "floor",
    "publication",
)
"""The topics of the chair's page."""
OVER_ALL = "soon"
"""The topic that stands over every page."""
BESIDE_THE_CLOSED_TEXT = tuple(topic for topic in ON_THE_TABLET if topic != "draft")
"""What the chair has beside the closed part's text, where that is to be adopted."""
OF_CLOSED_TEXT = {"closed_draft": Action.READ_DRAFT, "closed_text": Action.ADOPT}
"""The endpoints of the closed part's text, and what each needs: to whoever may not do that to it, pages
that are not there."""


def install(app: Flask, desk: Desk) -> None:
    """Register the pages."""

    @app.context_processor
    def speak() -> dict[str, Any]:
        language = visitor().language
        return {"language": language, "t": speaker(language), "both": say_in_both}

    def show(template: str, session: str, *topics: str, **extra: object) -> str:
        """A page of a session with the topics it shows, each read only if it may be seen."""
        now = clock()
        viewer = viewer_of(desk, session, visitor().person, now)
        person = actor(desk, session)
        shown = read_topics(desk, session, (*topics, OVER_ALL), viewer, now)
        head = read_head(desk, session)
        noted: dict[str, str] = {}

        def fragment(topic: str, model: object) -> str:
            html = render_model(topic, model, head, viewer)
            noted[topic] = digest(html)
            return html

        return render_template(
            template,
            fragment=fragment,
            noted=noted,
            head=head,
            viewer=viewer,
            me=Me(
                person.name,
                person.delegation,
                str(person.capacity),
                person.person,
                tuple(
                    read_head(desk, each)
                    for each in people.sessions_of(desk.store, person.person)
                    if each != session and desk.authority.may(each, person.person, Action.KNOW, now)
                ),
            ),
            tally=partial(read_tally, desk, session, viewer),
            **shown,
            **extra,
        )

    app.extensions["show"] = show

    @app.get("/s/<session>/")
    @door(Action.KNOW)
    def home(session: str) -> str:
        now = clock()
        viewer = viewer_of(desk, session, visitor().person, now)
        if viewer.shut_out:
            return show(
                "closed.html",
                session,
                "documents",
                notice=read_notice(desk, session, visitor().person),
            )
        return show("home.html", session, *AT_HOME, "rehearsal")

    @app.get("/s/<session>/chair")
    @door(Action.MANAGE_SITTING)
    def chair(session: str) -> str:
        return conduct(session, *ON_THE_TABLET, of_closed=False)

    @app.get("/s/<session>/documents")
    @door(Action.KNOW)
    def documents(session: str) -> str:
        return show("documents.html", session, *DOCUMENTS)

    @app.get("/s/<session>/screen")
    @door(Action.KNOW)
    def screen(session: str) -> str:
        return show("screen.html", session, *ON_A_SCREEN)

    @app.get("/s/<session>/draft")
    @door(Action.READ_DRAFT)
    def draft(session: str) -> str:
        held = drafts.draft_of(desk.store, session)
        if held is None:
            raise NotFound("draft.none")
        return edit(session, held.id, closed=False)

    @app.get("/s/<session>/closed-draft")
    @door(Action.KNOW)
    def closed_draft(session: str) -> str:
        return edit(session, require_closed_text(session, "closed_draft"), closed=True)

    @app.get("/s/<session>/closed-text")
    @door(Action.KNOW)
    def closed_text(session: str) -> str:
        require_closed_text(session, "closed_text")
        topics = (*BESIDE_THE_CLOSED_TEXT, "closed_draft")
        return conduct(session, *topics, of_closed=True)

    def conduct(session: str, *topics: str, of_closed: bool) -> str:
        held = sessions.session(desk.store, session)
        hour = format_time(held.local(clock()))
        return show("chair.html", session, *topics, of_closed=of_closed, hour=hour)

    def require_closed_text(session: str, endpoint: str) -> str:
        """The closed part's text, for as long as one may do with it what the page is for; to whoever
        may not, the page answers as one that is not there."""
        held, needs = desk.authority.closed_draft(session), OF_CLOSED_TEXT[endpoint]
        if held is None:
            raise NotFound("draft.none")
        person = visitor().person
        desk.authority.require(session, person, needs, clock(), draft=held)
        send_only_while(
            lambda: bool(desk.authority.may(session, person, needs, clock(), draft=held))
        )
        return held

    def edit(session: str, draft: str, *, closed: bool) -> str:
        page = {
            "draft": draft,
            "session": session,
            "person": visitor().person,
            "closed": closed,
        }
        strings = phrases(visitor().language, "ui.draft.", "ui.state.")
        beginning = read_beginning(desk, draft)
        return show("draft.html", session, page=page, strings=strings, beginning=beginning)

    @app.get("/s/<session>/closed")
    @door(PUBLIC)
    def closed(session: str) -> str:
        # It says the same to everybody, about any session or none.
        return render_template("closed.html", notice=None, documents=None)

    @app.get("/s/<session>/door")
    @door(Action.KNOW)
    def door_state(session: str) -> BaseResponse:
        # What the notice asks every few seconds: 204 when one may come back; 423 while the door is shut,
        # and how one stands to the list of the room.
        person = visitor().person
        if not desk.authority.is_shut_out(session, person, clock()):
            return BaseResponse(status=204)
        entry = sessions.roster(desk.store, session).get(person or "")
        return BaseResponse(entry.place if entry else "", status=423, mimetype="text/plain")
