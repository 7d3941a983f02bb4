"""No page mixes languages: every page, in both, against the sentences of the other catalogue."""

import re

import pytest
from lxml import html

from session_app.domain.drafting import LANGUAGES
from session_app.i18n import read_catalogue

PLACES = (
    *("", "documents", "booth", "badge", "chair", "draft", "closed-text", "closed-draft"),
    *("desk", "desk/meeting", "desk/people", "desk/badges", "desk/documents", "desk/screens"),
    *(
        "record",
        "record?check",
        "why",
        "why?thing=draft:read",
        "as",
        "as/delegate/",
        "as/delegate/doors",
    ),
    *("rehearsal", "scan"),
)
WORDS = re.compile(r"[^\W\d_]{3,}")


def spoken(language):
    """The whole sentences and words of a catalogue that have nothing to fill in."""
    for message in read_catalogue(language).values():
        for form in [message] if isinstance(message, str) else message.values():
            if "{" not in form and WORDS.search(form):
                yield " ".join(form.split())


SAID = {language: set(spoken(language)) for language in LANGUAGES}
LABELS = {"title", "alt", "placeholder", "label", "aria-label", "aria-description"}


def texts(page, language):
    """Every run of text and every label of a page that is read in the page's own language."""
    for element in page.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        nearest = next(
            (each.get("lang") for each in (element, *element.iterancestors()) if each.get("lang")),
            "",
        )
        if nearest == language:
            yield element, element.text
            yield from (
                (element, value)
                for name, value in element.items()
                if name in LABELS or (name.startswith("data-") and " " in value)
            )
        parent = element.getparent()
        if parent is not None:
            outer = next(
                (each.get("lang") for each in element.iterancestors() if each.get("lang")), ""
            )
            if outer == language:
                yield element, element.tail


@pytest.mark.parametrize(
    "role", ["chair", "secretariat", "delegate-hnd", "observer-organisation", "interpreter"]
)
def test_no_page_says_a_sentence_of_the_other_language(visit, room, role):
    room.do("chair", "room.put", draft=room.draft, paragraph=room.rows()[1].id)
    room.do("delegate-hnd", "floor.ask")
    room.do("chair", "door.announce", seconds=120)
    visitor = visit(role)
    opened = 0
    for language, other in (("es", "en"), ("en", "es")):
        room.do(role, "person.language", language=language)
        # A small word by itself may be the name of a door, which the console lists as the program has it.
        foreign = {
            each
            for each in SAID[other] - SAID[language]
            if " " in each or (each[0].isupper() and not each.isupper())
        }
        for place in PLACES:
            answer = visitor.page(place)
            if answer.status_code != 200:
                continue
            opened += 1
            page = html.fromstring(answer.text)
            assert page.get("lang") == language, place
            mixed = {
                " ".join(text.split())
                for _, text in texts(page, language)
                if text and " ".join(text.split()) in foreign
            }
            assert not mixed, (place, language, mixed)
    assert opened >= 8
