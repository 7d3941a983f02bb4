"""Papers: whom they reach, and what a file has to be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from cases import of_each
from office import PDF, odt, office, package

from session_app.domain.access import BODIES, PUBLIC_ACTOR, Action, Actor, Subject, may
from session_app.domain.errors import Invalid
from session_app.domain.papers import (
    CIRCLES,
    MAX_FILE,
    MAX_NAME,
    MEDIA,
    Format,
    Standing,
    check_circles,
    check_titles,
    clean_name,
    may_have,
    recognise,
)
from session_app.domain.people import Category, Grant

NOW = datetime(2017, 6, 21, 20, 33, tzinfo=UTC)
ORGANISATION, COUNTRY = Category.OBSERVER_ORGANISATION, Category.OBSERVER_COUNTRY
MEMBERS = {Category.HEAD, Category.DELEGATE, Category.PPT_CHAIR, Category.PPT_STAFF, Category.ST}


def somebody(category: Category, *grants: Grant) -> Actor:
    return replace(PUBLIC_ACTOR, person="p", category=category, grants=grants)


def paper(*circles: str, item: str | None = None, mode: str = "open", cls: str = "private"):
    return Standing("paper", item, mode, cls, frozenset(circles))  # type: ignore[arg-type]


def leave(item: str | None = None) -> Grant:
    return Grant("g", "p", "see_documents", "", "", NOW, item=item)


def readers(of: Standing, subject: Subject) -> set[Category]:
    return {each for each in Category if may_have(somebody(each), of, subject, at=NOW)}


GRCM = Subject("s", "grcm")
ADOPTED = replace(GRCM, adopted=True, document_class="public")


def test_a_paper_is_the_members_until_somebody_else_is_named() -> None:
    assert readers(paper(), GRCM) == MEMBERS
    assert readers(paper("observer_organisations"), GRCM) == MEMBERS | {ORGANISATION}


def test_naming_somebody_opens_nothing_the_table_keeps_shut() -> None:
    # Observer countries and the RROCM have no documents of the GRCM.
    everybody = paper("observer_countries", "rrocm", "guests", "observer_organisations")
    assert readers(everybody, GRCM) == MEMBERS | {ORGANISATION}


@of_each("body", sorted(BODIES))
def test_no_audience_is_ever_wider_than_the_table(body: str) -> None:
    rights = (leave(),)
    for category, mode, issued in product(Category, ("open", "members", "closed"), (True, False)):
        subject = Subject("s", body, mode=mode, issued=issued)  # type: ignore[arg-type]
        for grants in ((), rights):
            actor = somebody(category, *grants)
            if may_have(actor, paper(*CIRCLES, cls="public"), subject, at=NOW):
                assert may(actor, Action.SEE_DOCUMENTS, subject, at=NOW), (category, subject)


def test_a_guest_needs_both_the_invitation_and_the_audience() -> None:
    invited = somebody(Category.GUEST, leave())
    assert not may_have(invited, paper(), GRCM, at=NOW)
    assert not may_have(somebody(Category.GUEST), paper("guests"), GRCM, at=NOW)
    assert may_have(invited, paper("guests"), GRCM, at=NOW)


def test_a_grant_for_one_item_opens_the_papers_of_that_item_while_it_is_under_way() -> None:
    invited = somebody(Category.GUEST, leave("seven"))
    for under_way, of, expected in (
        ("seven", "seven", True),
        ("seven", "eight", False),
        ("eight", "seven", False),
    ):
        subject = replace(GRCM, item=under_way)
        assert may_have(invited, paper("guests", item=of), subject, at=NOW) is expected


def test_a_paper_of_a_closed_item_is_its_rosters_whatever_its_audience_says() -> None:
    closed = paper(*CIRCLES, item="seven", mode="closed", cls="public")
    assert readers(closed, GRCM) == {Category.PPT_CHAIR}
    on_it = replace(GRCM, on_roster=True)
    inside = {Category.HEAD, Category.DELEGATE, Category.PPT_CHAIR, Category.PPT_STAFF}
    assert readers(closed, on_it) == inside
    assert readers(closed, replace(ADOPTED, on_roster=True)) == inside


def test_behind_a_closed_door_papers_of_open_items_are_for_those_inside() -> None:
    open_paper = paper("observer_organisations")
    assert readers(open_paper, replace(GRCM, mode="closed")) == {Category.PPT_CHAIR}


def test_a_paper_of_an_item_among_members_reaches_no_observer() -> None:
    among = paper("observer_organisations", item="seven", mode="members")
    assert readers(among, GRCM) == MEMBERS


def test_a_public_paper_is_public_once_the_document_has_been_published_and_not_before() -> None:
    public = paper("public", cls="public")
    assert readers(public, GRCM) == MEMBERS
    assert readers(public, replace(GRCM, adopted=True)) == MEMBERS
    assert readers(public, ADOPTED) == set(Category)
    assert readers(paper("observer_organisations", cls="public"), ADOPTED) == MEMBERS | {
        ORGANISATION
    }


def test_an_audience_is_of_known_circles_and_nothing_private_is_for_the_public() -> None:
    assert check_circles(["rrocm", "rrocm"], "private") == {"rrocm"}
    with pytest.raises(Invalid, match=r"paper\.unknown_circle"):
        check_circles(["everybody"], "public")
    with pytest.raises(Invalid, match=r"paper\.private_for_public"):
        check_circles(["public"], "private")


def test_titles_are_trimmed_and_asked_for_in_both_languages() -> None:
    assert check_titles({"es": " A\u200b  b ", "en": "C"}) == {"es": "A b", "en": "C"}
    with pytest.raises(Invalid, match=r"paper\.title_missing"):
        check_titles({"es": "A", "en": "\u200b "})
    with pytest.raises(Invalid, match=r"paper\.title_too_long"):
        check_titles({"es": "A" * 301, "en": "B"})


# Files ---------------------------------------------------------------------------------------


@of_each(
    "content, format",
    [
        (PDF, "pdf"),
        (odt(), "odt"),
        (office("docx"), "docx"),
        (office("xlsx"), "xlsx"),
        (office("pptx"), "pptx"),
    ],
)
def test_a_file_is_what_it_holds(content: bytes, format: str) -> None:
    assert recognise(content) == format


MACRO = '<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'


@of_each(
    "content, code",
    [
        (b"", "paper.empty"),
        (b"%PDF-" + b"x" * MAX_FILE, "paper.too_large"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "paper.old_office"),
        (office("docx", more=MACRO), "paper.macros"),
        (office("docx", **{"word/vbaProject.bin": b"x"}), "paper.macros"),
        (b"MZ\x90\x00", "paper.unknown_format"),
        (b"<html><script>", "paper.unknown_format"),
        (b"x%PDF-1.7", "paper.unknown_format"),
        (package({"a.txt": "x"}), "paper.unknown_format"),
        (package({"[Content_Types].xml": "<Types/>"}), "paper.unknown_format"),
        (package({"mimetype": "application/zip"}), "paper.unknown_format"),
        (package({"[Content_Types].xml": b"x" * 600_000}), "paper.unknown_format"),
        (office("docx")[:-30], "paper.unknown_format"),
        (office("docx")[:200], "paper.unknown_format"),
    ],
)
def test_what_is_none_of_these_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        recognise(content)


def test_two_kinds_at_once_are_none() -> None:
    with pytest.raises(Invalid, match=r"paper\.unknown_format"):
        recognise(office("docx", more=_main("xlsx")))


def _main(format: Format) -> str:
    return f'<Override ContentType="{MEDIA[format]}.main+xml"/>'


@of_each(
    "name, cleaned",
    [
        ("Año del niño.docx", "Año del niño.pdf"),
        ("..\\..\\etc\\passwd", "passwd.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ("informe.pdf.exe", "informe.pdf"),
        ('a"; filename="b.exe', "a filename= b.pdf"),
        ("a\r\nSet-Cookie: b.pdf", "a Set-Cookie b.pdf"),
        ("gpj.\u202efdp", "gpj.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("Informe v2.1.docx", "Informe v2.1.pdf"),
        ("???", "Título.pdf"),
        ("", "Título.pdf"),
    ],
)
def test_names_are_cleaned_and_end_in_what_the_file_is(name: str, cleaned: str) -> None:
    assert clean_name(name, "pdf", "Título") == cleaned


def test_names_stay_short() -> None:
    assert len(clean_name("ñ" * 500, "docx", "x")) <= MAX_NAME


RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_relation(
    kind: str, target: str, more: str = ' TargetMode="External"', head: str = ""
) -> bytes:
    relation = f'<Relationship Id="r" Type="{RELATED}/{kind}" Target="{target}"{more}/>'
    return office(
        "docx",
        **{
            "word/_rels/settings.xml.rels": f'{head}<Relationships xmlns="x">{relation}</Relationships>'
        },
    )


@pytest.mark.parametrize(
    "file",
    [
        package({"mimetype": MEDIA["odt"], "content.xml": "<o/>", "Basic/Standard/Module1.xml": "x"}),
        package({"mimetype": MEDIA["odt"], "content.xml": "<o/>", "Scripts/python/a.py": "x"}),
        office("docx", more='<Override PartName="/a.bin" ContentType="application/vnd.ms-office.vbaProject"/>'),
        office("xlsx", more='<Override PartName="/m.xml" ContentType="application/vnd.ms-excel.macrosheet+xml"/>'),
    ],
    ids=["odt basic", "odt script", "renamed project", "macro sheet"],
)  # fmt: skip
def test_a_program_is_found_by_whatever_name_it_is_carried(file: bytes) -> None:
    with pytest.raises(Invalid, match=r"paper\.macros"):
        recognise(file)


@pytest.mark.parametrize("target", ["http://x/a.dotm", "HTTPS://x/a", "mhtml:http://x!a", "&#104;ttp://x/a", "x-usc:y"])  # fmt: skip
@pytest.mark.parametrize("kind", ["attachedTemplate", "oleObject", "frame", "subDocument"])
def test_a_file_that_fetches_what_it_runs_from_elsewhere_is_refused(kind: str, target: str) -> None:
    with pytest.raises(Invalid, match=r"paper\.fetches"):
        recognise(with_relation(kind, target))


def test_links_that_are_followed_by_a_click_and_templates_of_ones_own_house_stay() -> None:
    assert recognise(with_relation("hyperlink", "http://crmsv.org/")) == "docx"
    for own in (
        "file:///C:\\Users\\a\\Normal.dotm",
        "C:\\Plantillas\\a.dotm",
        "\\\\casa\\a.dotm",
        "a.dotm",
    ):
        assert recognise(with_relation("attachedTemplate", own)) == "docx"
    assert recognise(with_relation("oleObject", "embeddings/a.bin", more="")) == "docx"


def test_relations_that_are_no_list_make_a_file_nobody_knows() -> None:
    grown = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    for broken in (
        with_relation("hyperlink", "a", head=grown),
        office("docx", **{"_rels/.rels": "<Relationships>"}),
        office("docx", **{f"{part}": "" for part in range(5_000)}),
        office("docx", **{f"{part}.rels": "x" * 400_000 for part in range(11)}),
    ):
        with pytest.raises(Invalid, match=r"paper\.unknown_format"):
            recognise(broken)
