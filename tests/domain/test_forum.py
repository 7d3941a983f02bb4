"""The Conference's own files are read whole, and a file with a mistake is refused by file and key."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases import of_each

from session_app.domain.access import BODIES
from session_app.domain.documents import compose_preamble
from session_app.domain.errors import Invalid
from session_app.domain.forum import (
    DEFAULT_SETTINGS,
    SETTINGS,
    Forum,
    read_forum,
    read_template,
    setting_keys,
)
from session_app.domain.numbering import LABEL_STYLES

AGENDAS = Path(__file__).parents[2] / "agendas" / "crm"
KINDS = ("viceministers", "grcm", "network", "joint_networks", "adhoc")

Data = dict[str, Any]


def _load(name: str) -> Data:
    return tomllib.loads((AGENDAS / name).read_text(encoding="utf-8"))


CRM = _load("forum.toml")


@pytest.fixture
def data() -> Data:
    return copy.deepcopy(CRM)


@pytest.fixture(scope="module")
def forum() -> Forum:
    return read_forum(CRM, file="forum.toml")


def refusal(data: Data) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read_forum(data, file="crm/forum.toml")
    assert caught.value.params["file"] == "crm/forum.toml"
    return caught.value


# The Conference ------------------------------------------------------------------------------


def test_the_conference_has_eleven_members_in_spanish_alphabetical_order(forum: Forum) -> None:
    assert [member.code for member in forum.members] == [
        *("BLZ", "CAN", "CRI", "SLV", "USA", "GTM", "HND", "MEX", "NIC", "PAN", "DOM"),
    ]
    assert forum.members[4].name["es"] == "Estados Unidos de América"


def test_in_english_the_dominican_republic_stands_under_d(forum: Forum) -> None:
    present = ["DOM", "USA", "SLV", "CRI"]
    english = [each.name["en"] for each in forum.in_order(present, "en")]
    spanish = [each.name["es"] for each in forum.in_order(present, "es")]
    assert english == [
        "Costa Rica",
        "Dominican Republic",
        "El Salvador",
        "United States of America",
    ]
    assert spanish[-1] == "República Dominicana"


def test_it_has_five_observer_countries_and_eight_organisations_with_years(forum: Forum) -> None:
    assert [each.code for each in forum.observer_countries] == ["ARG", "COL", "ECU", "JAM", "PER"]
    assert {each.code: each.since for each in forum.observer_organisations} == {
        "ACNUR": 1997,
        "CEPAL": 1996,
        "CIDH": 2000,
        "OIM": 1996,
        "RELATORIA": 2003,
        "SEGIB": 2007,
        "SICA": 2003,
        "UNFPA": 2006,
    }


def test_every_delegation_is_found_by_its_code(forum: Forum) -> None:
    assert len(forum.delegations) == 11 + 5 + 8 + 2
    assert forum.delegations["RROCM"].kind == "civil_society"
    assert forum.delegations["ST"].kind == "secretariat"


def test_it_has_a_body_for_every_line_of_the_access_table(forum: Forum) -> None:
    assert {body.kind for body in forum.bodies.values()} == BODIES
    assert sum(body.kind == "network" for body in forum.bodies.values()) == 3
    assert forum.bodies["viceministers"].parts == ("open", "closed")


def test_the_group_with_civil_society_has_been_joined_by_it(forum: Forum) -> None:
    assert "RROCM" in forum.bodies["adhoc_crm_rrocm"].joined
    assert "RROCM" not in forum.bodies["adhoc_extra_regional"].joined


def test_the_preamble_of_the_grcm_is_that_of_san_salvador(forum: Forum) -> None:
    """The wording of S004 L13."""
    preamble = compose_preamble(
        forum.bodies["grcm"].preamble["es"],
        dates="los días del 20 al 22 de junio de 2017",
        city="San Salvador",
        country="El Salvador",
        countries="Canadá, Costa Rica y México",
    )
    assert preamble == (
        "El Grupo Regional de Consulta sobre Migración (GRCM), en reunión celebrada los días del "
        "20 al 22 de junio de 2017 en la Ciudad de San Salvador, El Salvador, con la participación "
        "de representantes de Canadá, Costa Rica y México, formuló las siguientes:"
    )


def test_the_grcm_issues_conclusions_and_recommendations(forum: Forum) -> None:
    grcm = forum.bodies["grcm"]
    assert [section.title["es"] for section in grcm.sections] == ["CONCLUSIONES", "RECOMENDACIONES"]
    assert [section.title["en"] for section in grcm.sections] == ["CONCLUSIONS", "RECOMMENDATIONS"]
    assert grcm.document_title["es"] == (
        "REUNIÓN DEL GRUPO REGIONAL DE CONSULTA SOBRE MIGRACIÓN (GRCM) "
        "DE LA CONFERENCIA REGIONAL SOBRE MIGRACIÓN (CRM)"
    )


def test_every_setting_has_a_value_among_its_values_and_a_source(forum: Forum) -> None:
    assert set(forum.settings) == set(SETTINGS)
    for key, setting in forum.settings.items():
        assert setting.value in setting.values, key
        assert setting.source.startswith(("S00", "default")), key


def test_the_conference_ships_with_the_defaults_of_the_access_table(forum: Forum) -> None:
    assert forum.access == DEFAULT_SETTINGS


def test_the_access_table_understands_the_values_of_its_settings() -> None:
    assert set(setting_keys().values()) <= set(SETTINGS)
    for field, key in setting_keys().items():
        assert getattr(DEFAULT_SETTINGS, field) in SETTINGS[key]


def test_the_label_styles_one_may_choose_are_those_that_exist() -> None:
    assert set(SETTINGS["documents.label_style"]) == set(LABEL_STYLES)


# Session templates ---------------------------------------------------------------------------


@of_each("kind", KINDS)
def test_every_body_has_an_agenda_to_start_from_in_both_languages(kind: str) -> None:
    template = read_template(_load(f"{kind}.toml"), file=f"{kind}.toml")
    assert template.kind == kind
    assert len(template.items) >= 8
    for item in template.items:
        assert item.title["es"] != item.title["en"]
        assert not item.required or item.source != "default", item.title["es"]


@of_each("kind", ["viceministers", "grcm", "network"])
def test_the_rrocm_has_a_slot_where_the_seeds_give_it_one(kind: str) -> None:
    """S002 A L18 and D L60; S003 L303."""
    template = read_template(_load(f"{kind}.toml"), file="t")
    (slot,) = [item for item in template.items if item.slot is not None]
    assert (slot.slot, slot.required) == ("RROCM", True)


def test_the_grcm_hears_the_report_of_the_secretariat() -> None:
    """S004 C2."""
    titles = [item.title["es"] for item in read_template(_load("grcm.toml"), file="t").items]
    assert "Informe financiero y de actividades de la Secretaría Técnica (ST)" in titles


def test_the_plenary_of_vice_ministers_has_what_it_must_have() -> None:
    """S002 A L18: PPT report, opening statements, dialogue with civil society; A L20: two parts."""
    items = read_template(_load("viceministers.toml"), file="t").items
    required = " ".join(item.title["es"] for item in items if item.required)
    for words in ("Informe de la Presidencia", "Declaraciones de apertura", "sociedad civil"):
        assert words in required
    assert {item.mode for item in items} == {"open", "closed"}


def test_a_template_with_an_unknown_key_is_refused() -> None:
    data = _load("grcm.toml")
    data["items"][2]["titel"] = "Designación"
    with pytest.raises(Invalid) as caught:
        read_template(data, file="grcm.toml")
    assert caught.value.code == "forum.unknown_key"
    assert caught.value.params["key"] == "items[3].titel"


def test_a_template_item_without_its_english_title_is_refused() -> None:
    data = _load("grcm.toml")
    del data["items"][0]["title"]["en"]
    with pytest.raises(Invalid) as caught:
        read_template(data, file="grcm.toml")
    assert (caught.value.code, caught.value.params["key"]) == (
        "forum.missing_key",
        "items[1].title.en",
    )


# Mistakes ------------------------------------------------------------------------------------


def _set(*path: str | int, to: object) -> Callable[[Data], None]:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = to

    return change


def _drop(*path: str | int) -> Callable[[Data], None]:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        del data[path[-1]]

    return change


COMPANIONS = ("settings", "closed_door.companions_max")


@of_each(
    "change, code, key",
    [
        (_set("colour", to="navy"), "forum.unknown_key", "colour"),
        (_set("forum", "motto", to="…"), "forum.unknown_key", "forum.motto"),
        (_set("members", 1, "iso", to="CAN"), "forum.unknown_key", "members[2].iso"),
        (_drop("forum", "name", "en"), "forum.missing_key", "forum.name.en"),
        (_drop("secretariat"), "forum.missing_key", "secretariat"),
        (_drop(*COMPANIONS), "forum.missing_key", "settings.closed_door.companions_max"),
        (_drop(*COMPANIONS, "source"), "forum.missing_key", ".".join((*COMPANIONS, "source"))),
        (_set("members", to="all"), "forum.wrong_list", "members"),
        (_set("members", to=[]), "forum.wrong_list", "members"),
        (_set("members", 0, to="BLZ"), "forum.not_a_table", "members[1]"),
        (_set("forum", "name", to="CRM"), "forum.not_a_table", "forum.name"),
        (_set("forum", "name", "es", to=" "), "forum.wrong_text", "forum.name.es"),
        (_set("forum", "name", "es", to=3), "forum.wrong_text", "forum.name.es"),
        (_set("forum", "name", "es", to="CRM\0"), "forum.wrong_text", "forum.name.es"),
        (_set("members", 0, "code", to="blz"), "forum.wrong_code", "members[1].code"),
        (_set("members", 0, "code", to="BLZE"), "forum.wrong_code", "members[1].code"),
        (_set("civil_society", "since", to="1998"), "forum.wrong_year", "civil_society.since"),
        (_set("civil_society", "since", to=True), "forum.wrong_year", "civil_society.since"),
        (_set("observer_countries", 0, "code", to="CAN"), "forum.duplicate_code", "CAN"),
        (_set("settings", "colour", to={}), "forum.unknown_key", "settings.colour"),
        (_set(*COMPANIONS, "value", to=3), "forum.wrong_value", ".".join((*COMPANIONS, "value"))),
        (
            _set(*COMPANIONS, "value", to=True),
            "forum.wrong_value",
            ".".join((*COMPANIONS, "value")),
        ),
        (
            _set(*COMPANIONS, "values", to=[1, 9]),
            "forum.wrong_value",
            ".".join((*COMPANIONS, "values")),
        ),
        (_set("settings", "networks", "value", to=2), "forum.network_count", "settings.networks"),
        (_set("bodies", "grcm", "kind", to="council"), "forum.wrong_value", "bodies.grcm.kind"),
        (_set("bodies", "grcm", "parts", to=["secret"]), "forum.wrong_value", "bodies.grcm.parts"),
        (
            _set("bodies", "adhoc_extra_regional", "joined", to=["CAN", "XYZ"]),
            "forum.unknown_delegation",
            "bodies.adhoc_extra_regional.joined",
        ),
        (
            _set("bodies", "grcm", "preamble", "en", to="The RCGM, in {city}:"),
            "forum.wrong_preamble",
            "bodies.grcm.preamble.en",
        ),
        (
            _set("bodies", "grcm", "preamble", "es", to="El GRCM, {dates"),
            "forum.wrong_preamble",
            "bodies.grcm.preamble.es",
        ),
    ],
)
def test_a_mistake_is_refused_by_file_and_key(
    data: Data, change: Callable[[Data], None], code: str, key: str
) -> None:
    wrong = copy.deepcopy(data)
    change(wrong)
    refused = refusal(wrong)
    assert (refused.code, refused.params["key"]) == (code, key)


def test_countries_out_of_order_are_refused_with_the_one_expected(data: Data) -> None:
    data["members"][3], data["members"][4] = data["members"][4], data["members"][3]
    refused = refusal(data)
    assert refused.code == "forum.wrong_order"
    assert refused.params["found"] == "Estados Unidos de América"
    assert refused.params["expected"] == "El Salvador"


def test_a_value_the_forum_does_not_allow_is_refused_with_those_it_does(data: Data) -> None:
    data["settings"]["observers.drafting"]["values"] = ["never"]
    data["settings"]["observers.drafting"]["value"] = "authorised"
    refused = refusal(data)
    assert refused.code == "forum.wrong_value"
    assert (refused.params["value"], refused.params["known"]) == ("authorised", "never")
