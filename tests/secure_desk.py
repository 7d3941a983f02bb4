"""A desk that speaks HTTPS itself, in its own process, with badges issued by the normal road."""

import contextlib
import http.client
import os
import re
import socket
import ssl
import subprocess
from urllib.parse import urlencode

import websocket
from certificates import NAME, make_certificate
from desk_process import PROGRAM, SECONDS, free_port

from session_app.config import ROOT

SESSION = "grcm-prueba-2017"
PEOPLE = ROOT / "agendas" / "crm" / "demo" / "people.csv"
FACTS = (
    *("--body", "grcm", "--ppt", "SLV", "--city", "San Salvador", "--zone", "America/El_Salvador"),
    *("--starts", "2017-06-20", "--ends", "2017-06-22"),
)


class SecureDesk:
    """`session-app serve --tls-cert … --tls-key …` on a data folder with a session and its people."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.cert, self.key = make_certificate(folder, f"DNS:{NAME}", "IP:127.0.0.1")
        self.host = f"{NAME}:{self.port}"
        self.origin = f"https://{self.host}"
        self.log = folder / "desk.log"
        self.run("session", SESSION, *FACTS)
        self.run("accredit", SESSION, PEOPLE)
        self.badges = self.issue()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "serve", "--data", folder / "data", "--port", str(self.port),
                 "--tls-cert", self.cert, "--tls-key", self.key],
                stdout=subprocess.PIPE, stderr=log, env=self.environment(),
            )  # fmt: skip
        self.said = self.process.stdout.readline().decode().strip()
        self.process.stdout.close()
        assert self.said, self.log.read_text()[-2000:]

    def environment(self):
        return {key: value for key, value in os.environ.items() if "SESSION_APP" not in key}

    def run(self, *arguments):
        return subprocess.run(
            [PROGRAM, arguments[0], "--data", self.folder / "data", *arguments[1:]],
            check=True, capture_output=True, text=True, timeout=SECONDS, env=self.environment(),
        ).stdout  # fmt: skip

    def issue(self, *options):
        """Everybody's new badge by name: the link's code, the typed one, the PIN or None."""
        badges = {}
        for line in self.run("badges", SESSION, "--base", "https://x", *options).splitlines():
            found = re.match(r"\S+ +(.+?) +https://x/in/(\S+)  (\S+)(?:  PIN (\d{6}))?$", line)
            badges[found[1]] = found.groups()[1:]
        return badges

    def context(self):
        return ssl.create_default_context(cafile=self.cert)

    def line(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def ask(self, path, form=None, *, cookie="", host="", **headers):
        """An answer, and its body, by HTTPS to the desk's name as a browser on its page asks."""
        sent = {"Host": host or self.host, "Origin": self.origin, "Cookie": cookie} | headers
        connection = http.client.HTTPConnection(NAME, self.port, timeout=SECONDS)
        connection.sock = self.context().wrap_socket(self.line(), server_hostname=NAME)
        with contextlib.closing(connection):
            body = None
            if form is not None:
                body = urlencode(form)
                sent["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("GET" if form is None else "POST", path, body, sent)
            answer = connection.getresponse()
            return answer, answer.read().decode()

    def sign_in(self, name, **headers):
        """The cookie of somebody who has typed the code of their badge, and the PIN if there is one."""
        _, typed, pin = self.badges[name]
        answer, page = self.ask("/in", {"code": typed}, **headers)
        if pin:
            step = re.search(r'name="step" value="([^"]+)"', page)[1]
            answer, page = self.ask("/in/pin", {"step": step, "pin": pin}, **headers)
        assert answer.status == 303, page
        return answer.headers["Set-Cookie"].partition(";")[0]

    def connect(self, cookie, *, origin="", host=""):
        """A socket by wss that the desk has accepted."""
        line = self.context().wrap_socket(self.line(), server_hostname=NAME)
        try:
            opened = websocket.create_connection(
                f"wss://{NAME}:{self.port}/socket.io/?EIO=4&transport=websocket",
                socket=line, timeout=SECONDS,
                cookie=cookie, origin=origin or self.origin, host=host or self.host,
            )  # fmt: skip
            opened.recv()
            opened.send("40")
            answer = opened.recv()
            if not answer.startswith("40{"):
                raise websocket.WebSocketException(answer)
        except (websocket.WebSocketException, OSError):
            line.close()
            raise
        return opened

    def stop(self):
        self.process.terminate()
        self.process.wait(SECONDS)
