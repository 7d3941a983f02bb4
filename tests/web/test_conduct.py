"""What the chair reads before an act: which paragraph it is, what is in the way, which text it names."""

from __future__ import annotations

from lxml import html

from session_app.domain.access import Action
from session_app.domain.drafting import Language
from session_app.i18n import speaker
from session_app.views.drafting import DraftModel, ParagraphModel
from session_app.views.head import Head
from session_app.views.live import ENVIRONMENT
from session_app.views.viewer import Viewer

BOTH = {"es": "", "en": ""}
HEAD = Head("session", *(BOTH for _ in range(5)))


def paragraph(name: str, kind: str, es: str, en: str, *obstacles: str) -> ParagraphModel:
    called = {"es": f"Conclusión {es}", "en": f"Conclusion {en}"}
    return ParagraphModel(
        id=name,
        kind=kind,
        state="agreed",
        texts={"es": "Texto", "en": "Text"},
        digest=f"digest of {name}",
        obstacles=obstacles,
        override=None,
        name=called,
    )


DRAFT = DraftModel(
    id="draft",
    paragraphs=(
        paragraph("item", "item", "18", "18"),
        paragraph("sub-item", "sub-item", "18 b)", "18 (b)", "undecided", "bracket.es"),
        paragraph("continuation", "continuation", "18, continuación", "18, continued"),
        paragraph("heading", "heading", "título", "heading"),
        paragraph("under-heading", "item", "19", "19"),
    ),
    counts={"agreed": 5},
    total=5,
    obstacles=1,
    digest="digest of all",
    adopted_at={},
    adopted_by="",
    present=("CAN", "SLV"),
    override=None,
)


def draft(language: Language, *may: Action) -> html.HtmlElement:
    shown = ENVIRONMENT.get_template("fragments/draft.html").render(
        model=DRAFT,
        head=HEAD,
        viewer=Viewer(language, frozenset(may)),
        language=language,
        t=speaker(language),
    )
    return html.fragment_fromstring(shown)


def names(root: html.HtmlElement) -> list[str]:
    return [each.text_content() for each in root.xpath(".//h3")]


def test_a_paragraph_has_the_name_the_room_gives_it() -> None:
    assert names(draft("es")) == [
        "Conclusión 18",
        "Conclusión 18 b)",
        "Conclusión 18, continuación",
        "Conclusión título",
        "Conclusión 19",
    ]
    assert names(draft("en"))[:2] == ["Conclusion 18", "Conclusion 18 (b)"]


def test_an_obstacle_is_said_and_asks_for_a_reason_and_nothing_else_does() -> None:
    root = draft("es", Action.ADOPT)
    (blocked,) = root.xpath(".//article[.//textarea]")
    assert blocked.get("id") == "p-sub-item"
    assert "sin decidir; corchete abierto en español" in " ".join(blocked.text_content().split())
    (listed,) = root.xpath(".//dialog[@id='adopt']//ul/li")
    assert listed.text_content().startswith("Conclusión 18 b) sin decidir")


def test_adopting_names_the_texts_that_are_shown() -> None:
    root = draft("es", Action.ADOPT)
    forms = root.xpath(".//form[contains(@action, '/do/paragraph.adopt')]")
    named = {
        form.xpath("string(.//*[@name='paragraph']/@value)"): form.xpath(
            "string(.//*[@name='digest']/@value)"
        )
        for form in forms
    }
    assert named == {each.id: each.digest for each in DRAFT.paragraphs}
    assert root.xpath("string(.//dialog[@id='adopt']//*[@name='digest']/@value)") == "digest of all"


def test_every_adoption_is_asked_for_by_name_before_those_who_are_present() -> None:
    root = draft("es", Action.ADOPT)
    asked = root.xpath(".//form[contains(@action, '.adopt')]/parent::dialog")
    assert len(asked) == len(DRAFT.paragraphs) + 1
    assert asked[1].xpath(".//h2")[0].text_content() == "Adoptar: Conclusión 18 b)"
    for dialog in asked:
        assert "Delegaciones presentes: CAN y SLV." in dialog.text_content()
    openers = root.xpath(".//button[@data-opens]/@data-opens")
    assert openers == [f"adopt-{each.id}" for each in DRAFT.paragraphs]
    assert (
        len(root.xpath(".//*[@class='to-adopt']")) == 1
    )  # what the button at the page's foot says


def test_who_marks_a_paragraph_does_not_thereby_adopt_it() -> None:
    acts = draft("es", Action.MARK_PARAGRAPH).xpath(".//form/@action")
    assert {act.rsplit("/", 1)[1] for act in acts} == {"paragraph.mark"}
