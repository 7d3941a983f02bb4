"""A guide for each role, in both languages, open to everybody, and one within reach on every page."""

import re

import pytest

from session_app.web.guides import PICTURES

LANGUAGES = ("es", "en")


def read(visitor, role, language):
    answer = visitor.get(f"/guide/{role}?lang={language}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("role", PICTURES)
def test_a_guide_says_the_same_in_both_languages(visit, role):
    pages = [read(visit(None), role, language) for language in LANGUAGES]
    assert [f'<html lang="{each}"' in page for each, page in zip(LANGUAGES, pages, strict=True)]
    steps = [len(re.findall("<li><b>", page)) for page in pages]
    assert steps[0] == steps[1] >= 6
    assert pages[0] != pages[1]


def test_a_guide_nobody_has_written_names_one_that_is_there(visit):
    answer = visit(None).get("/guide/nobody")
    assert answer.status_code == 404
    assert "/guide/delegate" in answer.text


@pytest.mark.parametrize(
    ("role", "page", "guide"),
    [
        ("chair", "chair", "chair"),
        ("chair", "", "delegate"),
        ("drafting-mex", "draft", "drafting"),
        ("secretariat", "desk", "secretariat"),
        ("secretariat", "desk/meeting", "secretariat"),
        ("secretariat", "record", "secretariat"),
        ("delegate-hnd", "documents", "delegate"),
        ("observer-country", "", "delegate"),
    ],
)
def test_every_page_has_the_guide_that_is_about_it(visit, role, page, guide):
    assert f'href="/guide/{guide}?lang=' in visit(role).page(page).text


@pytest.mark.parametrize("path", ["/", "/s/nowhere/closed"])
def test_who_has_not_signed_in_finds_a_guide_too(visit, path):
    assert 'href="/guide/delegate?lang=' in visit(None).get(path).text
