"""Hostile requests over every route of the application: paths, methods, forms, headers, cookies.

    python -m tests.hostile.fuzz_requests --cases 20000 --seed 1

They go to a real desk, on connections kept open, by people of every role and by strangers. None is
answered with a status of 500 or more, no stack stands in the log, no answer tells of the machine, and
the desk is sound in the end. How long answers took is reported, not judged: it is the machine's.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import http.client
import json
import random
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from session_app.app import create_app, open_conference
from session_app.config import Settings
from session_app.domain import contract
from session_app.services.demo import DEMO_ROLES
from tests.desk_process import DeskProcess, running_desk
from tests.hostile.fuzz_commands import TEXTS

METHODS = (
    "GET",
    "GET",
    "GET",
    "POST",
    "POST",
    "POST",
    "HEAD",
    "OPTIONS",
    "PUT",
    "DELETE",
    "PATCH",
    "X",
)
MACHINE = re.compile(rb"Traceback|site-packages|/session_app/|werkzeug|sqlite3?\.|/work/|/home/")
HEADERS = {
    "Accept-Language": ("en", "es-SV,es;q=0.9", "x" * 3_000, "*", ";;;q=q", "zz-ZZ;q=1.0.0"),
    "Origin": ("null", "http://evil.test", "http://127.0.0.1", "", "x" * 2_000),
    "Host": ("evil.test", "127.0.0.1", "", "127.0.0.1:1", "[::1]:80"),
    "Cookie": ("login=", "login=" + "x" * 3_000, ";=;", "login=\xff\xfe", "__Host-login=x", "a=b; " * 500),
    "Range": ("bytes=0-0", "bytes=-1", "bytes=9-1,0-", "x"),
    "If-None-Match": ("*", '"x"', "W/", "x" * 3_000),
    "If-Modified-Since": ("x", "Thu, 01 Jan 1970 00:00:00 GMT", "9" * 40),
    "X-Forwarded-For": ("1.2.3.4", "x" * 2_000),
    "X-Forwarded-Host": ("evil.test",),
    "X-HTTP-Method-Override": ("DELETE",),
    "Content-Type": ("application/json", "text/xml", "multipart/form-data", "multipart/form-data; boundary=x", ""),
    "Content-Encoding": ("gzip",),
    "Transfer-Encoding": ("identity",),
    "Upgrade": ("websocket", "h2c"),
    "Connection": ("Upgrade", "close", "keep-alive, Upgrade"),
}  # fmt: skip


class Prober:
    """Makes requests from what the application says it has."""

    def __init__(
        self, dice: random.Random, desk: DeskProcess, routes: list[tuple[str, list[str]]]
    ) -> None:
        self.dice, self.desk, self.routes = dice, desk, routes
        self.cookies = [desk.sign_in(role) for role in DEMO_ROLES]
        self.ids = [
            str(row[0])
            for table in ("paragraph", "agenda_item", "person", "draft", "session")
            for row in desk.query(f"select id from {table} limit 8")
        ]

    def request(self) -> tuple[str, str, bytes | None, dict[str, str]]:
        """The next one: method, path, body and headers."""
        dice = self.dice
        route, allowed = dice.choice(self.routes)
        method = dice.choice(allowed if dice.random() < 0.8 else METHODS)
        path = self.path(route)
        headers = {"Origin": self.desk.url}
        if dice.random() < 0.9 and not route.startswith("/out"):  # or soon nobody is signed in
            headers["Cookie"] = f"login={dice.choice(self.cookies)}"
        body = None
        if method not in ("GET", "HEAD") and dice.random() < 0.9:
            body, headers["Content-Type"] = self.body(path)
        while dice.random() < 0.25:
            name = dice.choice(list(HEADERS))
            headers[name] = dice.choice(HEADERS[name])
        return method, path, body, headers

    def path(self, route: str) -> str:
        dice = self.dice
        kinds = {"session": [self.desk.session] * 6, "command": list(contract.COMMANDS)}
        others = ["es", "en", "bilingual", "css/base.css", "js/pages/home.js", *self.ids]

        def fill(found: re.Match[str]) -> str:
            kind = found[1].rpartition(":")[2]
            known = kinds.get(kind, others)
            value = dice.choice(known) if dice.random() < 0.85 else dice.choice(TEXTS)[:2_000]
            return quote(value.encode("utf-8", "surrogatepass"), safe=dice.choice(("", "/.")))

        path = re.sub("<([^>]*)>", fill, route)
        if dice.random() < 0.05:
            at = dice.randrange(len(path) + 1)
            path = (
                path[:at]
                + dice.choice(("/", "//", "/../", "%2f", "%00", "%", ";x", "."))
                + path[at:]
            )
        if dice.random() < 0.15:
            path += "?" + urlencode(
                {dice.choice(("next", "q", "_back", "lang", "EIO")): self.text()}
            )
        return path if path.startswith("/") else f"/{path}"

    def text(self) -> str:
        if self.dice.random() < 0.4:
            return self.dice.choice([*self.ids, self.desk.session, "true", "es", "closed", "up"])
        return self.dice.choice(TEXTS).encode("utf-8", "replace").decode()

    def body(self, path: str) -> tuple[bytes, str]:
        dice = self.dice
        fields: dict[str, str] = {}
        command = contract.COMMANDS.get(path.rpartition("/")[2].partition("?")[0])
        if command is not None:
            fields = {name: self.text() for name in contract.types_of(command)}
        for name in ("code", "pin", "person", "anew", "_back", "language", "file", "x"):
            if dice.random() < 0.25:
                fields[name] = self.text()
        if dice.random() < 0.2:
            parts = [
                f'--x\r\nContent-Disposition: form-data; name="{name}"'
                + (
                    f'; filename="{dice.choice(("a.csv", "../a", "", "=1.csv"))}"'
                    if name == "file"
                    else ""
                )
                + f"\r\n\r\n{value}\r\n"
                for name, value in fields.items()
            ]
            whole = "".join(parts) + dice.choice(("--x--\r\n", "", "--y--"))
            return whole.encode(), "multipart/form-data; boundary=x"
        raw = urlencode(fields).encode()
        if dice.random() < 0.1:
            raw = raw[: dice.randrange(len(raw) + 1)] + dice.randbytes(dice.randrange(50))
        return raw, "application/x-www-form-urlencoded"


def attack(cases: int, seed: int) -> dict[str, Any]:
    """Make so many requests. Raises `AssertionError` for a broken promise."""
    dice = random.Random(seed)
    counts: collections.Counter[str] = collections.Counter()
    took: list[float] = []
    longest, slowest = 0.0, ""
    with tempfile.TemporaryDirectory() as folder, running_desk(Path(folder)) as desk:
        prober = Prober(dice, desk, _routes(Path(folder)))
        before = desk.memory()
        for number in range(cases):
            request = prober.request()
            began = time.monotonic()
            where = f"case {number} of seed {seed}: {ascii(request)[:2_000]}"
            try:
                status, answer = _ask(desk, *request)
            except TimeoutError:
                raise AssertionError(f"no answer to {where}") from None
            took.append(time.monotonic() - began)
            if took[-1] >= longest:
                longest, slowest = took[-1], f"{request[0]} {request[1][:200]}"
            assert status < 500, f"{status} for {where}"
            assert not MACHINE.search(answer), f"the answer tells of the machine: {where}"
            counts[f"{status // 100}xx"] += 1
            counts["cases"] += 1
        assert desk.is_running()
        log = desk.log.read_text()
        assert "Traceback" not in log, log[-3_000:]
        assert "sound" in desk.run("verify")
        counts["growth_mb"] = (desk.memory() - before) // 1_000_000
    took.sort()
    figures = {
        f"p{part}_ms": round(took[min(len(took) - 1, len(took) * part // 100)] * 1_000, 1)
        for part in (50, 99, 100)
    }
    return dict(counts) | figures | {"slowest": slowest}


def _routes(folder: Path) -> list[tuple[str, list[str]]]:
    """Every route and its methods, as the application has it, and a few it has not."""
    settings = Settings(data=folder / "another")
    desk = open_conference(settings)
    rules = [
        (rule.rule, sorted({"GET", "POST"} & (rule.methods or set())))
        for rule in create_app(settings, desk).flask.url_map.iter_rules()
    ]
    desk.store.close()
    absent = ("/<x>", "/s/<session>/<x>", "/socket.io/", "/static/<x>/<y>")
    return [*rules, *rules, *((each, ["GET"]) for each in absent)]


def _ask(
    desk: DeskProcess, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=20)
    with contextlib.closing(connection):
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        if "Host" not in headers:
            connection.putheader("Host", f"127.0.0.1:{desk.port}")
        for name, value in headers.items():
            connection.putheader(name, value.encode("latin-1", "replace"))
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        try:
            connection.endheaders(body)
            reply = connection.getresponse()
            return reply.status, reply.read()
        except (ConnectionError, http.client.HTTPException):
            return 400, b""  # closed without an answer


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    report = attack(options.cases, options.seed)
    print(json.dumps(report | {"seconds": round(time.monotonic() - began, 1)}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
