"""Refusals as pages: one clear sentence, the same for what is forbidden and what is not there."""

from __future__ import annotations

import logging

from flask import Flask, Response, make_response, render_template
from werkzeug.exceptions import HTTPException

from session_app.domain.errors import ActError, Conflict, Forbidden, Invalid, NotFound
from session_app.i18n import translate

from .guard import visitor

log = logging.getLogger(__name__)

STATUS: dict[type[ActError], int] = {Invalid: 400, Forbidden: 404, NotFound: 404, Conflict: 409}


def install(app: Flask) -> None:
    """Answer every failure with a page, never with a traceback."""
    app.register_error_handler(ActError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _failed)


def _refused(refusal: ActError) -> Response:
    status = STATUS[type(refusal)]
    if status == 404:
        return _page(404, "page.not_found")
    return _page(status, refusal.code, refusal.params)


def _http(error: HTTPException) -> Response:
    known = {404: "page.not_found", 405: "page.not_found", 413: "page.too_large"}
    return _page(error.code or 500, known.get(error.code or 500, "message.failed"))


def _failed(error: Exception) -> Response:
    log.error("a page failed", exc_info=error)
    return _page(500, "message.failed")


def _page(status: int, code: str, params: dict[str, object] | None = None) -> Response:
    language = visitor().language
    sentence = translate(code, language, **(params or {}))
    response: Response = make_response(
        render_template("error.html", sentence=sentence, status=status), status
    )
    return response
