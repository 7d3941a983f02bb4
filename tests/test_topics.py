"""Topics are rendered once for all who are shown the same, and everybody is shown what is theirs."""

from __future__ import annotations

import pytest
from conftest import NOW

from session_app.domain.access import Level
from session_app.i18n import speaker
from session_app.services.door import preview_closing
from session_app.store import people
from session_app.views.head import read_head
from session_app.views.live import ENVIRONMENT, TOPICS, Rendering, read_topic
from session_app.views.viewer import viewer_of


def render_alone(room, topic, viewer):
    """A topic for one viewer with all that is known of them, nothing being shared."""
    model = read_topic(room.desk, room.session, topic, viewer, NOW)
    return model and ENVIRONMENT.get_template(f"fragments/{topic}.html").render(
        model=model,
        head=read_head(room.desk, room.session),
        viewer=viewer,
        language=viewer.language,
        t=speaker(viewer.language),
    )


def viewers_now(room, people_there):
    return {viewer_of(room.desk, room.session, each, NOW) for each in people_there}


def close(room, mode):
    seen = preview_closing(room.desk, room.session, mode, NOW).seen
    room.do("chair", "door.close", mode=mode, seen=seen)


def stand_open(room):
    """As the demonstration begins."""


def stand_with_closed_items(room):
    room.do("chair", "agenda.add", title_es="Puerta", title_en="Door", mode="closed")
    room.do("delegate-hnd", "floor.ask", kind="speech")


def stand_before_members(room):
    stand_with_closed_items(room)
    close(room, "members")


def stand_behind_the_door(room):
    stand_with_closed_items(room)
    close(room, "closed")
    room.do("chair", "roster.verify")


def stand_adjourned(room):
    room.do("chair", "sitting.close")


@pytest.mark.parametrize(
    "stand",
    [
        stand_open,
        stand_with_closed_items,
        stand_before_members,
        stand_behind_the_door,
        stand_adjourned,
    ],
)
def test_everybody_is_shown_what_would_be_rendered_for_them_alone(room, stand):
    everybody = [each.person for each in people.accredited(room.desk.store, room.session)]
    renderings = {topic: Rendering(room.desk, room.session, topic) for topic in TOPICS}
    for viewer in viewers_now(room, everybody):
        for rendering in renderings.values():
            rendering.renew(NOW).render(viewer)
    stand(room)
    viewers = viewers_now(room, everybody)
    assert len(viewers) > 5
    for topic, rendering in renderings.items():
        rendering.renew(NOW)
        for viewer in viewers:
            assert rendering.render(viewer) == render_alone(room, topic, viewer), topic


def test_classes_that_are_shown_the_same_share_it_and_no_others_do(room):
    viewers = {viewer_of(room.desk, room.session, person, NOW) for person in room.person.values()}
    rendering = Rendering(room.desk, room.session, "agenda").renew(NOW)
    open_agenda = {viewer: rendering.render(viewer) for viewer in viewers}
    seeing = {viewer for viewer, html in open_agenda.items() if html}
    assert len({id(open_agenda[viewer]) for viewer in seeing}) == len(
        {
            (viewer.language, "agenda:manage" in viewer.may, "agenda:advance" in viewer.may)
            for viewer in seeing
        }
    )
    room.do("chair", "agenda.add", title_es="Mariposa", title_en="Butterfly", mode="closed")
    rendering.renew(NOW)
    for viewer in viewers:
        html = rendering.render(viewer) or ""
        assert ("Mariposa" in html) is (viewer.closed is Level.CONTENT and viewer in seeing)
