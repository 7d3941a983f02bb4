"""Who sends too much, or nothing but nonsense: slowed, refused, put off the line; the others go on."""

from __future__ import annotations

import json
import time

import pytest
from desk_process import Refused, Socket, running_desk
from websocket import ABNF

from session_app.domain.allowance import OFFENCES, for_messages
from session_app.realtime.wire import LET_IN_WITHIN, WAITING_STRANGERS, WAITING_TABS
from session_app.views.live import TOPICS
from session_app.web.pages import ON_THE_TABLET

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


def flood(opened, message, count):
    """Send so many of a message without waiting for an answer; how many acks came."""
    numbers = range(100_000, 100_000 + count)
    text = json.dumps(message)
    try:
        for number in numbers:
            opened.send_text(f"42{number}{text}")
    except Refused:
        assert opened.wait_closed(5)


def refusals(opened, code):
    return sum(f'"{code}"'.encode() in frame for frame in opened.frames)


def test_the_busiest_page_is_never_told_that_it_is_too_fast(desk):
    """Enter held down is the busiest there is: 60 messages a second; twice that for three seconds."""
    opened = desk.enter("drafting-mex")
    for _ in range(30):
        asked = [{"draft": desk.draft(), "ids": [], "lens": []}, b""]
        for _ in range(4):
            assert opened.ask("draft.sync", *asked)["ok"]
        for _ in range(8):
            assert opened.ask("beat", {})["ok"]
        time.sleep(0.1)
    opened.close()


def test_too_many_messages_are_refused_in_one_sentence_and_then_the_line_is_cut(desk):
    other, flooding = desk.enter("chair"), desk.enter("observer-country")
    begun = time.monotonic()
    flood(flooding, ["beat", {}], 1_000)
    assert flooding.wait_closed(5)
    assert refusals(flooding, "message.too_fast") > OFFENCES // 2
    assert other.ask("beat", {})["ok"]
    assert time.monotonic() - begun < 3
    said = desk.log.read_text()
    assert desk.person("observer-country") in said
    assert "offences within a minute, the last message.too_fast: cut off" in said


def test_who_comes_back_has_no_more_offences_left_and_may_still_do_what_is_right(desk):
    opened = desk.enter("rrocm")
    for _ in range(OFFENCES):
        assert opened.do("sitting.close")["code"] in ("access.denied", "access.no_rule")
    assert _offend_until_cut(opened) < OFFENCES  # a few have come back meanwhile
    again = desk.enter("rrocm")
    assert again.do("person.language", language="es")["ok"]
    assert _offend_until_cut(again) < 10


def _offend_until_cut(opened):
    """How often somebody was refused before the line was cut."""
    for count in range(2 * OFFENCES):
        try:
            opened.do("sitting.close")
        except Refused:
            return count
    raise AssertionError("the line was never cut")


def test_who_joins_with_everything_again_and_again_is_told_that_it_is_too_fast(desk):
    """Each topic of a page is read and rendered anew, so it is by topics that a join is counted."""
    other, opened = desk.enter("chair"), desk.enter("secretariat")
    asked = {"session": desk.session, "topics": [*TOPICS]}
    answers = [opened.ask("join", asked)["ok"] for _ in range(12)]
    assert answers[:5] == [True] * 5
    assert not all(answers)
    assert other.ask("beat", {})["ok"]
    twenty_tabs = [desk.enter("drafting-can", *ON_THE_TABLET) for _ in range(20)]
    for each in twenty_tabs:
        each.close()


def test_refusals_of_an_ordinary_day_are_no_offences(desk):
    opened = desk.enter("secretariat")
    rows = opened.ask("draft.open", {"draft": desk.draft(), "tab": "t"})["draft"]["rows"]
    values = {"draft": desk.draft(), "paragraph": rows[0]["id"], "direction": "up"}
    for number in range(2 * OFFENCES):
        if number % 50 == 0:
            time.sleep(0.5)
        answer = opened.do("paragraph.move", op=f"{number:026}", **values)
        assert answer["ok"] is False, answer
    assert opened.do("person.language", language="es")["ok"]


def test_who_knocks_at_doors_without_end_is_not_entered_for_each_time(desk):
    cookie, other = desk.sign_in("observer-organisation"), desk.sign_in("observer-country")
    path = f"/s/{desk.session}/chair"
    asked = [desk.ask(path, cookie=cookie).status for _ in range(1_300)]
    assert set(asked[:900]) == {404}
    assert asked[-1] == 409
    knocks = desk.query(
        "select count(*) from act where person = ?", desk.person("observer-organisation")
    )
    assert knocks[0][0] < 1_300
    assert desk.ask(f"/s/{desk.session}/", cookie=other).status == 200
    assert desk.ask("/static/css/base.css", cookie=cookie).status == 200


def test_one_person_on_many_lines_has_no_more_than_on_two(desk):
    cookie = desk.sign_in("interpreter")
    lines = [desk.connect(cookie) for _ in range(6)]
    each = int(for_messages().burst) // 2 - 10
    for opened in lines:
        flood(opened, ["beat", {}], each)
    time.sleep(1)
    assert sum(refusals(opened, "message.too_fast") for opened in lines) > 50
    for opened in lines:
        opened.close()


@pytest.mark.parametrize(
    "noise",
    [
        '42["nonsense",{}]',
        "40/elsewhere,",
        "3",
        "9",
        "42" + "[" * 2_000,
        '42["beat",' + " " * 9_000,
        "x",
        "",
    ],
    ids=["unknown", "namespace", "pong", "packet", "nested", "large", "letter", "empty"],
)
def test_noise_that_is_no_message_keeps_nobody_waiting(desk, noise):
    other, noisy = desk.enter("chair"), desk.enter("delegate-hnd")
    longest = 0.0
    try:
        for _ in range(30):
            for _ in range(100):
                noisy.send_text(noise)
            begun = time.monotonic()
            assert other.ask("beat", {})["ok"]
            longest = max(longest, time.monotonic() - begun)
    except Refused:
        assert noisy.wait_closed(2)
    assert longest < 0.5
    noisy.close()
    other.close()


def test_a_flood_of_control_frames_keeps_nobody_waiting(desk):
    other, noisy = desk.enter("chair"), desk.enter("delegate-hnd")
    frame = ABNF.create_frame(b"x" * 100, ABNF.OPCODE_PING).format() * 100
    longest = 0.0
    for _ in range(30):
        try:
            noisy.wire.sock.sendall(frame)
        except OSError:
            break
        begun = time.monotonic()
        assert other.ask("beat", {})["ok"]
        longest = max(longest, time.monotonic() - begun)
    assert longest < 0.5
    noisy.close()


def test_frames_no_browser_sends_end_the_line(desk):
    for frame in (
        b"\x81\x05" + b"hello",  # not masked
        b"\xc1\x80abcd",  # a flag of an extension nobody has asked for
        b"\x83\x80abcd",  # an opcode that is none
        b"\x09\x80abcd",  # a ping in parts
        b"\x89\xfe\x01\x00abcd" + b"x" * 256,  # a ping too long
        b"\x80\x80abcd",  # a continuation of nothing
        b"\x81\xff" + b"\xff" * 8 + b"abcd",  # 2^64 - 1 bytes announced
        b"\x81\x82abcd" + bytes(a ^ b for a, b in zip(b"\xc3\x28", b"ab", strict=True)),  # no UTF-8
        b"\x88\x81abcdx",  # a close of one byte
    ):
        opened = desk.enter("delegate-hnd")
        opened.wire.sock.sendall(frame)
        assert opened.wait_closed(3), frame
    assert desk.enter("delegate-hnd").do("person.language", language="es")["ok"]


def test_a_line_on_which_nobody_asks_to_be_let_in_is_closed(desk):
    lines = [Socket(desk.port, None), Socket(desk.port, desk.sign_in("chair"))]
    left = desk.connect(desk.sign_in("delegate-hnd"))
    left.send_text("41")  # disconnected, and the line kept
    for opened in (*lines, left):
        assert not opened.wait_closed(0.5)
    for opened in (*lines, left):
        assert opened.wait_closed(LET_IN_WITHIN + 1)
    stays = desk.enter("delegate-hnd")
    assert not stays.wait_closed(LET_IN_WITHIN + 1)
    stays.close()


def test_strangers_share_the_places_of_their_address_and_who_has_a_login_comes_in(desk):
    waiting = [Socket(desk.port, None) for _ in range(WAITING_STRANGERS)]
    with pytest.raises(Refused, match="429"):
        Socket(desk.port, None)
    with pytest.raises(Refused, match="429"):
        Socket(desk.port, "stolen")
    known = [desk.enter(role) for role in ("chair", "drafting-can", "projector")]
    assert all(opened.ask("beat", {})["ok"] for opened in known)
    waiting.pop().close()
    end = time.monotonic() + 3
    while True:
        try:
            waiting.append(Socket(desk.port, None))
            break
        except Refused:
            assert time.monotonic() < end
            time.sleep(0.05)
    for opened in (*waiting, *known):
        opened.close()


def test_one_login_opens_only_so_many_lines_without_being_let_in(desk):
    cookie = desk.sign_in("rrocm")
    waiting = [Socket(desk.port, cookie) for _ in range(WAITING_TABS)]
    with pytest.raises(Refused, match="429"):
        Socket(desk.port, cookie)
    for opened in waiting:
        opened.close()


def test_a_socket_is_opened_at_its_own_path_only_and_by_a_proper_handshake(desk):
    cookie = desk.sign_in("chair")
    key = "Sec-WebSocket-Key"
    for path, wrong, status in (
        ("/", {}, 400),
        (f"/s/{desk.session}/", {}, 400),
        ("/elsewhere", {}, 404),
        ("/socket.io/?EIO=4&transport=websocket", {key: "x"}, 400),
        ("/socket.io/?EIO=4&transport=websocket", {key: "ñ" * 5}, 400),
        ("/socket.io/?EIO=4&transport=websocket", {key: ""}, 400),
        ("/socket.io/?EIO=4&transport=websocket", {"Sec-WebSocket-Version": "1"}, 400),
        ("/socket.io/?EIO=4&transport=websocket", {"Sec-WebSocket-Version": ""}, 426),
    ):
        handshake = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            key: "dGhlIHNhbXBsZSBub25jZQ==",
        }
        answer = desk.ask(path, cookie=cookie, headers=handshake | wrong)
        assert answer.status == status, (path, wrong)
    assert "Traceback" not in desk.log.read_text()


def test_after_all_this_the_desk_is_as_it_was(desk):
    assert "Traceback" not in desk.log.read_text()
    assert "sound" in desk.run("verify")
