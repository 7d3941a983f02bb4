"""Browsers that Playwright cannot drive, in the shape in which a `Person` uses one that it can.

A browser answers the commands of W3C WebDriver, each as its engine wants it carried: `WebKit` here by
HTTP, `Firefox` in its own file by Marionette. Both stand on a screen of their own (Xvfb), whose
keyboard types what WebDriver has no word for: dead keys, which the desktop's input method composes.
"""

from __future__ import annotations

import ctypes
import fnmatch
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from browser.people import KEY, SECONDS

ROADS = {
    **{"Navigate": "POST url", "GetCurrentURL": "GET url", "Refresh": "POST refresh"},
    **{"ExecuteScript": "POST execute/sync", "PerformActions": "POST actions"},
    **{"SetWindowRect": "POST window/rect", "GetWindowHandle": "GET window"},
    **{"NewWindow": "POST window/new", "SwitchToWindow": "POST window"},
    **{"CloseWindow": "DELETE window", "Quit": "DELETE "},
}
"""Where WebDriver's commands are reached by HTTP (8.)."""
CODES = {
    **{"Backspace": "\ue003", "Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c"},
    **{"Shift": "\ue008", "Control": "\ue009", "Alt": "\ue00a", "End": "\ue010", "Home": "\ue011"},
    **{
        "Delete": "\ue017",
        "ArrowLeft": "\ue012",
        "ArrowUp": "\ue013",
        "ArrowRight": "\ue014",
        "ArrowDown": "\ue015",
    },
}
"""Keys that are no letters (W3C WebDriver, 17.4.2)."""

# The middle of what is to be clicked, once it is shown and nothing lies above it.
MIDDLE = """(selector) => {
  const sought = document.querySelector(selector);
  if (!sought) return null;
  sought.scrollIntoView({ block: "center" });
  const box = sought.getBoundingClientRect();
  const at = [Math.floor(box.x + box.width / 2), Math.floor(box.y + box.height / 2)];
  const hit = document.elementFromPoint(...at);
  return box.width && box.height && sought.contains(hit) ? at : null;
}"""

# Have a page remember what goes wrong in it.
LISTEN = """() => {
  window.complaints = [];
  const note = (words) => window.complaints.push(String(words));
  addEventListener("error", (event) => note(event.message));
  addEventListener("unhandledrejection", (event) => note(event.reason));
  document.addEventListener("securitypolicyviolation", (event) => note(event.violatedDirective));
}"""


class Failed(Exception):
    """A browser answered a command with an error."""


class Screen:
    """An X server of one's own, with a Spanish keyboard: its dead keys wait for the next letter."""

    def __init__(self) -> None:
        ours, theirs = os.pipe()
        self._process = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(theirs), "-screen", "0", "1500x900x24"),
                *("-noreset", "-nolisten", "tcp"),
            ],
            pass_fds=[theirs],
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        with os.fdopen(ours) as told:
            self.name = f":{told.readline().strip()}"
        subprocess.run(["setxkbmap", "-display", self.name, "es"], check=True)
        self._x, self._test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XStringToKeysym.restype = ctypes.c_ulong
        self._line = ctypes.c_void_p(self._x.XOpenDisplay(self.name.encode()))

    def press(self, symbol: str) -> None:
        """Press a key by what X calls its symbol: "a", "dead_acute"."""
        wanted = ctypes.c_ulong(self._x.XStringToKeysym(symbol.encode()))
        key = self._x.XKeysymToKeycode(self._line, wanted)
        for pressed in (1, 0):
            self._test.XTestFakeKeyEvent(self._line, key, pressed, 0)
            self._x.XSync(self._line, 0)
            time.sleep(KEY / 1000)

    def close(self) -> None:
        self._x.XCloseDisplay(self._line)
        end(self._process)


class Driven:
    """One browser of one person; as Playwright's browser, context and page together."""

    def __init__(self) -> None:
        self.screen = Screen()
        self.keyboard = Keyboard(self)

    def ask(self, command: str, **values: object) -> Any:
        """Have the browser do something. Raises `Failed`."""
        raise NotImplementedError

    def complaints(self) -> list[str]:
        """What the browser has complained of, if it can be asked."""
        raise NotImplementedError

    # What a `Person` asks of a browser and a context

    def new_context(self, **_: object) -> Driven:
        return self

    def new_page(self) -> Driven:
        self.ask("SetWindowRect", x=0, y=0, width=1500, height=900)
        return self

    def on(self, event: str, listener: object) -> None:
        """Nothing is told as it happens: `complaints` is asked at the end."""

    # What a `Person` asks of a page

    def goto(self, url: str) -> None:
        self.ask("Navigate", url=url)

    def reload(self) -> None:
        self.ask("Refresh")

    def evaluate(self, script: str, argument: object = None) -> Any:
        """The value of an expression, or what a function returns."""
        called = f"const it = ({script}); return typeof it === 'function' ? it(arguments[0]) : it"
        return self.ask("ExecuteScript", script=called, args=[argument])

    def locator(self, selector: str) -> Place:
        return Place(self, selector)

    def wait_for_url(self, pattern: str) -> None:
        self.wait(lambda: fnmatch.fnmatch(self.ask("GetCurrentURL"), pattern), pattern)

    def wait_for_timeout(self, milliseconds: float) -> None:
        time.sleep(milliseconds / 1000)

    def wait(self, holds: Callable[[], Any], what: str) -> Any:
        limit = time.monotonic() + SECONDS
        while not (found := holds()):
            assert time.monotonic() < limit, what
            time.sleep(0.05)
        return found

    def open_tab(self) -> None:
        """Close the tab, with whatever is under way in it, and stand in a new one."""
        old = self.ask("GetWindowHandle")
        new = self.ask("NewWindow", type="tab")["handle"]
        self.ask("SwitchToWindow", handle=old)
        self.ask("CloseWindow")
        self.ask("SwitchToWindow", handle=new)

    def perform(self, kind: str, *steps: dict[str, object], **source: object) -> None:
        actions = [{"type": kind, "id": kind, "actions": steps} | source]
        self.ask("PerformActions", actions=actions)

    def close(self) -> None:
        self.screen.close()


class Keyboard:
    """Real presses of keys."""

    def __init__(self, page: Driven) -> None:
        self.page = page

    def press(self, keys: str) -> None:
        """One key, with those that are held: "Shift+Tab"."""
        named = [CODES.get(each, each) for each in keys.split("+")]
        down = [{"type": "keyDown", "value": each} for each in named]
        up = [{"type": "keyUp", "value": each} for each in reversed(named)]
        self.page.perform("key", *down, *up)

    def type(self, text: str, delay: float = 0) -> None:
        steps: list[dict[str, object]] = []
        for letter in text:
            steps += [{"type": "keyDown", "value": letter}, {"type": "keyUp", "value": letter}]
            steps += [{"type": "pause", "duration": delay}] if delay else []
        self.page.perform("key", *steps)


class Place:
    """Where something stands in a page."""

    def __init__(self, page: Driven, selector: str) -> None:
        self.page, self.selector = page, selector

    def locator(self, selector: str) -> Place:
        return Place(self.page, f"{self.selector} {selector}")

    def wait_for(self) -> None:
        self._ask("it => it !== null")

    def inner_text(self) -> str:
        return str(self._ask("it => it && [it.innerText]")[0])

    def click(self) -> None:
        at = self.page.wait(lambda: self.page.evaluate(MIDDLE, self.selector), self.selector)
        move = {"type": "pointerMove", "duration": 0, "x": at[0], "y": at[1]}
        press, lift = ({"type": f"pointer{each}", "button": 0} for each in ("Down", "Up"))
        self.page.perform("pointer", move, press, lift, parameters={"pointerType": "mouse"})

    def _ask(self, question: str) -> Any:
        script = f"selector => ({question})(document.querySelector(selector))"
        return self.page.wait(lambda: self.page.evaluate(script, self.selector), self.selector)


class WebKit(Driven):
    """WebKitGTK's small browser, through its driver."""

    def __init__(self) -> None:
        super().__init__()
        self._port = free_port()
        self._heard: list[str] = []
        # Painted by the processor: the software that stands in for a graphics card may crash under its painter.
        painted = {"DISPLAY": self.screen.name, "WEBKIT_SKIA_ENABLE_CPU_RENDERING": "1"}
        self._driver = subprocess.Popen(
            ["WebKitWebDriver", f"--port={self._port}"],
            env=os.environ | painted,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.wait(lambda: is_open(self._port), "WebKitWebDriver")
        browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
        options = {"binary": str(browser), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self._session = ""
        self._session = self._send("POST", "", capabilities=wanted)["sessionId"]

    def ask(self, command: str, **values: object) -> Any:
        method, _, road = ROADS[command].partition(" ")
        return self._send(method, road, **values)

    def goto(self, url: str) -> None:
        self._heard = self.complaints()
        super().goto(url)
        self.evaluate(LISTEN)

    def complaints(self) -> list[str]:
        """Errors of scripts since each page was there; an automated WebKitGTK keeps its console to itself."""
        return self._heard + list(self.evaluate("window.complaints ?? []"))

    def close(self) -> None:
        try:
            self.ask("Quit")
        finally:
            end(self._driver)
            super().close()

    def _send(self, method: str, road: str, **values: object) -> Any:
        path = "/".join(each for each in ("session", self._session, road) if each)
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/{path}",
            method=method,
            data=json.dumps(values).encode() if method == "POST" else None,
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as failure:
            with failure:
                raise Failed(road, json.load(failure)["value"]) from None


def end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(SECONDS)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0
