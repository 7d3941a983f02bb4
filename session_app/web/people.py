"""The Secretariat's desk: who is accredited, lists on their way in, badges."""

from __future__ import annotations

from typing import Any

from flask import Flask, make_response, redirect, render_template, request, url_for
from segno import make_qr
from werkzeug.wrappers import Response as BaseResponse

from session_app.domain.access import Action
from session_app.domain.errors import ActError, Conflict, Invalid, NotFound
from session_app.domain.people import Capacity
from session_app.domain.sheet import FIELDS, MAX_BYTES
from session_app.i18n import translate, translate_error
from session_app.services import accrediting
from session_app.services.accrediting import read_staged
from session_app.services.desk import Desk, clock
from session_app.services.signing import issue_badge
from session_app.store import people
from session_app.store.signing import Form
from session_app.views.accreditation import STEPS, read_import, targets
from session_app.views.badges import ON_A_SHEET, read_badge, read_badges, write_invitation
from session_app.views.head import read_head
from session_app.views.viewer import viewer_of

from .guard import door, take_files, visitor
from .secretariat import IN_THE_STRIP

MAX_FORM = 18_000_000
"""Bytes of a form that brings a list: one that is too large is refused on the page it was sent from."""
_STEP_OF = {"columns": "columns", "row": "review", "confirm": "review"}
"""Where a refused act of an import is said."""


def install(app: Flask, desk: Desk, *, secure: bool) -> None:
    """Register the desk's forms. Links begin with `https` where people reach the desk by it."""
    scheme = "https" if secure else "http"

    show = app.extensions["show"]

    @app.get("/s/<session>/desk/people")
    @door(Action.ACCREDIT)
    def desk_people(session: str) -> str:
        staged = read_staged(desk, session, visitor().person, clock())
        pending = staged if staged is not None and (staged.wrong or staged.ready) else None
        page: str = show(
            "desk_people.html", session, *IN_THE_STRIP, "people", pending=pending, **_choices(desk)
        )
        return page

    @app.get("/s/<session>/desk/people/<person>")
    @door(Action.ACCREDIT)
    def desk_person(session: str, person: str) -> str:
        everybody = people.accredited(desk.store, session)
        each = next((each for each in everybody if each.person == person), None)
        if each is None:
            raise NotFound("people.unknown")
        known = desk.forum.delegations.get(each.delegation)
        delegation = known.name[visitor().language] if known else each.delegation
        page: str = show(
            "desk_person.html",
            session,
            *IN_THE_STRIP,
            each=each,
            delegation=delegation,
            **_choices(desk),
        )
        return page

    @app.get("/s/<session>/desk/people/import")
    @door(Action.ACCREDIT)
    def desk_import(session: str) -> BaseResponse | str:
        step = request.args.get("step", "file")
        return show_step(session, step if step in (*STEPS, "done") else "file")

    @app.post("/s/<session>/desk/people/import")
    @door(Action.ACCREDIT)
    def take_import(session: str) -> BaseResponse | str:
        take_files(MAX_FORM)
        act = request.form.get("act", "")
        try:
            step = import_act(session, act)
        except (Invalid, Conflict) as refusal:
            return make_response(show_step(session, _STEP_OF.get(act, "file"), refusal), 400)
        except NotFound as refusal:  # a row that is done: in another window
            return make_response(show_step(session, "review", refusal), 400)
        if request.headers.get("X-Part"):
            return show_step(session, step)
        if step == "left":
            return redirect(url_for("desk_people", session=session), 303)
        return redirect(url_for("desk_import", session=session, step=step), 303)

    def import_act(session: str, act: str) -> str:
        """Do one step of an import; returns the step that follows."""
        form = request.form
        who: Any = {"person": visitor().person or "", "now": clock()}
        match act:
            case "file":
                file = request.files.get("file")
                if file is None or not file.filename:
                    raise Invalid("people.no_file")
                with file.stream as sent:
                    content = sent.read(MAX_BYTES + 1)  # one byte more is refused by its size
                accrediting.stage(desk, session, file.filename, content, **who)
                return "columns"
            case "columns":
                fixed = {each: form.get(f"fixed_{each}", "") for each in accrediting.FIXABLE}
                columns = form.getlist("column")
                accrediting.choose_columns(desk, session, columns, fixed, **who)
                return "review"
            case "row":
                _correct(desk, session, who)
                return "review"
            case "confirm":
                accrediting.confirm(desk, session, form.get("seen", ""), **who)
                return "done"
            case "discard":
                accrediting.discard(desk, session, **who)
                return "left"
        raise Invalid("message.malformed")

    def show_step(session: str, step: str, refusal: ActError | None = None) -> BaseResponse | str:
        language, person = visitor().language, visitor().person
        staged = read_staged(desk, session, person, clock())
        if staged is None:
            step = "file"
        elif step in ("review", "confirm") and not staged.held.chosen:
            step = "columns"
        editing = request.values.get("edit", "")
        listed = None
        if staged is not None:
            listed = read_import(
                desk,
                session,
                staged,
                language,
                editing=int(editing[:6]) if editing.isdecimal() else 0,
                everything=request.args.get("all") == "yes",
            )
        problems = refusal.params.get("problems") if refusal is not None else None
        shown = {
            "step": step,
            "listed": listed,
            "targets": targets(language),
            "refusal": translate_error(refusal, language) if refusal is not None else None,
            "problems": [
                (each.line, translate(each.code, language, **each.params))
                for each in (problems if isinstance(problems, tuple | list) else ())
            ],
        }
        if request.headers.get("X-Part"):
            part = make_response(
                render_template("desk_import_step.html", head=read_head(desk, session), **shown)
            )
            part.headers["X-Part"] = "import"
            return part
        page: str = show("desk_import.html", session, *IN_THE_STRIP, **shown)
        return page

    @app.get("/s/<session>/desk/badges")
    @door(Action.ACCREDIT)
    def desk_badges(session: str) -> str:
        asked = request.args
        chosen = read_badges(
            desk,
            session,
            visitor().language,
            group=asked.get("group", ""),
            delegation=asked.get("delegation", ""),
            unprinted=asked.get("which") == "unprinted",
        )
        page: str = show("desk_badges.html", session, *IN_THE_STRIP, chosen=chosen)
        return page

    @app.post("/s/<session>/desk/badges")
    @door(Action.ACCREDIT)
    def hand_out_badges(session: str) -> str:
        """Issue badges to be printed, or invitations to be sent, for those named."""
        form: Form = "mail" if request.form.get("form") == "mail" else "paper"
        anew = request.form.get("anew") == "true"
        language, made = visitor().language, []
        wanted = dict.fromkeys(request.form.getlist("person"))
        for person in wanted:
            badge = read_badge(desk, session, person, language)
            if badge is None:
                raise NotFound("people.unknown")
            if form == "mail" and not badge.email:
                continue
            try:
                issued = issue_badge(
                    desk,
                    session,
                    person,
                    person=visitor().person,
                    now=clock(),
                    anew=anew,
                    form=form,
                )
            except Conflict:
                if len(wanted) == 1:
                    raise
                continue  # of a whole sheet, those whose codes are for others to issue are left out
            # Not the scheme of the request: the desk itself speaks plain HTTP behind its TLS.
            link = f"{scheme}://{request.host}/in/{issued.link}"
            mail = write_invitation(desk, session, badge, link, pin=issued.pin is not None)
            qr = make_qr(link, error="m").svg_data_uri(scale=4, border=2)
            made.append((badge, issued, link, qr, mail))
        return render_template(
            "badges.html" if form == "paper" else "invitations.html",
            made=made,
            pages=[made[at : at + ON_A_SHEET] for at in range(0, len(made), ON_A_SHEET)],
            head=read_head(desk, session),
            viewer=viewer_of(desk, session, visitor().person, clock()),
        )


def _correct(desk: Desk, session: str, who: Any) -> None:
    """What a row's form says: cells that were typed, a correction that was offered, or to leave it out."""
    form = request.form
    line = form.get("line", "")
    number = int(line[:7]) if line.isascii() and line.isdecimal() else 0
    if form.get("skip"):
        skipped = form["skip"] == "yes"
        accrediting.skip_row(desk, session, number, skipped=skipped, **who)
        return
    texts = {field: form[field] for field in FIELDS if field in form}
    everywhere = None
    for name in ("fix", "fix_all"):
        field, is_one, value = form.get(name, "").partition("=")
        if is_one and field in FIELDS:
            texts[field] = value
            everywhere = field if name == "fix_all" else None
    accrediting.correct_row(desk, session, number, texts, everywhere=everywhere, **who)


def _choices(desk: Desk) -> dict[str, object]:
    """What the form of one person offers."""
    return {"capacities": tuple(Capacity), "known": desk.forum.delegations}
