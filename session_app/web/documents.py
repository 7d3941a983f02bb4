"""Documents: the Word files and papers one may have, nothing about those one may not; handing papers out."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from session_app.domain.access import Action
from session_app.domain.drafting import LANGUAGES
from session_app.domain.errors import ActError, Invalid
from session_app.domain.papers import MAX_FILE, MEDIA, SLOTS, Slot
from session_app.i18n import speaker, translate_error
from session_app.services.desk import Desk, clock
from session_app.services.issuing import (
    file_name,
    find_prepared,
    may_download,
    read_file,
    read_prepared,
)
from session_app.services.papers import (
    Upload,
    add_paper,
    find_file,
    may_have_file,
    read_paper,
    replace_files,
)
from session_app.views.documents import read_published
from session_app.views.head import read_head

from .guard import door, send_only_while, send_while, take_files, visitor

DOWNLOADS = {
    "download": (Action.DOWNLOAD, False),
    "download_published": (Action.DOWNLOAD, False),
    "download_closed": (Action.READ_DRAFT, True),
}
"""The endpoints of the files: what it takes to have the document they hold, and whether that is the
closed part's."""
PAPERS = {"download_paper": Action.SEE_DOCUMENTS, "download_public_paper": Action.DOWNLOAD}
"""The endpoints of the papers' files: each is for those whom the table and its audience let have it."""
ON_THE_DESK = (
    *("sitting", "gavel", "documents", "papers"),
    *("checks", "assembly", "publication", "readers"),
)
"""The topics of the desk's page, which answers a refused upload too."""
SANDBOX = "default-src 'none'; sandbox"
"""The policy of a file: should a browser show it after all, it runs nothing and is of no origin."""
MAX_FORM = len(SLOTS) * MAX_FILE + 100_000
"""Bytes of a form that hands out a paper; beyond `wire.MAX_BODY` nobody listens."""


def install(app: Flask, desk: Desk) -> None:
    """Register the downloads and the desk's page of documents."""
    show = app.extensions["show"]

    @app.get("/s/<session>/documents/<layout>.docx")
    @door(Action.KNOW)
    def download(session: str, layout: str) -> Response:
        return send(session, layout, closed=False)

    @app.get("/s/<session>/closed-draft/<layout>.docx")
    @door(Action.KNOW)
    def download_closed(session: str, layout: str) -> Response:
        # Not the door's affair: whoever is off its roster learns not even that there is one.
        return send(session, layout, closed=True)

    def send(session: str, layout: str, *, closed: bool) -> Response:
        person = visitor().person
        content = read_file(
            desk,
            session,
            layout,
            person=person,
            clock=clock,
            closed=closed,
        )
        send_while(lambda: may_download(desk, session, person, clock(), closed=closed))
        return attach(content, MEDIA["docx"], file_name(session, layout, closed))

    @app.get("/s/<session>/documents/<document>")
    @door(Action.KNOW)
    def download_paper(session: str, document: str) -> Response:
        person = visitor().person
        revision = find_prepared(desk, session, document, person, clock())
        if revision is not None:
            content = read_prepared(desk, session, revision, person=person, now=clock())
            send_only_while(
                lambda: find_prepared(desk, session, document, person, clock()) is not None
            )
            return attach(content, MEDIA["docx"], revision.name)
        found, content = read_paper(desk, session, document, person=person, now=clock())
        send_only_while(lambda: may_have_file(desk, session, person, document, clock))
        return attach(content, MEDIA[found.format], found.name)

    @app.get("/p/<session>")
    @door(Action.DOWNLOAD)
    def published(session: str) -> str:
        """What has been published of a session, for anybody; nothing is here before."""
        held = read_published(desk, session, clock())
        language = request.args.get("language", "")
        spoken = language if language in LANGUAGES else visitor().language
        return render_template(
            "published.html",
            about=read_head(desk, session),
            language=spoken,
            t=speaker("en" if spoken == "en" else "es"),
            files=held.files,
            public_papers=held.papers,
            at=held.at,
            as_of=held.as_of,
        )

    @app.get("/p/<session>/<layout>.docx")
    @door(Action.DOWNLOAD)
    def download_published(session: str, layout: str) -> Response:
        read_published(desk, session, clock())
        return send(session, layout, closed=False)

    @app.get("/p/<session>/<document>")
    @door(Action.DOWNLOAD)
    def download_public_paper(session: str, document: str) -> Response:
        find_file(desk, session, document, None, clock())  # or it is one for some only
        return download_paper(session, document)

    @app.get("/s/<session>/desk/documents")
    @door(Action.MANAGE_DOCUMENTS)
    def desk_documents(session: str) -> str:
        page: str = show("desk_documents.html", session, *ON_THE_DESK, refused="")
        return page

    @app.post("/s/<session>/papers")
    @door(Action.MANAGE_DOCUMENTS)
    def hand_out(session: str) -> BaseResponse:
        return upload(session, lambda files: add(session, files))

    def add(session: str, files: dict[Slot, Upload]) -> None:
        form = request.form
        add_paper(
            desk,
            session,
            titles={"es": form.get("title_es", ""), "en": form.get("title_en", "")},
            document_class="public" if form.get("document_class") == "public" else "private",
            circles=form.getlist("circles"),
            item=form.get("item") or None,
            files=files,
            person=visitor().person,
            now=clock(),
        )

    @app.post("/s/<session>/papers/<paper>")
    @door(Action.MANAGE_DOCUMENTS)
    def replace_paper(session: str, paper: str) -> BaseResponse:
        person = visitor().person
        return upload(
            session,
            lambda files: replace_files(desk, session, paper, files, person=person, now=clock()),
        )

    def upload(session: str, take: Callable[[dict[Slot, Upload]], object]) -> BaseResponse:
        """Take the files of a form; a refusal is shown on the page it was sent from."""
        take_files(MAX_FORM)
        try:
            take(_files())
        except ActError as refusal:
            if not isinstance(refusal, Invalid):
                raise
            said = translate_error(refusal, visitor().language)
            page = show("desk_documents.html", session, *ON_THE_DESK, refused=said)
            return make_response(page, 400)
        return redirect(url_for("desk_documents", session=session), 303)


def _files() -> dict[Slot, Upload]:
    found: dict[Slot, Upload] = {}
    for slot in SLOTS:
        given = request.files.get(f"file_{slot}")
        if given is not None and given.filename:
            # One byte more than may be: it is refused by its size, and no more of it is read.
            found[slot] = Upload(given.filename, given.stream.read(MAX_FILE + 1))
    return found


def attach(content: bytes, media: str, name: str) -> Response:
    """A file to be saved, never shown as a page of ours (RFC 6266, RFC 8187)."""
    response = make_response(content)
    plain = name.encode("ascii", "replace").decode("ascii").replace("?", "_")
    disposition = f'attachment; filename="{plain}"'
    if plain != name:
        disposition += f"; filename*=UTF-8''{quote(name, safe='!#$&+-.^_`|~')}"
    response.headers["Content-Type"] = media
    response.headers["Content-Disposition"] = disposition
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
