"""HTTPS served by the desk itself: what its certificate says, and connections that shake hands in time."""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gevent import Timeout
from gevent.ssl import SSLContext

from session_app.domain.errors import Invalid

from .wire import Handler, Lobby, Server

HANDSHAKE = 10.0
"""Seconds a connection may take until it is encrypted; each one has a greenlet of its own meanwhile."""
PARTIAL_CHAIN, NO_CHECK_TIME = 0x80000, 0x200000
"""X509_V_FLAG_PARTIAL_CHAIN and X509_V_FLAG_NO_CHECK_TIME of OpenSSL's x509_vfy.h."""

MISMATCH = ("KEY_VALUES_MISMATCH", "NO_CERTIFICATE_ASSIGNED")
"""What OpenSSL calls a key of another certificate, and one of another kind."""


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key, ready to serve."""

    context: SSLContext
    names: tuple[str, ...]
    """The names and addresses it is for; a wildcard is none, and nobody types an address of IPv6."""
    begins: datetime
    ends: datetime

    def hosts(self, port: int) -> tuple[str, ...]:
        """What browsers send as `Host` when they come to one of its names."""
        return tuple(each if port == 443 else f"{each}:{port}" for each in self.names)

    def is_good(self, now: datetime) -> bool:
        """Whether browsers take it today."""
        return self.begins <= now <= self.ends


def open_certificate(cert: Path, key: Path) -> Certificate:
    """Read a certificate (with its chain) and its key, both PEM.

    Raises `Invalid` naming the file that is not there, is not what it should be, or does not fit.
    """
    context = SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    for file in (cert, key):
        try:
            file.read_bytes()
        except OSError as failure:
            raise Invalid("tls.unreadable", file=str(file), why=failure.strerror) from None
    try:
        SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=str(cert))
    except ssl.SSLError:
        raise Invalid("tls.not_a_certificate", file=str(cert)) from None

    def ask_for_password() -> str:
        # Nobody sits at the machine when it starts by itself; OpenSSL would ask at the terminal.
        raise Invalid("tls.locked_key", file=str(key))

    try:
        context.load_cert_chain(str(cert), str(key), password=ask_for_password)
    except ssl.SSLError as failure:
        if failure.reason in MISMATCH:
            raise Invalid("tls.mismatch", cert=str(cert), key=str(key)) from None
        raise Invalid("tls.not_a_key", file=str(key)) from None
    try:
        said = _ask_oneself(context, cert)
    except ssl.SSLError as failure:  # for a client's certificate, or with a key too short for today
        why = getattr(failure, "verify_message", "") or failure.reason
        raise Invalid("tls.unfit", file=str(cert), why=why) from None
    names = [
        name
        for kind, name in said.get("subjectAltName", ())
        if kind in ("DNS", "IP Address") and not {"*", ":"}.intersection(name)
    ]
    begins, ends = (
        datetime.fromtimestamp(ssl.cert_time_to_seconds(said[each]), UTC)
        for each in ("notBefore", "notAfter")
    )
    return Certificate(context, tuple(names), begins, ends)


def _ask_oneself(context: SSLContext, cert: Path) -> dict[str, Any]:
    # The standard library tells what a certificate says only to who has shaken hands with its owner.
    asking = SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.check_hostname = False
    asking.verify_flags = ssl.VerifyFlags(PARTIAL_CHAIN | NO_CHECK_TIME)
    asking.load_verify_locations(cafile=str(cert))
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = asking.wrap_bio(back, there)
    server = context.wrap_bio(there, back, server_side=True)
    for _ in range(3):
        for side in (client, server):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    return dict(client.getpeercert() or {})


class SecureHandler(Handler):
    """Serves requests; that a line ends in the middle of an answer is no error here either."""

    ignored_socket_errors = (
        *Handler.ignored_socket_errors,
        ssl.SSL_ERROR_SSL,
        ssl.SSL_ERROR_SYSCALL,
        ssl.SSL_ERROR_ZERO_RETURN,
        ssl.SSL_ERROR_EOF,
    )


class SecureServer(Server):
    """Serves HTTPS; who does not shake hands in time, or speaks something else, is left without a word."""

    handler_class = SecureHandler

    def __init__(
        self, address: tuple[str, int], app: Any, lobby: Lobby, certificate: Certificate
    ) -> None:
        super().__init__(address, app, lobby, ssl_context=certificate.context)
        self._context = certificate.context

    def wrap_socket_and_handle(self, client_socket: Any, address: Any) -> Any:
        """Shake hands with a connection, in its own greenlet, and serve it."""
        line = None
        with suppress(Timeout, OSError), Timeout(HANDSHAKE):
            line = self._context.wrap_socket(client_socket, server_side=True)
        if line is None:
            client_socket.close()
            return None
        with line:
            return self.handle(line, address)
