"""A desk that speaks HTTPS itself, in its own process, with badges issued by the normal road."""

import contextlib
import json
import os
import re
import socket
import ssl
import subprocess
import time

import pytest
import websocket
from desk_process import PROGRAM, SECONDS, free_port
from secure_desk import NAME, SESSION, SecureDesk

pytestmark = [pytest.mark.slow, pytest.mark.openssl]

CHAIR, DELEGATE, HEAD = "Beatriz Menjívar", "Christian Roy", "Julie Tremblay"
STAFF, OTHER = "Laura Rivas", "Ernesto Portillo"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    served = SecureDesk(tmp_path_factory.mktemp("tls"))
    yield served
    served.stop()


def is_cut(opened, within=2.0):
    """Whether the desk ends a connection in time, whatever it says before."""
    opened.settimeout(within)
    end = time.monotonic() + within
    with contextlib.suppress(websocket.WebSocketConnectionClosedException, OSError):
        while time.monotonic() < end:
            opened.recv()
    opened.shutdown()
    return time.monotonic() < end


def test_the_desk_says_where_it_is_and_answers_to_its_certificates_names(desk):
    assert desk.said == desk.origin
    for host in (desk.host, f"127.0.0.1:{desk.port}"):
        assert desk.ask("/", host=host)[0].status == 200
    for host in (NAME, f"evil.example:{desk.port}", f"localhost:{desk.port}", "127.0.0.1"):
        for path in ("/", "/socket.io/?EIO=4&transport=websocket", "/static/css/base.css"):
            answer, _ = desk.ask(path, host=host)
            assert answer.status == 421, (host, path)
            assert "Set-Cookie" not in answer.headers


def test_a_chair_signs_in_by_code_and_pin_with_a_cookie_that_no_other_wire_carries(desk):
    _, typed, pin = desk.badges[CHAIR]
    answer, page = desk.ask("/in", {"code": typed.lower()})
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    step = re.search(r'name="step" value="([^"]+)"', page)[1]
    answer, _ = desk.ask("/in/pin", {"step": step, "pin": pin})
    cookie = answer.headers["Set-Cookie"]
    name, _, flags = cookie.partition(";")
    assert name.startswith("__Host-login=")
    for flag in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"):
        assert flag in flags
    assert "Domain" not in flags
    assert desk.ask(f"/s/{SESSION}/chair", cookie=name)[0].status == 200
    # The name without the prefix, which plain HTTP could have set, opens nothing.
    assert desk.ask(f"/s/{SESSION}/chair", cookie=name.removeprefix("__Host-"))[0].status == 404


def test_browsers_are_told_to_keep_to_https_for_a_real_name_only(desk):
    assert desk.ask("/")[0].headers["Strict-Transport-Security"] == "max-age=604800"
    by_address = desk.ask("/", host=f"127.0.0.1:{desk.port}")[0]
    assert "Strict-Transport-Security" not in by_address.headers


def test_the_socket_opens_for_a_login_of_this_origin_and_for_nothing_else(desk):
    cookie = desk.sign_in(DELEGATE)
    opened = desk.connect(cookie)
    opened.send('420["join",' + json.dumps({"session": SESSION, "topics": ["sitting"]}) + "]")
    while not (answer := opened.recv()).startswith("430"):
        pass
    assert '"ok":true' in answer
    opened.close()
    for wrong in (
        {"cookie": ""},
        {"cookie": cookie + "x"},
        {"cookie": cookie, "origin": f"http://{desk.host}"},
        {"cookie": cookie, "origin": "https://evil.example"},
        {"cookie": cookie, "host": f"evil.example:{desk.port}"},
    ):
        with pytest.raises((websocket.WebSocketException, OSError)):
            desk.connect(**wrong)


def ask_for_everything(opened, number):
    """Ask for the screen of the Secretariat, whose answer is some hundred kilobytes."""
    topics = {"session": SESSION, "topics": ["people", "agenda", "attendance", "documents"]}
    opened.send(f'42{number}["join",{json.dumps(topics)}]')


def test_a_reader_who_pauses_gets_every_frame_whole(desk):
    opened = desk.connect(desk.sign_in(STAFF))
    for number in range(20):
        ask_for_everything(opened, number)
    time.sleep(2)  # far more waits than a connection holds in its buffers
    answered, size = [], 0
    while len(answered) < 20:
        text = opened.recv()
        if text.startswith("43"):
            number, _, rest = text[2:].partition("[")
            assert json.loads("[" + rest)[0]["ok"]
            answered.append(int(number))
            size += len(text)
    assert answered == list(range(20))
    assert size > 500_000
    opened.close()


def test_who_never_reads_is_cut_off_and_nobody_waits_for_them(desk):
    mute, other = desk.connect(desk.sign_in(STAFF)), desk.connect(desk.sign_in(OTHER))
    mute.sock.settimeout(30)
    with contextlib.suppress(OSError, websocket.WebSocketException):
        for number in range(20_000):
            ask_for_everything(mute, number)
            if number % 50 == 0:
                began = time.monotonic()
                other.send('420["beat",{}]')
                while not other.recv().startswith("430"):
                    pass
                assert time.monotonic() - began < 2
    assert number < 19_999
    mute.shutdown()
    other.close()


def test_a_form_of_the_same_name_without_tls_is_of_another_origin(desk):
    cookie = desk.sign_in(DELEGATE)
    answer, _ = desk.ask("/out", {}, cookie=cookie, Origin=f"http://{desk.host}")
    assert answer.status == 404
    assert desk.ask(f"/s/{SESSION}/", cookie=cookie)[0].status == 200


def test_signing_out_everywhere_cuts_every_socket_at_once(desk):
    here, there = desk.sign_in(HEAD), desk.sign_in(HEAD)
    sockets = [desk.connect(cookie) for cookie in (here, here, there)]
    answer, _ = desk.ask("/devices/out", {}, cookie=here)
    assert answer.status == 303
    assert all(is_cut(each) for each in sockets)
    for cookie in (here, there):
        assert desk.ask("/devices", cookie=cookie)[0].status == 404


def test_a_badge_issued_anew_cuts_the_sockets_of_the_lost_one(desk):
    cookie = desk.sign_in("Andrés Monge")
    opened = desk.connect(cookie)
    lost = desk.badges["Andrés Monge"]
    desk.badges = desk.issue("--anew")
    assert is_cut(opened)
    for code in lost[:2]:
        assert desk.ask("/in", {"code": code})[0].status == 400


@pytest.mark.parametrize("ends", [True, False])
def test_a_page_on_its_way_to_a_slow_reader_ends_with_the_login(desk, ends):
    cookie = desk.sign_in(STAFF)
    path = f"/s/{SESSION}/desk"
    _, whole = desk.ask(path, cookie=cookie)
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.settimeout(SECONDS)
    slow.connect(("127.0.0.1", desk.port))
    with desk.context().wrap_socket(slow, server_hostname=NAME) as line:
        request = f"GET {path} HTTP/1.1\r\nHost: {desk.host}\r\nCookie: {cookie}\r\n"
        line.sendall(f"{request}Connection: close\r\n\r\n".encode())
        time.sleep(0.5)  # it is made, and as much as fits is on its way
        if ends:
            assert desk.ask("/devices/out", {}, cookie=cookie)[0].status == 303
            time.sleep(0.3)
        content = b""
        with contextlib.suppress(ConnectionResetError, ssl.SSLError):
            while part := line.recv(65_536):
                content += part
    if ends:
        assert len(content) < len(whole) / 2
    else:
        assert whole[-200:].encode() in content
        desk.ask("/devices/out", {}, cookie=cookie)


def test_what_is_older_than_tls_1_2_is_refused(desk):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    for bound in ("minimum_version", "maximum_version"):
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            setattr(old, bound, ssl.TLSVersion.TLSv1_1)
    with desk.line() as line, pytest.raises(OSError, match=r"PROTOCOL_VERSION"):
        old.wrap_socket(line)


def test_who_never_shakes_hands_keeps_nobody_waiting_and_is_left(desk):
    stalled = [desk.line() for _ in range(100)]
    for each in stalled[:50]:
        each.sendall(b"\x16\x03\x01")
    began = time.monotonic()
    assert desk.ask("/")[0].status == 200
    assert time.monotonic() - began < 1
    for each in stalled:
        each.settimeout(15)
        with contextlib.suppress(ConnectionResetError):
            assert each.recv(1) == b""
        each.close()
    assert time.monotonic() - began < 13


def test_what_is_no_tls_gets_nothing(desk):
    with desk.line() as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP" not in plain.recv(1_000)


def test_the_log_holds_no_code_no_cookie_and_no_pin_whatever_goes_wrong(desk):
    secrets = []
    for name in (CHAIR, DELEGATE):
        link, typed, _ = desk.badges[name]
        cookie = desk.sign_in(name)
        secrets += [link, typed, typed.replace("-", ""), cookie.partition("=")[2]]
        desk.ask(f"/in/{link}", cookie=cookie)
        desk.ask(f"/in/{typed}", cookie=cookie)
        desk.ask("/in", {"code": typed + "x"}, cookie=cookie)
        desk.ask(f"/s/{SESSION}/do/agenda.advance", {"item": typed}, cookie=cookie)
        desk.ask("/devices/out", {"login": link}, cookie=cookie)
    _, page = desk.ask("/in", {"code": desk.badges[CHAIR][0]})
    step = re.search(r'name="step" value="([^"]+)"', page)[1]
    wrong = f"{(int(desk.badges[CHAIR][2]) + 1) % 10**6:06}"
    answers = [desk.ask("/in/pin", {"step": step, "pin": wrong})[0].status for _ in range(6)]
    assert answers == [400] * 4 + [429] * 2
    secrets += [step, wrong, f"PIN {desk.badges[CHAIR][2]}"]
    for _ in range(30):  # lines that are cut in the middle of what they say
        with desk.context().wrap_socket(desk.line(), server_hostname=NAME) as cut:
            cut.sendall(f"GET /in/{desk.badges[CHAIR][0]} HTTP/1.1\r\nCookie: {cookie}".encode())
            cut.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    request = f"/in/{desk.badges[CHAIR][0]} HTTP/"
    for line in (f"GET {request}9.9", f"GET {request}9", f"{request}1.1", request):
        with desk.context().wrap_socket(desk.line(), server_hostname=NAME) as broken:
            broken.sendall(f"{line}\r\nNo: colon\r\n{cookie}\r\n\r\n".encode())
            assert b"200 OK" not in broken.recv(1_000)
    assert desk.ask("/")[0].status == 200
    log = desk.log.read_text()
    assert "people.badge" in log
    assert log.count("is no request") >= 4
    for secret in secrets:
        assert secret not in log, secret
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("options", "environment", "sentence"),
    [
        (("--host", "0.0.0.0"), {}, "does not speak unencrypted on 0.0.0.0"),
        (("--host", "::"), {}, "does not speak unencrypted on ::"),
        (("--tls-cert", "cert.pem"), {}, "Only cert.pem is given"),
        ((), {"SESSION_APP_TLS_KEY": "key.pem"}, "Only key.pem is given"),
        (("--tls-cert", "nowhere.pem", "--tls-key", "key.pem"), {}, "nowhere.pem cannot be read"),
        ((), {"SESSION_APP_DEVICES": "0"}, "SESSION_APP_DEVICES is “0”"),
        ((), {"SESSION_APP_DEVICES": "dos"}, "SESSION_APP_DEVICES is “dos”"),
    ],
    ids=range(7),
)
def test_what_cannot_be_served_is_one_sentence_and_no_desk(
    tmp_path, options, environment, sentence
):
    done = subprocess.run(
        [PROGRAM, "serve", "--data", tmp_path, "--port", str(free_port()), *options],
        capture_output=True, text=True, timeout=SECONDS, env=os.environ | environment,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert sentence in done.stderr
    assert not (tmp_path / "session.db").exists()
