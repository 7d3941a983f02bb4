"""Badges and logins: what opens a person's sessions. Only hashes are kept: a stolen file signs nobody in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from .database import Database, Transaction, new_id, stamp

LASTS = timedelta(days=7)
"""How long a login is good: the longest meeting, with the days around it."""


def issue_badge(tx: Transaction, person: str) -> str:
    """A new sign-in code of 128 bits for a person. Codes issued before stay good until withdrawn."""
    code = new_id()
    tx.execute(
        "insert into badge values (?, ?, ?, null, null)", (_hash(code), person, stamp(tx.now))
    )
    return code


def withdraw_badges(tx: Transaction, person: str) -> None:
    """End a person's codes and logins, e.g. when a badge is lost."""
    for table in ("badge", "login"):
        tx.execute(
            f"update {table} set ended = ? where person = ? and ended is null",
            (stamp(tx.now), person),
        )
    tx.change_authority()


def badge_holder(db: Database, code: str) -> tuple[str, str] | None:
    """(person, name) of whoever a code was issued to, while it is good."""
    row = db.one(
        "select p.id, p.name from badge b join person p on p.id = b.person where b.hash = ? and b.ended is null",
        (_hash(code),),
    )
    return (row["id"], row["name"]) if row else None


def sign_in(tx: Transaction, code: str) -> str | None:
    """Turn a code into a login; returns the secret for the cookie, or None for a code that is not good."""
    row = tx.execute(
        "select person from badge where hash = ? and ended is null", (_hash(code),)
    ).fetchone()
    if row is None:
        return None
    token = secrets.token_urlsafe(32)
    tx.execute("update badge set used = ? where hash = ?", (stamp(tx.now), _hash(code)))
    tx.execute(
        "insert into login values (?, ?, ?, null)", (_hash(token), row["person"], stamp(tx.now))
    )
    return token


def sign_out(tx: Transaction, token: str) -> None:
    """End a login."""
    tx.execute(
        "update login set ended = ? where hash = ? and ended is null", (stamp(tx.now), _hash(token))
    )
    tx.change_authority()


def signed_in(db: Database, token: str, now: datetime) -> str | None:
    """The person a cookie's secret belongs to, while the login lasts."""
    row = db.one(
        "select person from login where hash = ? and ended is null and at > ?",
        (_hash(token), stamp(now - LASTS)),
    )
    return row["person"] if row else None


def _hash(secret: str) -> str:
    # The codes have 128 bits of their own, so a plain hash is as good as a slow one.
    return hashlib.sha256(secret.encode()).hexdigest()
