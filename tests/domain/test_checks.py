"""What is looked at before a document is prepared."""

from __future__ import annotations

import tomllib
from pathlib import Path

from cases import of_each

from session_app.domain.checks import SUBJECTS, check_document, find_acronyms, passed
from session_app.domain.drafting import Kind, Row, State
from session_app.domain.forum import read_forum

ROOT = Path(__file__).parents[2]
ACRONYMS = {"RROCM": "RNCOM", "CRM": "RCM", "ST": "TS"}
OK = {"es": "Agradecer.", "en": "To thank."}


def check(*texts: dict[str, str], states=(), kinds=()):
    states = (*states, *[State.AGREED] * len(texts))
    kinds = (*kinds, *[Kind.ITEM] * len(texts))
    rows = [
        Row(str(place), "s", kind, state)
        for place, (_, kind, state) in enumerate(zip(texts, kinds, states, strict=False))
    ]
    return check_document(rows, {row.id: texts[int(row.id)] for row in rows}, ACRONYMS)


def es(text: str) -> dict[str, str]:
    return {"es": text, "en": "To thank."}


def en(text: str) -> dict[str, str]:
    return {"es": "Agradecer.", "en": text}


def test_an_agreed_text_in_both_languages_passes_every_check():
    assert check(OK, OK) == ()
    assert passed(()) == SUBJECTS


def test_what_is_open_is_counted_and_named_once():
    (found,) = check(
        OK,
        OK,
        es("Agradecer [mucho]."),
        OK,
        states=(State.PROPOSED, State.BRACKETED, State.PROPOSED, State.AD_REFERENDUM),
    )
    assert (found.subject, found.paragraphs, found.counts) == ("open", ("0", "1", "2"), (2, 1))


def test_a_language_without_a_word_is_named():
    found = check(es(""), en(" "))
    assert [(each.subject, each.paragraphs, each.quotes) for each in found] == [
        ("empty", ("0",), (("es", ""),)),
        ("empty", ("1",), (("en", ""),)),
    ]


def test_three_words_that_change_their_order_are_put_side_by_side():
    (found,) = check(
        es("Una migración segura, ordenada y regular."),
        OK,
        es("Migración segura, regular y ordenada."),
    )
    assert (found.subject, found.paragraphs) == ("order", ("0", "2"))
    assert found.quotes == (
        ("es", "segura, ordenada y regular"),
        ("es", "segura, regular y ordenada"),
    )


def test_countries_have_no_order_of_their_own():
    assert check(es("Con Canadá, Guatemala y Panamá."), es("Con Panamá, Canadá y Guatemala.")) == ()


@of_each(
    "spanish, english",
    [
        ("Hasta el 15 de julio.", "Until 15 July."),
        ("Hasta el 15 de julio de 2017.", "Until July 15, 2017."),
        ("Hasta el 1º de julio.", "Until July 1st."),
        ("Del 20 al 22 de junio.", "From 20 to 22 June."),
        ("Del 20 al 22 de junio.", "On June 20–22."),
        ("Hasta el 15 de julio.", "Until the middle of the month."),
        ("A mediados de mes.", "Until 15 July."),
    ],
)
def test_dates_that_agree_or_cannot_be_compared_are_left_alone(spanish, english):
    assert check({"es": spanish, "en": english}) == ()


def test_dates_that_differ_are_quoted():
    (found,) = check({"es": "Hasta el 15 de julio.", "en": "Until 31 July."})
    assert (found.subject, found.quotes) == ("dates", (("es", "15 de julio"), ("en", "31 July")))


def test_a_spanish_acronym_in_the_english_text_is_named_with_its_own():
    found = check(en("The RROCM-CRM-ST mechanism, and the RROCM."))
    assert [each.quotes for each in found] == [
        (("es", "RROCM"), ("en", "RNCOM")),
        (("es", "CRM"), ("en", "RCM")),
        (("es", "ST"), ("en", "TS")),
    ]
    assert check(es("El mecanismo RROCM-CRM-ST."), en("The FIRST mechanism.")) == ()


@of_each("text", ["Agradecer", "Agradecer (mucho)", "Agradecer “mucho”"])
def test_a_missing_full_stop_is_named(text):
    (found,) = check(es(text))
    assert (found.subject, found.quotes) == ("full_stop", (("es", text),))


@of_each("text", ["A.", "A:", "a;", "a; y", "a, y", "“A.”", '"A".', "[A.]", "(A.)"])
def test_what_ends_on_a_mark_passes(text):
    assert [each.subject for each in check(es(text)) if each.subject != "open"] == []


def test_headings_end_without_a_full_stop():
    assert check({"es": "Uno", "en": "One"}, kinds=(Kind.HEADING,)) == ()


def test_the_forums_names_give_its_acronyms():
    file = ROOT / "agendas" / "crm" / "forum.toml"
    forum = read_forum(tomllib.loads(file.read_text(encoding="utf-8")), file="forum.toml")
    found = find_acronyms(forum)
    for spanish, english in {**ACRONYMS, "GRCM": "RCGM", "ACNUR": "UNHCR", "OIM": "IOM"}.items():
        assert found[spanish] == english
    assert not {"SEGIB", "UNFPA"} & found.keys()


def test_the_conclusions_of_san_salvador_show_their_known_slips():
    """S004: C27 and R3 differ in a title, C18.b lacks its full stop (DOC-10, DOC-12)."""
    held = tomllib.loads(
        (ROOT / "tests" / "data" / "word" / "san_salvador_2017.toml").read_text(encoding="utf-8")
    )
    lines = [*held["conclusions"], *held["recommendations"]]
    rows = [Row(str(at), "s", Kind(each["kind"]), State.AGREED) for at, each in enumerate(lines)]
    texts = {
        row.id: {"es": lines[int(row.id)]["es"], "en": lines[int(row.id)]["en"]} for row in rows
    }
    found = check_document(rows, texts, ACRONYMS)
    orders = [
        each.quotes for each in found if each.subject == "order" and each.quotes[0][0] == "es"
    ]
    assert orders == [(("es", "segura, ordenada y regular"), ("es", "segura, regular y ordenada"))]
    stops = [each for each in found if each.subject == "full_stop"]
    assert len(stops) <= 6, [
        (lines[int(each.paragraphs[0])]["es"][:40], each.quotes) for each in stops
    ]
