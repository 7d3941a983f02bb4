"""Settings: read once, frozen, and the only reader of the environment.

Precedence: what the command line says, then `SESSION_APP_*` variables, then the defaults.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from session_app.domain.errors import Invalid
from session_app.domain.signing import DEVICES

MAX_DEVICES = 10
"""A person's sockets are bounded, too: realtime.gateway.MAX_CONNECTIONS."""
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how the desk listens."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    hosts: tuple[str, ...] = ()
    """Host names (with port) the desk answers to; empty means the address it listens on."""
    secure: bool = False
    """Whether people reach the desk by HTTPS; cookies are then `Secure` and named `__Host-`."""
    tls: tuple[Path, Path] | None = None
    """The certificate and its key, where the desk speaks HTTPS itself."""
    devices: int = DEVICES
    """Devices a person may be signed in on at once; a further one asks, and signs the oldest out."""
    agendas: Path = field(default=ROOT / "agendas")
    static: Path = field(default=ROOT / "static")
    docx_templates: Path = field(default=ROOT / "docx_templates")
    forum: str = "crm"


def read_settings(
    *,
    data: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
) -> Settings:
    """The settings of this run. Raises `Invalid` naming the variable that says nothing known."""
    environment = os.environ
    tls = _read_tls(
        tls_cert or environment.get("SESSION_APP_TLS_CERT"),
        tls_key or environment.get("SESSION_APP_TLS_KEY"),
    )
    if port is None:
        port = _read_port(environment.get("SESSION_APP_PORT", "8000"))
    return Settings(
        data=(data or Path(environment.get("SESSION_APP_DATA", "data"))).resolve(),
        host=host or environment.get("SESSION_APP_HOST", "127.0.0.1"),
        port=port,
        hosts=tuple(
            filter(None, map(str.strip, environment.get("SESSION_APP_HOSTS", "").split(",")))
        ),
        secure=_read_secure(environment.get("SESSION_APP_SECURE", "0")) or tls is not None,
        tls=tls,
        devices=_read_devices(environment.get("SESSION_APP_DEVICES", str(DEVICES))),
    )


def require_privacy(settings: Settings) -> None:
    """Raise `Invalid("serve.plain_http")` for a desk that would listen on a network unencrypted."""
    try:
        local = ip_address(settings.host).is_loopback
    except ValueError:
        local = settings.host == "localhost"
    if not settings.secure and not local:
        raise Invalid("serve.plain_http", host=settings.host)


def _read_tls(cert: str | Path | None, key: str | Path | None) -> tuple[Path, Path] | None:
    if not cert and not key:
        return None
    if not cert or not key:
        raise Invalid("tls.half", given=str(cert or key))
    return Path(cert), Path(key)


def _read_secure(text: str) -> bool:
    # Whoever writes "true" must not go on with cookies that any wire may carry.
    if text not in ("", "0", "1"):
        raise Invalid("settings.bad_secure", value=text[:40])
    return text == "1"


def _read_port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:6]) < 65_536:
        raise Invalid("settings.bad_port", value=text[:40])
    return int(text)


def _read_devices(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:6]) <= MAX_DEVICES:
        raise Invalid("settings.bad_devices", value=text[:40], most=MAX_DEVICES)
    return int(text)
