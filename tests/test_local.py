"""The command line beside a desk that is serving: asked over the local socket, it answers the same."""

import socket
import stat
import threading

import pytest

from session_app import local
from session_app.domain.errors import Conflict, Invalid
from session_app.services.console import CALLS


@pytest.fixture
def path(room, desk):
    """The socket of a desk that listens, in a folder deeper than a socket's name may be long."""
    folder = desk.store.folder / ("deep" * 40)
    folder.mkdir()
    local.listen(desk, CALLS, folder / "desk.sock")
    return folder / "desk.sock"


def test_a_call_is_answered_in_a_folder_of_any_depth(path, room):
    assert len(str(path)) > 108
    assert local.call(path, "sessions", {}) == [room.session]


def test_nobody_else_on_the_machine_opens_the_socket(path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_line_of_a_wrong_list_is_named_beside_a_running_desk_too(path, room):
    wrong = b"name,delegation,capacity\nAna,XXX,head\nEva,CAN,king\n"
    with pytest.raises(Invalid) as refusal:
        local.call(path, "accredit", {"session": room.session, "content": wrong})
    problems = refusal.value.params["problems"]
    assert [(each.line, each.column) for each in problems] == [(2, "delegation"), (3, "capacity")]
    assert refusal.value.params["count"] == 2


def test_a_desk_that_ends_before_it_answers_is_one_sentence(tmp_path):
    path = tmp_path / "desk.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen(1)

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(Conflict, match="desk.ended"):
            local.call(path, "sessions", {})


def test_a_socket_nobody_listens_at_is_a_store_in_use(tmp_path):
    with pytest.raises(Conflict, match="store.in_use"):
        local.call(tmp_path / "desk.sock", "sessions", {})
