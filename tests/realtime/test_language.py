"""Who chooses another language is told so on every page they have open; nobody else is."""

import pytest
from desk_process import DeskProcess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = DeskProcess(tmp_path_factory.mktemp("desk"))
    yield desk.start()
    desk.stop()


def told(page):
    return [values[0]["language"] for values in page.heard("language")]


def test_another_language_reaches_all_pages_of_the_person_and_no_others(desk):
    phone, laptop = (desk.enter("delegate-hnd", "agenda") for _ in range(2))
    other = desk.enter("observer-organisation", "agenda")
    phone.do("person.language", language="es")
    phone.do("person.language", language="en")
    assert phone.wait(lambda: told(phone)[-1:] == ["en"])
    assert laptop.wait(lambda: told(laptop)[-1:] == ["en"])
    phone.do("person.language", language="en")
    phone.do("person.language", language="es")
    assert laptop.wait(lambda: told(laptop)[-2:] == ["en", "es"])
    assert told(other) == []
    again = desk.enter("delegate-hnd", "agenda")
    assert (
        again.ask("join", {"session": desk.session, "page": "home", "topics": []})["language"]
        == "es"
    )
    for each in (phone, laptop, other, again):
        each.close()
