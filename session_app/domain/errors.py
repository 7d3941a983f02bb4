"""The four ways an act can fail. Each carries a code and parameters, never a sentence.

The edges (`web`, `realtime`, `cli`) turn a code into a sentence in the reader's language through
`session_app.i18n`; a code is written `topic.what_is_wrong` (`agenda.unknown_item`).
"""


class ActError(Exception):
    """An act that was refused. Nothing has changed when it is raised."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({details})" if details else self.code


class Invalid(ActError):
    """The request itself is malformed or breaks a rule whatever the state is."""


class Forbidden(ActError):
    """The access table says no. To the outside it looks exactly like `NotFound`."""


class NotFound(ActError):
    """There is no such thing, or none this person may know of."""


class Conflict(ActError):
    """The request was fine for a state that is no longer (or not yet) the current one."""
