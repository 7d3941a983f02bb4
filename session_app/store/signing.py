"""Badges and logins: what opens a person's sessions.

A stolen file of the store signs nobody in. Links and cookies have 128 bits and more of their own, so
their plain hashes are kept; typed codes and PINs could be tried out one after the other, so theirs are
made with a key that lies in a file of its own beside the store.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from session_app.domain.errors import Conflict
from session_app.domain.signing import (
    PIN_LENGTH,
    PRESENCE_LENGTH,
    TYPED_ALPHABET,
    TYPED_LENGTH,
    Code,
)

from .database import Database, Transaction, new_id, stamp

LASTS = timedelta(days=7)
"""How long a login is good: the longest meeting, with the days around it."""
KEY_FILE = "code.key"
KEY_BYTES = 32
SALT_BYTES = 16


Form = Literal["paper", "mail"]
"""How a badge reaches its holder: printed, or as a link in an invitation."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge whose codes are good."""

    hash: str
    person: str
    name: str
    pin: bytes | None
    """What a PIN typed with it must come to; None where none is asked for."""
    failures: int
    """Wrong PINs in a row."""
    demonstration: bool
    """Handed out by the demonstration: no PIN, as many devices as one likes."""


@dataclass(frozen=True, slots=True)
class Login:
    """A device that is signed in."""

    id: str
    person: str
    device: str
    at: str


# Codes ---------------------------------------------------------------------------------------


def read_key(db: Database) -> bytes:
    """The key that typed codes and PINs are hashed with, made when it is first needed.

    It is no part of the database, so that neither a copy of that file nor a backup of it holds what
    would let codes be tried out. Without it the links of all badges still work. Raises
    `Conflict("store.bad_key")` for a file that holds no such key.
    """
    file = db.folder / KEY_FILE
    try:
        if not file.exists():
            part = file.with_suffix(".part")
            part.unlink(missing_ok=True)
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as made:
                made.write(secrets.token_bytes(KEY_BYTES))
                made.flush()
                os.fsync(handle)
            part.replace(file)
        key = file.read_bytes()
    except OSError as failure:
        raise Conflict("store.unusable", folder=str(db.folder), why=str(failure)) from None
    if len(key) != KEY_BYTES:
        raise Conflict("store.bad_key", file=str(file))
    return key


def make_typed() -> str:
    """A new code to be typed."""
    return "".join(secrets.choice(TYPED_ALPHABET) for _ in range(TYPED_LENGTH))


def make_pin() -> str:
    """A new PIN."""
    return "".join(secrets.choice("0123456789") for _ in range(PIN_LENGTH))


def hash_pin(key: bytes, pin: str, salt: bytes | None = None) -> bytes:
    """What is kept of a PIN, made slowly (some 50 ms): call it where nobody waits for it."""
    salt = salt or secrets.token_bytes(SALT_BYTES)
    keyed = hmac.digest(key, pin.encode(), "sha256")
    return salt + hashlib.scrypt(keyed, salt=salt, n=2**14, r=8, p=1, maxmem=2**26)


def is_pin(key: bytes, pin: str, kept: bytes) -> bool:
    """Whether this PIN is the one of which so much is kept; as slow as `hash_pin`."""
    return hmac.compare_digest(hash_pin(key, pin, kept[:SALT_BYTES]), kept)


def hash_typed(key: bytes, typed: str) -> str:
    """What is kept of a typed code."""
    return hmac.digest(key, typed.encode(), "sha256").hex()


def sign_presence(key: bytes, session: str, person: str, step: int) -> str:
    """The code that a badge on a phone shows for one step of time. Nothing of it is kept."""
    signed = hmac.digest(key, f"presence\n{session}\n{person}\n{step}".encode(), "sha256")
    return b32encode(signed[: PRESENCE_LENGTH * 5 // 8]).decode()


# Badges --------------------------------------------------------------------------------------


def issue_badge(
    tx: Transaction,
    person: str,
    *,
    typed: str | None = None,
    pin: bytes | None = None,
    demonstration: bool = False,
    form: Form = "paper",
) -> str:
    """A new badge for a person; returns the code of its link, of 128 bits.

    `typed` and `pin` are what is kept of them. Badges issued before stay good until withdrawn.
    """
    code = new_id()
    tx.execute(
        "insert into badge (hash, person, at, typed, pin, demonstration, form) values (?, ?, ?, ?, ?, ?, ?)",
        (_hash(code), person, stamp(tx.now), typed, pin, demonstration, form),
    )
    return code


def withdraw_badges(tx: Transaction, person: str) -> None:
    """End a person's codes, PINs and logins, e.g. when a badge is lost."""
    for table in ("badge", "login"):
        tx.execute(
            f"update {table} set ended = ? where person = ? and ended is null",
            (stamp(tx.now), person),
        )
    tx.change_authority()


def replace_badges(tx: Transaction, person: str, form: Form) -> int:
    """End a person's badges of one form, with the logins made by them; returns how many there were.

    What was printed anew does not end what was sent, nor the other way round; nor the demonstration's.
    """
    tx.execute(
        "update login set ended = ? where person = ? and ended is null and badge in"
        " (select hash from badge where person = ? and form = ? and not demonstration)",
        (stamp(tx.now), person, person, form),
    )
    ended = tx.execute(
        "update badge set ended = ? where person = ? and form = ? and ended is null"
        " and not demonstration",
        (stamp(tx.now), person, form),
    ).rowcount
    if ended:
        tx.change_authority()
    return ended


def handed_out(db: Database, session: str) -> dict[str, dict[Form, str]]:
    """When somebody accredited to a session was last given a badge that is still good, by its form."""
    rows = db.all(
        "select b.person, b.form, max(b.at) as at from badge b join accreditation a on a.person = b.person"
        " where a.session = ? and b.ended is null and not b.demonstration group by b.person, b.form",
        (session,),
    )
    found: dict[str, dict[Form, str]] = {}
    for row in rows:
        found.setdefault(row["person"], {})[row["form"]] = row["at"]
    return found


def withdraw_demonstration(tx: Transaction) -> int:
    """End the badges that the demonstration handed out, and their logins; returns how many badges."""
    tx.execute(
        "update login set ended = ? where ended is null"
        " and badge in (select hash from badge where demonstration)",
        (stamp(tx.now),),
    )
    ended = tx.execute(
        "update badge set ended = ? where ended is null and demonstration", (stamp(tx.now),)
    ).rowcount
    tx.change_authority()
    return ended


def is_typed_taken(db: Database, typed: str) -> bool:
    """Whether some badge, good or withdrawn, has the typed code of which this is kept."""
    return db.one("select 1 from badge where typed = ?", (typed,)) is not None


def find_badge(db: Database, code: Code) -> Badge | None:
    """The badge a code is of, while it is good."""
    kept = _hash(code.text) if code.kind == "link" else hash_typed(read_key(db), code.text)
    return _badge(db, "hash" if code.kind == "link" else "typed", kept)


def badge_of(db: Database, badge: str) -> Badge | None:
    """The badge found before, as it is now; None once it has been withdrawn."""
    return _badge(db, "hash", badge)


def _badge(db: Database, column: Literal["hash", "typed"], value: str) -> Badge | None:
    row = db.one(
        "select b.*, p.name from badge b join person p on p.id = b.person"
        f" where b.{column} = ? and b.ended is null",
        (value,),
    )
    if row is None:
        return None
    return Badge(
        hash=row["hash"],
        person=row["person"],
        name=row["name"],
        pin=row["pin"],
        failures=row["failures"],
        demonstration=bool(row["demonstration"]),
    )


def count_failures(tx: Transaction, badge: str, failures: int) -> None:
    """Keep how many wrong PINs in a row a badge has seen."""
    tx.execute("update badge set failures = ? where hash = ?", (failures, badge))


# Logins --------------------------------------------------------------------------------------


def open_login(tx: Transaction, person: str, *, device: str = "?", badge: str | None = None) -> str:
    """Sign a person in on a device; returns the secret for its cookie."""
    token = secrets.token_urlsafe(32)
    at = stamp(tx.now)
    tx.execute(
        "insert into login (hash, person, at, id, device, badge) values (?, ?, ?, ?, ?, ?)",
        (_hash(token), person, at, new_id(), device, badge),
    )
    tx.execute("update badge set used = ? where hash = ?", (at, badge))
    return token


def logins(db: Database, person: str, now: datetime) -> list[Login]:
    """The devices a person is signed in on, the one signed in first in front."""
    rows = db.all(
        "select * from login where person = ? and ended is null and at > ? order by rowid",
        (person, stamp(now - LASTS)),
    )
    return [Login(row["id"], row["person"], row["device"], row["at"]) for row in rows]


def first_logins(db: Database, session: str) -> dict[str, str]:
    """When each of those accredited to a session first signed in since they were, by person."""
    rows = db.all(
        "select a.person, min(l.at) as at from accreditation a join login l on l.person = a.person"
        " where a.session = ? and l.at >= a.since group by a.person",
        (session,),
    )
    return {row["person"]: row["at"] for row in rows}


def login_of(db: Database, token: str, now: datetime) -> Login | None:
    """The login a cookie's secret is of, while it lasts."""
    row = db.one(
        "select * from login where hash = ? and ended is null and at > ?",
        (_hash(token), stamp(now - LASTS)),
    )
    return Login(row["id"], row["person"], row["device"], row["at"]) if row else None


def signed_in(db: Database, token: str, now: datetime) -> str | None:
    """The person a cookie's secret belongs to, while the login lasts."""
    login = login_of(db, token, now)
    return login.person if login else None


def end_login(tx: Transaction, login: str) -> None:
    """End a login: nothing that comes with its cookie is answered any more."""
    tx.execute("update login set ended = ? where id = ? and ended is null", (stamp(tx.now), login))
    tx.change_authority()


def end_logins_without_pin(tx: Transaction, person: str) -> None:
    """End a person's logins by badges that had no PIN; those of the demonstration stay."""
    ended = tx.execute(
        "update login set ended = ? where person = ? and ended is null and badge in"
        " (select hash from badge where person = ? and pin is null and not demonstration)",
        (stamp(tx.now), person, person),
    )
    if ended.rowcount:
        tx.change_authority()


def tell_others(tx: Transaction, login: Login) -> None:
    """Have the person's other devices say that this one has signed in."""
    tx.execute(
        "update login set newcomer = ? where person = ? and id <> ? and (ended is null or ended = ?)",
        (login.id, login.person, login.id, stamp(tx.now)),
    )


def newcomer(db: Database, token: str) -> Login | None:
    """The device this one has been told of and has not acknowledged; one that is out is told too."""
    row = db.one(
        "select n.* from login o join login n on n.id = o.newcomer where o.hash = ?",
        (_hash(token),),
    )
    return Login(row["id"], row["person"], row["device"], row["at"]) if row else None


def acknowledge(tx: Transaction, login: str) -> None:
    """A person has seen on this device that another has signed in."""
    tx.execute("update login set newcomer = null where id = ?", (login,))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
