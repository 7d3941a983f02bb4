"""Pages as a browser gets them, without a browser: the real application, its real cookies."""

from __future__ import annotations

import pytest
from conftest import Room

from session_app.app import App, create_app
from session_app.config import ROOT, Settings

URL = "http://127.0.0.1:8000"


class Visitor:
    """Somebody with a browser: signed in with a badge, or not at all."""

    def __init__(self, app: App, room: Room, role: str | None) -> None:
        self.client = app.flask.test_client()
        self.session = room.session
        if role is not None:
            code = next(each.code for each in room.roles if each.role == role)
            assert self.post("/in", code=code).status_code == 303

    def get(self, path: str, **headers: str):
        return self.client.get(path, base_url=URL, headers=headers)

    def post(self, path: str, **form: object):
        return self.client.post(path, base_url=URL, data=form, headers={"Origin": URL})

    def page(self, name: str = ""):
        return self.get(f"/s/{self.session}/{name}")

    def do(self, command: str, **form: object):
        return self.post(f"/s/{self.session}/do/{command}", **form)


@pytest.fixture
def app(desk, tmp_path) -> App:
    return create_app(Settings(data=tmp_path / "data", static=ROOT / "static"), desk)


@pytest.fixture
def visit(app, room):
    """Make a visitor: `visit("chair")`, `visit(None)` for nobody."""
    return lambda role: Visitor(app, room, role)
