"""Firefox, driven by Marionette: the wire below geckodriver, which Debian does not carry.

A message is its length, a colon and JSON: `[0, number, command, values]` is answered by
`[1, number, error, value]` (Firefox source, testing/marionette).
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from browser.webdriver import SECONDS, Driven, Failed, end, free_port, is_open

PREFERENCES = {
    # Those recommended for tests let a window only pretend that it has the focus: no input method then.
    "remote.prefs.recommended": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.update.disabledForTesting": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
}

# Errors in our own pages, and what these have complained of on the console.
COMPLAINTS = """
  const [origin] = arguments;
  const said = Services.console.getMessageArray()
    .filter((each) => each instanceof Ci.nsIScriptError && each.sourceName.startsWith(origin))
    .filter((each) => !(each.flags & each.warningFlag))
    .map((each) => each.errorMessage)
    // What it says of a picture it stopped loading, as the page gave way to the next.
    .filter((said) => !/^XML Parsing Error: no root element found\\s.*\\/icons\\.svg\\s/.test(said));
  const written = Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage).getEvents()
    .filter((each) => ["error", "warn"].includes(each.level) && each.filename.startsWith(origin))
    .map((each) => each.arguments.map(String).join(" "));
  return [...said, ...written];
"""


class Firefox(Driven):
    def __init__(self) -> None:
        super().__init__()
        self._profile = Path(tempfile.mkdtemp(prefix="firefox-"))
        port = free_port()
        wanted = PREFERENCES | {"marionette.port": port}
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in wanted.items()
        ]
        (self._profile / "user.js").write_text("\n".join(lines))
        self._process = subprocess.Popen(
            [
                *("firefox", "--marionette", "--remote-allow-system-access", "--no-remote"),
                *("--profile", self._profile, "about:blank"),
            ],
            env=os.environ | {"DISPLAY": self.screen.name, "HOME": str(self._profile)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wait(lambda: is_open(port), "Firefox")
        self._line = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self._input = self._line.makefile("rb")
        self._number = 0
        self._read()
        self.ask("NewSession", capabilities={"alwaysMatch": {}})

    def ask(self, command: str, **values: object) -> Any:
        return self._send(f"WebDriver:{command}", **values)

    def complaints(self) -> list[str]:
        origin = "/".join(self.ask("GetCurrentURL").split("/")[:3])
        self._send("Marionette:SetContext", value="chrome")
        said = self.ask("ExecuteScript", script=COMPLAINTS, args=[origin])
        self._send("Marionette:SetContext", value="content")
        return list(said)

    def close(self) -> None:
        self._input.close()
        self._line.close()
        end(self._process)
        shutil.rmtree(self._profile, ignore_errors=True)
        super().close()

    def _send(self, command: str, **values: object) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, command, values]).encode()
        self._line.sendall(b"%d:%s" % (len(message), message))
        _, number, error, value = self._read()
        assert number == self._number
        if error:
            raise Failed(command, error["error"], error["message"])
        # What is one value comes wrapped, what is an object does not.
        return value["value"] if isinstance(value, dict) and value.keys() == {"value"} else value

    def _read(self) -> Any:
        length = b""
        while (digit := self._input.read(1)) != b":":
            length += digit
        return json.loads(self._input.read(int(length)))
