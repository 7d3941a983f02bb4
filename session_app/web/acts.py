"""Acts as forms: what the socket takes as a command, a page without script posts."""

from __future__ import annotations

from typing import get_args, get_origin

from flask import Flask, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from session_app.domain import contract
from session_app.services.acts import HANDLERS
from session_app.services.desk import Desk, clock, perform

from .guard import PUBLIC, door, visitor

ACT = "act"
"""The endpoint every act is posted to: the command declares what it needs."""


def install(app: Flask, desk: Desk) -> None:
    """Register the door of all acts."""

    @app.post("/s/<session>/do/<command>")
    @door(PUBLIC)
    def act(session: str, command: str) -> BaseResponse:
        # The command declares its own action; `perform` asks for it.
        perform(
            desk,
            HANDLERS,
            session=session,
            person=visitor().person,
            command=contract.parse(command, _values(command)),
            now=clock(),
        )
        back = request.form.get("_back", "")
        return redirect(url_for(back if _is_page(app, back) else "home", session=session), 303)


def _is_page(app: Flask, endpoint: str) -> bool:
    """Whether one can be led back there: a page of a session, which asks its own door."""
    return endpoint in app.view_functions and any(
        rule.arguments == {"session"} and "GET" in (rule.methods or ())
        for rule in app.url_map.iter_rules(endpoint)
    )


def _values(name: str) -> dict[str, object]:
    """A form's fields as the command's values: texts stay texts, empty optional ones are left out."""
    command = contract.COMMANDS.get(name)
    if command is None:
        return {}
    hints = contract.types_of(command)
    lists = {name for name, hint in hints.items() if get_origin(hint) is tuple}
    optional = {name for name, hint in hints.items() if type(None) in get_args(hint)}
    values: dict[str, object] = {}
    for field, text in request.form.items():
        if field in lists:
            values[field] = request.form.getlist(field)
            continue
        if field == "_back" or (field in optional and not text):
            continue
        values[field] = _typed(hints.get(field), text)
    return values


def _typed(hint: object, text: str) -> object:
    """A field's text as the value its command declares; what is none stays a text, and is refused."""
    if hint is bool:
        return {"true": True, "false": False}.get(text, text)
    if int in (hint, *get_args(hint)) and text.isascii() and text.isdecimal():
        return int(text[:9])
    numbers = {str(each): each for option in (hint, *get_args(hint)) for each in get_args(option)}
    return numbers.get(text, text)
