"""What is on its way when the door closes: it stops where it is."""

from __future__ import annotations

import contextlib
import socket
import time

import pytest
from desk_process import running_desk

READER = "drafting-can"
SLOW = 4096
"""Bytes of a receive buffer: most of a file stays on the desk's machine until they are read."""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


def ask_slowly(served, path, cookie):
    """A connection that has asked for something and reads nothing of it yet."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW)
    line.settimeout(10)
    line.connect(("127.0.0.1", served.port))
    host = f"127.0.0.1:{served.port}"
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: login={cookie}\r\n\r\n".encode())
    return line


def read_rest(line):
    """What still comes, and whether the connection was ended in the middle."""
    content = b""
    try:
        while b"\r\n\r\n" not in content or len(content) < _whole(content):
            part = line.recv(1024)
            if not part:
                return content, True
            content += part
    except ConnectionResetError:
        return content, True
    return content, False


def _whole(content):
    head = content.partition(b"\r\n\r\n")[0]
    length = next(
        int(each.split(b":")[1])
        for each in head.split(b"\r\n")
        if each.lower().startswith(b"content-length:")
    )
    return len(head) + 4 + length


@pytest.mark.slow
@pytest.mark.parametrize("path", ["documents/bilingual.docx", "chair", "draft"])
def test_an_answer_on_its_way_to_a_slow_reader_ends_where_it_is_when_the_door_closes(served, path):
    chair = served.enter("chair")
    role = "secretariat" if path == "chair" else READER
    if role == "secretariat":
        assert chair.do("gavel.delegate", on=True)["ok"]
    cookie = served.sign_in(role)
    with contextlib.closing(ask_slowly(served, f"/s/{served.session}/{path}", cookie)) as line:
        time.sleep(0.5)  # it is made, and as much as fits is on its way
        served.close_door(chair)
        closed_at = time.monotonic()
        time.sleep(0.3)
        content, cut = read_rest(line)
        assert cut, "the whole answer came"
        assert len(content) < 30_000
        assert time.monotonic() - closed_at < 1
    assert chair.do("door.open")["ok"]
    chair.close()


def test_a_slow_reader_who_may_have_it_gets_it_whole(served):
    chair = served.enter("chair")
    cookie = served.sign_in(READER)
    path = f"/s/{served.session}/documents/bilingual.docx"
    with contextlib.closing(ask_slowly(served, path, cookie)) as line:
        time.sleep(0.3)
        assert chair.do("attendance.mark", delegation="BLZ", present=True)["ok"]
        assert chair.do("sitting.suspend")["ok"]
        content, cut = read_rest(line)
        assert not cut
        assert content.partition(b"\r\n\r\n")[2].startswith(b"PK")
    assert chair.do("sitting.resume")["ok"]
    chair.close()
