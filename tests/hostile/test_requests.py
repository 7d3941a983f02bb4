"""Requests no browser sends, written to the socket by hand: answered or closed, and the desk serves on."""

from __future__ import annotations

import socket
import time

import pytest
from desk_process import running_desk

from session_app.realtime.wire import REQUEST_WITHIN

pytestmark = pytest.mark.slow

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(autouse=True)
def _serves_on(desk):
    """After each of these tests the desk answers at once, and has written no stack into its log."""
    before = desk.log.stat().st_size
    yield
    begun = time.monotonic()
    assert desk.ask("/").status == 200
    assert time.monotonic() - begun < 0.5
    assert desk.is_running()
    written = desk.log.read_bytes()[before:].decode()
    assert "Traceback" not in written, written


def send(desk, *parts, close=True):
    """Write bytes; what was answered before the connection was closed, or before nothing more came."""
    with socket.create_connection(("127.0.0.1", desk.port), 5) as line:
        try:
            for part in parts:
                line.sendall(part)
            if close:
                line.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # closed already, with or without an answer
        answer = b""
        try:
            while part := line.recv(65_536):
                answer += part
        except OSError:
            pass
        return answer


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer else None


def post(desk, path, body, *headers, **known):
    """A request to post something, head and body."""
    fields = {
        "Host": f"127.0.0.1:{desk.port}",
        "Origin": desk.url,
        "Content-Type": FORM,
        "Content-Length": len(body),
    } | {name.replace("_", "-").title(): value for name, value in known.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    head = "\r\n".join([f"POST {path} HTTP/1.1", *lines, *headers, "", ""])
    return head.encode("latin-1") + body


@pytest.mark.parametrize(
    "request_line",
    [
        b"",
        b"\r\n",
        b"GET",
        b"GET /",
        b"GET / HTTP/9.9",
        b"GET / HTTP/x.y",
        b"GET / HTTP/1",
        b"GET  /  HTTP/1.1",
        b"\x00\x01\x02 \xff\xfe HTTP/1.1",
        b"GET /" + b"a" * 9_000 + b" HTTP/1.1",
        b"GET http://evil.test/ HTTP/1.1",
        b"GET //evil.test/ HTTP/1.1",
        b"GET /%00 HTTP/1.1",
        b"GET /%ff%fe HTTP/1.1",
        b"GET /s/%2e%2e/%2e%2e/etc/passwd HTTP/1.1",
        b"GET /static/%2e%2e/%2e%2e/pyproject.toml HTTP/1.1",
        b"GET /static/..%5c..%5cpyproject.toml HTTP/1.1",
        b"GET * HTTP/1.1",
        b"CONNECT evil.test:443 HTTP/1.1",
        b"TRACE / HTTP/1.1",
        b"PRI * HTTP/2.0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_a_request_line_that_is_none_is_refused(desk, request_line):
    host = f"Host: 127.0.0.1:{desk.port}".encode()
    answer = send(desk, request_line + b"\r\n" + host + b"\r\nConnection: close\r\n\r\n")
    assert answer == b"" or status_of(answer) < 500, answer[:300]
    assert b"root:" not in answer
    assert b"[build-system]" not in answer


@pytest.mark.parametrize(
    "header",
    [
        b"no colon at all",
        b": no name",
        b"Name : space before the colon",
        b" folded: first",
        b"X: a\r\n folded",
        b"X: \x00\x01\x7f",
        b"X: \xff\xfe\xfd",
        b"X\xff: y",
        b"X: " + b"y" * 70_000,
        b"\r\n".join(b"X%d: y" % number for number in range(150)),
        b"\r\n".join(b"X%d: %s" % (number, b"y" * 60_000) for number in range(90)),
        b"Content-Length: -1",
        b"Content-Length: x",
        b"Content-Length: 1e3",
        b"Content-Length: 99999999999999999999",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: nonsense",
        b"Expect: 100-continue",
        b"Expect: the worst",
        b"Cookie: " + b"login=" + b"a" * 8_000,
        b"Cookie: login=\xff\xfe; login; =; ;;;",
        b"Accept-Language: " + b"es;q=x," * 800,
        b"Accept-Language: " + b"-" * 4_000,
        b"Range: bytes=0-,-1,5-2",
        b"If-Modified-Since: yesterday",
        b"Authorization: Basic %%%",
        b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings",
        b"Upgrade: websocket",
        b"Forwarded: for=\"[::1\"",
        b"Host: evil.test",
    ],
)  # fmt: skip
def test_headers_no_browser_sends_are_refused_or_ignored(desk, header):
    for path in (b"/", b"/static/css/base.css", b"/socket.io/?EIO=4&transport=websocket"):
        head = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % (path, desk.port)
        answer = send(desk, head, header, b"\r\nConnection: close\r\n\r\n")
        assert answer == b"" or status_of(answer) < 500, answer[:300]


def test_a_handshake_in_an_old_http_is_no_handshake(desk):
    head = (
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.0\r\nHost: 127.0.0.1:%d\r\n" % desk.port
    )
    answer = send(desk, head, b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    assert 400 <= status_of(answer) < 500


@pytest.mark.parametrize(
    "body", [b"a=&" * 90_000, b"&" * 6_000, b"a=&" * 660_000, b"a=%41&" * 6_000]
)
def test_a_form_of_nothing_but_fields_keeps_nobody_waiting(desk, body):
    """Parting two megabytes of them took the desk two seconds, and anybody can send them."""
    begun = time.monotonic()
    for path in ("/in", "/in/pin", f"/s/{desk.session}/do/agenda.add"):
        assert status_of(send(desk, post(desk, path, body))) == 413
    assert time.monotonic() - begun < 1


def test_files_are_read_where_files_are_taken_and_nowhere_else(desk):
    body = b"--B\r\n" + b"X: y\r\n" * 250_000 + b"\r\n\r\n--B--"
    begun = time.monotonic()
    for path in ("/in", "/in/pin", f"/s/{desk.session}/do/agenda.add"):
        sent = post(desk, path, body, content_type="multipart/form-data; boundary=B")
        assert status_of(send(desk, sent)) == 415
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/in", 413),
        ("/out", 303),
        (
            "/s/x/desk/people/import",
            413,
        ),  # a list comes as a file; one too large is refused on its page
        ("/s/x/do/agenda.add", 413),
    ],
)
def test_a_body_over_the_limit_is_refused_with_its_page_and_one_beyond_measure_with_nothing(
    desk, path, status
):
    before = desk.memory()
    cookie = f"login={desk.sign_in('secretariat')}"
    path = path.replace("/s/x", f"/s/{desk.session}")
    large = post(desk, path, b"code=" + b"x" * 3_000_000, cookie=cookie)
    assert status_of(send(desk, large)) == status
    announced = post(desk, path, b"code=x", cookie=cookie, content_length=10**12)
    answer = send(desk, announced, b"x" * 1_000_000)
    assert status_of(answer) in (None, 400)
    assert desk.memory() - before < 30_000_000


def test_a_content_length_that_lies_is_closed_without_an_act(desk):
    cookie = f"login={desk.sign_in('chair')}"
    path = f"/s/{desk.session}/do/agenda.add"
    before = desk.query("select max(seq) from event")
    body = b"title_es=Uno&title_en=One"
    for length in (len(body) + 50, 1_999_999):
        answer = send(desk, post(desk, path, body, cookie=cookie, content_length=length))
        assert status_of(answer) in (None, 400), answer[:200]
    # A second request hidden in the first one's body is none.
    hidden = post(desk, path, body, cookie=cookie)
    answer = send(desk, post(desk, "/in", hidden))
    assert answer.count(b"HTTP/1.1") == 1
    assert desk.query("select max(seq) from event") == before


@pytest.mark.parametrize(
    "chunks",
    [
        b"5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhel",
        b"zz\r\nhello\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"5" * 10_000,
        b"5;" + b"x" * 100_000 + b"\r\nhello\r\n0\r\n\r\n",
        b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n",
        b"0\r\n" + b"Trailer: x\r\n" * 10_000 + b"\r\n",
    ],
)
def test_a_body_in_pieces_is_bounded_like_any_other(desk, chunks):
    request = post(
        desk, "/in", b"", "Transfer-Encoding: chunked", content_length=None, connection="close"
    )
    answer = send(desk, request, chunks)
    assert answer == b"" or status_of(answer) in (400, 413), answer[:300]


FORMS = [
    b"code=" + b"%" * 1_000,
    b"code=%ff%fe%00%ed%a0%80",
    b"&".join(b"f%d=x" % number for number in range(20_000)),
    b"code=a&code=b&code=c",
    b"=&=&=&&&",
    b"code",
    b'{"code": ' + b"[" * 100_000,
    b'{"code": NaN, "code": 1e999, "code": "a", "code": "b"}',
    b"--x\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\nabc",
    b"--x\r\n" * 50_000,
    b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + b"a" * 100_000 + b"\"\r\n\r\n\r\n--x--",
    b"--x\r\nContent-Type: text/plain; charset=nonsense\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\nabc\r\n--x--",
]  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [
        FORM,
        "application/json",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "multipart/form-data; boundary=" + "x" * 5_000,
        "multipart/form-data; boundary=\xff",
        "text/plain; charset=utf-7",
        "nonsense",
        "",
    ],
)
def test_a_form_that_is_none_is_refused(desk, kind):
    cookie = f"login={desk.sign_in('secretariat')}"
    for path in (
        "/in",
        f"/s/{desk.session}/desk/people/import",
        f"/s/{desk.session}/do/agenda.add",
    ):
        for body in FORMS:
            request = post(desk, path, body, cookie=cookie, content_type=kind, connection="close")
            answer = send(desk, request)
            assert status_of(answer) in (400, 404, 413, 415), (path, body[:60], answer[:300])


def test_many_requests_at_once_on_one_connection_keep_nobody_waiting(desk):
    head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % desk.port
    with socket.create_connection(("127.0.0.1", desk.port), 20) as line:
        line.sendall(head * 300)
        begun = time.monotonic()
        assert desk.ask("/").status == 200
        assert time.monotonic() - begun < 0.5


def test_who_never_finishes_a_request_loses_the_connection(desk):
    slow = [socket.create_connection(("127.0.0.1", desk.port), 5) for _ in range(200)]
    for number, line in enumerate(slow):
        # Nothing, half a line, half the headers: then an octet now and then.
        start = b"GET / HTTP/1.1\r\nHost: x\r\nX: "
        line.sendall(start[: (0, 5, len(start))[number % 3]])
    begun = time.monotonic()
    ended = set()
    while len(ended) < len(slow) and time.monotonic() - begun < REQUEST_WITHIN + 5:
        for line in slow:
            if line in ended:
                continue
            try:
                line.sendall(b"y")
                line.setblocking(False)
                if line.recv(1) == b"":
                    ended.add(line)
            except BlockingIOError:
                pass
            except OSError:
                ended.add(line)
            finally:
                line.settimeout(5)
        assert desk.ask("/").status == 200
        time.sleep(0.5)
    assert len(ended) == len(slow)
    for line in slow:
        line.close()


def test_who_never_reads_an_answer_holds_up_nobody(desk):
    head = b"GET /static/vendor/editor.js HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % desk.port
    stalled = []
    for _ in range(50):
        line = socket.create_connection(("127.0.0.1", desk.port), 5)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        line.sendall(head * 20)
        stalled.append(line)
    begun = time.monotonic()
    assert desk.ask("/").status == 200
    assert time.monotonic() - begun < 1
    for line in stalled:
        line.close()
