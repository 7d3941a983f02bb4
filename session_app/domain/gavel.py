"""Who presides: one person at a time holds the gavel of a session, and only who holds it conducts.

Two chairs may sit at two tablets, and the Secretariat acts for the Presidency where that has been
delegated beforehand (S001 §5.2; S002 B L31–32, E L69). One acts; the other sees who. Nobody is made to
take the gavel before the first act: who conducts while nobody holds it, holds it from then on.
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import Conflict


@dataclass(frozen=True, slots=True)
class Holder:
    """Who presides, as the others are told."""

    person: str
    name: str
    delegation: str
    since: str


def conduct(holder: Holder | None, person: str) -> bool:
    """Whether `person` takes the gavel by conducting now: nobody has it.

    Raises `Conflict("gavel.held")` where somebody else does; the sentence names them and the remedy.
    """
    if holder is None:
        return True
    if holder.person != person:
        raise Conflict("gavel.held", name=holder.name, delegation=holder.delegation)
    return False


def take(holder: Holder | None, person: str, seen: str) -> None:
    """Let `person` take the gavel from whom they have seen hold it; `seen` is empty for nobody.

    Raises `Conflict` where they hold it already, or where it has changed hands since they looked: of two
    who reach for it at once, one has it, and the other reads who.
    """
    if holder is not None and holder.person == person:
        raise Conflict("gavel.yours")
    if (holder.person if holder else "") != seen:
        if holder is None:
            raise Conflict("gavel.laid_down")
        raise Conflict("gavel.changed_hands", name=holder.name, delegation=holder.delegation)


def give_up(holder: Holder | None, person: str) -> None:
    """Let the holder lay the gavel down or hand it on. Raises `Conflict` for anybody else."""
    if holder is None:
        raise Conflict("gavel.nobody")
    if holder.person != person:
        raise Conflict("gavel.held", name=holder.name, delegation=holder.delegation)
