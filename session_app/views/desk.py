"""What the Secretariat's desk shows beside the topics of the room."""

from __future__ import annotations

from session_app.services.desk import Desk
from session_app.store import people

from .models import Tally, Viewer


def read_tally(desk: Desk, session: str, viewer: Viewer) -> Tally:
    """The figures beside the sections of the desk. Who is kept out by the door is not told how many are
    connected: the number would tell who comes and goes behind it."""
    return Tally(
        accredited=len(people.accredited(desk.store, session)),
        badges=people.count_badges(desk.store, session),
        connected=None if viewer.shut_out else len(desk.connected(session)),
    )
