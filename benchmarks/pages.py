"""How soon each page is of use on a slow tablet and a slow network, and how much script it takes.

    python benchmarks/pages.py [--rounds 3]

Chromium with the processor four times slower, over a line of 1.5 Mbit/s and 150 ms there and back that
carries requests and sockets alike, nothing kept from before. Of use: what the page is for is painted. Live:
its socket has joined the session; in the editor one can write. Beside it the floor: the same words as a page
of one file that comes at once, without style or script. Goals: of use within 1.5 s; script, packed, below
130 kB in the editor and 25 kB elsewhere. Exit code 1: a goal is not met.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lines import free_port
from playwright.sync_api import Browser, Page, Response, sync_playwright

ROOT = Path(__file__).parents[1]
PROGRAM = Path(sys.executable).with_name("session-app")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
TRIP, DOWN, UP = 0.15, 1_500_000 / 8, 750_000 / 8
"""Seconds there and back, bytes per second to the page and from it."""
SEGMENT = 1_460
SLOWER = 4
SOON, EDITOR, OTHERS = 1_500.0, 130_000, 25_000
WITHIN = 30_000
PAGES: Mapping[str, tuple[str | None, str, str]] = {
    "sign-in": (None, "/", "#code"),
    "delegate": ("delegate-hnd", "/s/{session}/", "#live-agenda li"),
    "chair": ("chair", "/s/{session}/chair", "#live-agenda li"),
    "secretariat": ("secretariat", "/s/{session}/desk", "main section"),
    "documents": ("delegate-hnd", "/s/{session}/documents", "main section"),
    "editor": ("drafting-mex", "/s/{session}/draft", "#grid .row.item"),
}
"""Each page: who opens it, where, and what of it must be painted."""
LIVE = "#connection:not([hidden]) .dot:not(.hollow)"
WRITABLE = "#grid:not([aria-busy])"
WATCH = """(() => {
  const marks = %s;
  const seen = {};
  const look = () => {
    for (const [name, mark] of Object.entries(marks))
      if (!seen[name] && [...document.querySelectorAll(mark)].some((each) => each.checkVisibility()))
        // This is before the frame is painted: after it, two tasks later.
        requestAnimationFrame(() => setTimeout(() => (window[name] = performance.now())), (seen[name] = true));
    if (Object.keys(seen).length < Object.keys(marks).length) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();"""


@dataclass
class SlowLine:
    """A slow TCP line before a desk, in a thread: all connections share its width. A connection takes one
    way there and back before anything is carried, as it does on a real line."""

    port: int
    to: int
    free: dict[float, float] = field(default_factory=dict)
    """When the line has carried what it has taken on, by the width of the way."""

    def open(self) -> None:
        ready = threading.Event()

        async def serve() -> None:
            await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            ready.set()
            await asyncio.Event().wait()

        threading.Thread(target=asyncio.run, args=(serve(),), daemon=True).start()
        ready.wait()

    async def _accept(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        await asyncio.sleep(TRIP)
        far, on = await asyncio.open_connection("127.0.0.1", self.to)
        await asyncio.gather(self._carry(near, on, UP), self._carry(far, back, DOWN))

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, width: float
    ) -> None:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._deliver(under_way, target))
        part = b"-"
        while part:
            try:
                part = await source.read(SEGMENT)
            except OSError:
                part = b""
            begins = max(time.monotonic(), self.free.get(width, 0.0))
            self.free[width] = begins + len(part) / width
            under_way.put_nowait((self.free[width] + TRIP / 2, part))
            # Others' segments have their turn: one connection does not take the line for all it has.
            await asyncio.sleep(begins - time.monotonic())
        await arriving

    async def _deliver(
        self, under_way: asyncio.Queue[tuple[float, bytes]], target: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            while True:
                at, part = await under_way.get()
                await asyncio.sleep(at - time.monotonic())
                if not part:
                    break
                target.write(part)
        target.close()


@dataclass
class Visit:
    """One opening of a page: when it was of use and live, in ms, and bytes of script, packed."""

    useful: float
    live: float
    script: int
    words: str


def open_page(browser: Browser, base: str, code: str | None, path: str, mark: str) -> Visit:
    """Open a page on the slow tablet, as whoever holds the code."""
    context = browser.new_context(viewport={"width": 1180, "height": 820}, service_workers="block")
    try:
        if code is not None:
            answer = context.request.post(
                f"{base}/in", form={"code": code}, headers={"Origin": base}
            )
            if not answer.ok:
                raise SystemExit(f"the desk did not let somebody in: {answer.status}")
        page = context.new_page()
        scripts: list[Response] = []
        page.on("response", lambda got: got.url.endswith(".js") and scripts.append(got))
        slow_down(page)
        live = {} if code is None else {"live": WRITABLE if mark.startswith("#grid") else LIVE}
        page.add_init_script(WATCH % json.dumps({"useful": mark, **live}))
        page.goto(base + path, wait_until="commit", timeout=WITHIN)
        useful = wait_for(page, "useful")
        since_then = wait_for(page, "live") if live else useful
        page.wait_for_load_state("load", timeout=WITHIN)
        script = sum(len(gzip.compress(each.body(), mtime=0)) for each in scripts)
        return Visit(useful, since_then, script, page.locator("main").inner_text())
    finally:
        context.close()


def open_floor(browser: Browser, words: str) -> float:
    """The same words, as one plain file that comes at once: what drawing them takes at least."""
    page = browser.new_page(viewport={"width": 1180, "height": 820})
    try:
        slow_down(page)
        page.add_init_script(WATCH % json.dumps({"useful": "pre"}))
        plain = words.replace("&", "&amp;").replace("<", "&lt;")
        body = f"<!doctype html><pre>{plain}</pre>"
        page.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html"))
        page.goto("http://floor.invalid/", timeout=WITHIN)
        return wait_for(page, "useful")
    finally:
        page.close()


def slow_down(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def wait_for(page: Page, name: str) -> float:
    """When the page was what this names."""
    # Not `wait_for_function`: our pages evaluate no text as script.
    end = time.monotonic() + WITHIN / 1000
    while not (at := page.evaluate(f"window.{name} ?? 0")):
        if time.monotonic() > end:
            raise SystemExit(f"{page.url} was not {name} within {WITHIN / 1000:.0f} s")
        page.wait_for_timeout(50)
    return float(at)


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} ({min(values):.0f}-{max(values):.0f})"


def measure(browser: Browser, base: str, made: Mapping[str, object], rounds: int) -> bool:
    """Print a line for each page; whether all goals are met."""
    codes = {each["role"]: each["code"] for each in made["roles"]}  # type: ignore[attr-defined]
    met = True
    print(f"{'':14}{'of use, ms':22}{'live, ms':22}{'floor, ms':22}{'script, packed, kB':20}")
    for name, (role, path, mark) in PAGES.items():
        code = codes[role] if role else None
        where = path.format(session=made["session"])
        visits, floors = [], []
        for _ in range(rounds):
            visits.append(open_page(browser, base, code, where, mark))
            floors.append(open_floor(browser, visits[-1].words))
        live = spread([each.live for each in visits]) if role else "-"
        times, script = [each.useful for each in visits], max(each.script for each in visits)
        good = statistics.median(times) < SOON and script < (EDITOR if name == "editor" else OTHERS)
        met = met and good
        line = f"{name:14}{spread(times):22}{live:22}{spread(floors):22}{script / 1000:<20.1f}"
        print(line + ("" if good else "goal NOT met"), flush=True)
    return met


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    port, line = free_port(), free_port()
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build", prefix="bench-") as folder:
        command = (PROGRAM, "demo", "--json", "--data", folder, "--port", str(port))
        hosts = f"127.0.0.1:{port},127.0.0.1:{line}"
        desk = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "SESSION_APP_HOSTS": hosts},
        )
        try:
            made = json.loads(desk.stdout.readline())  # type: ignore[union-attr]
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=list(QUIET)
                )
                SlowLine(line, port).open()
                met = measure(browser, f"http://127.0.0.1:{line}", made, options.rounds)
                browser.close()
        finally:
            desk.terminate()
            desk.wait()
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
