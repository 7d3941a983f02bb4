"""The Secretariat's questions: why somebody can see something, and what the desk looks like to others.

Everything here is read: an imitation has no act in it, and its links stay inside it, because every
address of its pages begins with its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import get_args

from flask import Flask, render_template, request

from session_app.domain.access import Action, Actor, Category, Level
from session_app.domain.errors import NotFound
from session_app.domain.roster import Candidate, may_ask
from session_app.services.desk import Desk, clock
from session_app.services.inspection import (
    Door,
    Kind,
    explain,
    find_imitated,
    imitate,
    judge_doors,
    list_parties,
)
from session_app.store import people
from session_app.views.console import word_grounds
from session_app.views.documents import DocumentsModel
from session_app.views.door import NoticeModel, read_notice
from session_app.views.head import read_head
from session_app.views.live import read_topics
from session_app.views.papers import PaperGroup, PaperModel
from session_app.views.viewer import Viewer

from .guard import door, visitor
from .pages import AT_HOME, DOCUMENTS, ON_A_SCREEN, OVER_ALL

PAGES = {
    "home": (Action.KNOW, AT_HOME),
    "agenda": (Action.SEE_AGENDA, ("sitting", "agenda")),
    "draft": (Action.READ_DRAFT, ("sitting", "draft")),
    "documents": (Action.KNOW, DOCUMENTS),
    "screen": (Action.KNOW, ON_A_SCREEN),
}
"""The pages that can be looked at as others see them, what each needs, and the topics it shows."""
_TEMPLATES = {
    "home": "home.html",
    "documents": "documents.html",
    "screen": "screen.html",
    "agenda": "console_part.html",
    "draft": "console_part.html",
}


def _without_links(group: PaperGroup) -> PaperGroup:
    def without(paper: PaperModel) -> PaperModel:
        return replace(paper, files=tuple(replace(each, href="") for each in paper.files))

    return replace(group, papers=tuple(without(each) for each in group.papers))


def install(app: Flask, desk: Desk, inventory: Callable[[], Iterable[Door]]) -> None:
    """Register the pages. `inventory` lists every door of the application."""
    show = app.extensions["show"]

    def doors() -> list[Door]:
        """The doors there is something to ask about, those of a kind together."""
        kinds = get_args(Kind)
        asked = [each for each in inventory() if isinstance(each.needs, Action)]
        return sorted(asked, key=lambda each: kinds.index(each.kind))

    @app.get("/s/<session>/why")
    @door(Action.ACCREDIT)
    def why(session: str) -> str:
        asked, thing = request.args.get("person", "")[:64], request.args.get("thing", "")[:120]
        listed = doors()
        found = next((each for each in listed if f"{each.kind} {each.name}" == thing), None)
        action = found.needs if found else thing
        answer, withheld = None, False
        if asked and action in set(Action):
            answer = explain(
                desk,
                session,
                asked,
                Action(action),
                clock(),
                asker=visitor().person,
                language=found.language if found else None,
                behind=found is not None and found.behind,
            )
            withheld = answer is None
        page: str = show(
            "console_why.html",
            session,
            "sitting",
            everybody=people.accredited(desk.store, session),
            actions=list(Action),
            doors=listed,
            asked=asked,
            thing=thing,
            answer=answer,
            withheld=withheld,
            of_closed_text=found is not None and found.behind,
            grounds=word_grounds(desk, session, answer, visitor().language) if answer else None,
        )
        return page

    @app.get("/s/<session>/as")
    @door(Action.ACCREDIT)
    def choose_imitated(session: str) -> str:
        page: str = show(
            "console_choose.html",
            session,
            "sitting",
            categories=list(Category),
            parties=list_parties(desk, session),
        )
        return page

    @app.get("/s/<session>/as/<who>/doors")
    @door(Action.ACCREDIT)
    def imitated_doors(session: str, who: str) -> str:
        now = clock()
        imitated = find_imitated(desk, session, who)
        judged = judge_doors(desk, session, visitor().person, imitated, doors(), now)
        return _render(
            "console_doors.html", session, who, imitated, now, page="doors", judged=judged
        )

    @app.get("/s/<session>/as/<who>/")
    @door(Action.ACCREDIT)
    def imitated_home(session: str, who: str) -> str:
        return imitated_page(session, who, "home")

    @app.get("/s/<session>/as/<who>/<page>")
    @door(Action.ACCREDIT)
    def imitated_page(session: str, who: str, page: str) -> str:
        if page not in PAGES:
            raise NotFound("page.not_found")
        now = clock()
        imitated = find_imitated(desk, session, who)
        viewer = _viewer(session, imitated, now)
        needs, topics = PAGES[page]
        if needs not in viewer.may:
            return _render("console_absent.html", session, who, imitated, now, page=page)
        if page == "home" and viewer.shut_out and viewer.closed is not Level.NOTHING:
            return _render(
                "closed.html",
                session,
                who,
                imitated,
                now,
                page=page,
                topics=("documents",),
                notice=_notice(session, imitated),
            )
        template = _TEMPLATES[page]
        return _render(template, session, who, imitated, now, page=page, topics=topics)

    def _viewer(session: str, imitated: Actor, now: datetime) -> Viewer:
        seen = imitate(desk, session, visitor().person, imitated, now)
        return Viewer(visitor().language, seen.may, seen.closed, seen.shut_out, papers=seen.papers)

    def _notice(session: str, imitated: Actor) -> NoticeModel:
        notice = read_notice(desk, session, None)
        candidate = Candidate("", imitated.delegation, imitated.category, imitated.capacity)
        asks = notice.mode == "closed" and may_ask(candidate, desk.forum)
        return replace(notice, category=imitated.category, may_ask=asks)

    def _render(
        template: str,
        session: str,
        who: str,
        imitated: Actor,
        now: datetime,
        *,
        page: str,
        topics: tuple[str, ...] = (),
        **extra: object,
    ) -> str:
        viewer = _viewer(session, imitated, now)
        models = read_topics(desk, session, (*topics, OVER_ALL), viewer, now)
        papers = models["documents"]
        if isinstance(papers, DocumentsModel):
            # That there is a file is shown; to have it is an act, and goes into the record.
            models["documents"] = replace(
                papers,
                files=tuple(replace(each, href="") for each in papers.files),
                prepared=tuple(replace(each, href="") for each in papers.prepared),
                groups=tuple(_without_links(each) for each in papers.groups),
            )
        return render_template(
            template,
            # Every address a page makes begins with this: whatever it links to stays in the imitation.
            head=replace(read_head(desk, session), session=f"{session}/as/{who}"),
            viewer=viewer,
            seen={
                "session": session,
                "who": who,
                "category": str(imitated.category),
                "party": imitated if "." in who else None,
                "page": page,
                "pages": tuple(PAGES),
                "withheld": desk.authority.is_shut_out(session, visitor().person, now),
            },
            **models,
            **extra,
        )
