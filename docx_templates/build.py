"""Builds `conclusions.docx`, the template every Word file of ours starts from.

Run `python docx_templates/build.py` after changing it. The secretariat may restyle the built file in
Word instead: what a program relies on are the *names* of the styles, one paragraph in "CRM Header"
and one in "CRM Footer" in every header and footer, and the page set-up. Everything in the body is a
sample and is replaced.

The type is Times New Roman because Liberation Serif has the same widths: Word in a ministry and
LibreOffice on the server break the same lines.
"""

from __future__ import annotations

from pathlib import Path

from session_app.word.ooxml import DECLARATION, ROOT_ATTRIBUTES, write_package

TARGET = Path(__file__).with_name("conclusions.docx")

NAVY, GREY, RULE, AMBER, AMBER_GROUND = "17263C", "5A5F6A", "9AA5B4", "754600", "FCEFD3"
SERIF = "Times New Roman"

# Letter, the paper of the Americas, with margins of 2.5 cm; lengths in twentieths of a point.
PAGE = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/>'
    '<w:footerReference w:type="default" r:id="rId2"/><w:pgSz w:w="12240" w:h="15840"/>'
    '<w:pgMar w:top="1985" w:right="1418" w:bottom="1418" w:left="1418" w:header="709" '
    'w:footer="652" w:gutter="0"/><w:cols w:space="708"/></w:sectPr>'
)


def style(
    name: str,
    *,
    based_on: str | None = "CRMText",
    paragraph: str = "",
    characters: str = "",
    following: str | None = None,
) -> str:
    """A paragraph style; its id is its name without spaces."""
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    after = f'<w:next w:val="{following}"/>' if following else ""
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{name.replace(" ", "")}">'
        f'<w:name w:val="{name}"/>{base}{after}<w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{characters}</w:rPr></w:style>"
    )


def spacing(before: int, after: int, line: int | None = None) -> str:
    lines = f' w:line="{line}" w:lineRule="auto"' if line else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{lines}/>'


def indent(left: int, hanging: int = 0) -> str:
    return f'<w:ind w:left="{left}" w:hanging="{hanging}"/>'


def aligned(side: str) -> str:
    return f'<w:jc w:val="{side}"/>'


def size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def colour(value: str) -> str:
    return f'<w:color w:val="{value}"/>'


BOLD = "<w:b/><w:bCs/>"
ITALIC = "<w:i/><w:iCs/>"
SMALL_CAPS = "<w:smallCaps/>"
SPACED = '<w:spacing w:val="20"/>'


def border(side: str, width: int, distance: int) -> str:
    line = f'<w:{side} w:val="single" w:sz="{width}" w:space="{distance}" w:color="{RULE}"/>'
    return f"<w:pBdr>{line}</w:pBdr>"


def outline(level: int) -> str:
    return f'<w:outlineLvl w:val="{level}"/>'


PARAGRAPHS = (
    style("CRM Text", based_on="Normal", paragraph=spacing(0, 140, 269) + aligned("both")),
    style(
        "CRM Header",
        based_on="Normal",
        paragraph=border("bottom", 6, 5) + spacing(0, 60, 250) + aligned("center"),
        characters=BOLD + colour(NAVY) + SPACED + size(21),
    ),
    style(
        "CRM Draft Mark",
        based_on="Normal",
        paragraph=spacing(0, 0) + aligned("center"),
        characters=ITALIC + colour(AMBER) + size(18),
    ),
    style(
        "CRM Footer",
        based_on="Normal",
        paragraph=border("top", 4, 5)
        + '<w:tabs><w:tab w:val="right" w:pos="9404"/></w:tabs>'
        + spacing(0, 0),
        characters=colour(GREY) + size(18),
    ),
    style(
        "CRM Symbol", paragraph=spacing(0, 120) + aligned("right"), characters=colour(GREY) + size(20)
    ),
    style(
        "CRM Title",
        paragraph="<w:keepNext/><w:keepLines/><w:suppressAutoHyphens/>"
        + spacing(240, 160, 264)
        + '<w:ind w:left="425" w:right="425"/>'
        + aligned("center"),
        characters=BOLD + colour(NAVY) + size(28),
    ),
    style(
        "CRM Place",
        paragraph="<w:keepNext/>" + spacing(0, 0, 264) + aligned("center"),
        characters=BOLD + size(24),
    ),
    style(
        "CRM Note",
        paragraph=spacing(100, 0) + aligned("center"),
        characters=ITALIC + colour(AMBER) + size(21),
    ),
    style("CRM Preamble", paragraph=spacing(320, 200)),
    style(
        "CRM Section",
        based_on="Heading1",
        paragraph=spacing(360, 200) + aligned("center"),
        following="CRMItem",
    ),
    style("CRM Heading", based_on="Heading2", paragraph=spacing(240, 120), following="CRMItem"),
    style("CRM Item", paragraph=indent(510, 510)),
    style("CRM Subitem", paragraph=indent(1020, 510)),
    style("CRM Continuing", paragraph=indent(510)),
    style(
        "CRM Column",
        paragraph="<w:keepNext/>" + spacing(40, 80) + aligned("center"),
        characters=SMALL_CAPS + colour(GREY) + SPACED + size(20),
    ),
    style(
        "CRM Cell Title",
        based_on="CRMTitle",
        paragraph=spacing(120, 120, 252) + '<w:ind w:left="0" w:right="0"/>',
        characters=size(23),
    ),
    style("CRM Cell Place", based_on="CRMPlace", characters=size(21)),
    style("CRM Cell Preamble", based_on="CRMPreamble", paragraph=spacing(200, 80, 259)
          + aligned("left"), characters=size(21)),
    style("CRM Cell Heading", based_on="CRMHeading", paragraph=spacing(160, 80), characters=size(22)),
    style("CRM Cell Item", based_on="CRMItem", paragraph=spacing(60, 60, 259) + indent(454, 454)
          + aligned("left"), characters=size(21)),
    style("CRM Cell Subitem", based_on="CRMSubitem", paragraph=spacing(60, 60, 259)
          + indent(879, 425) + aligned("left"), characters=size(21)),
    style("CRM Cell Continuing", based_on="CRMContinuing", paragraph=spacing(60, 60, 259)
          + indent(454) + aligned("left"), characters=size(21)),
)  # fmt: skip

STYLES = (
    f"{DECLARATION}<w:styles {ROOT_ATTRIBUTES}><w:docDefaults><w:rPrDefault><w:rPr>"
    f'<w:rFonts w:ascii="{SERIF}" w:eastAsia="{SERIF}" w:hAnsi="{SERIF}" w:cs="{SERIF}"/>'
    f'{size(24)}<w:lang w:val="es-ES" w:eastAsia="es-ES" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
    "<w:pPrDefault/></w:docDefaults>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    "<w:qFormat/><w:pPr><w:widowControl/></w:pPr></w:style>"
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
    '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/>'
    '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    "</w:style>"
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
    '<w:basedOn w:val="Normal"/><w:next w:val="CRMItem"/><w:uiPriority w:val="9"/><w:qFormat/>'
    f"<w:pPr><w:keepNext/><w:keepLines/>{outline(0)}</w:pPr>"
    f"<w:rPr>{BOLD}{colour(NAVY)}{SPACED}{size(26)}</w:rPr></w:style>"
    '<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/>'
    '<w:basedOn w:val="Normal"/><w:next w:val="CRMItem"/><w:uiPriority w:val="9"/><w:qFormat/>'
    f"<w:pPr><w:keepNext/><w:keepLines/>{outline(1)}</w:pPr>"
    f"<w:rPr>{BOLD}{colour(NAVY)}{size(24)}</w:rPr></w:style>"
    f"{''.join(PARAGRAPHS)}"
    '<w:style w:type="character" w:customStyle="1" w:styleId="CRMBracket">'
    '<w:name w:val="CRM Bracket"/><w:qFormat/>'
    f'<w:rPr>{colour(AMBER)}<w:shd w:val="clear" w:color="auto" w:fill="{AMBER_GROUND}"/></w:rPr>'
    "</w:style>"
    '<w:style w:type="table" w:customStyle="1" w:styleId="CRMBilingual">'
    '<w:name w:val="CRM Bilingual"/><w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>'
    f'<w:insideV w:val="single" w:sz="4" w:space="0" w:color="{RULE}"/></w:tblBorders>'
    '<w:tblCellMar><w:left w:w="142" w:type="dxa"/><w:right w:w="142" w:type="dxa"/>'
    '</w:tblCellMar></w:tblPr><w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>'
    f'<w:bottom w:val="single" w:sz="4" w:space="0" w:color="{RULE}"/></w:tcBorders></w:tcPr>'
    "</w:tblStylePr></w:style></w:styles>"
)


def sample(style_id: str, text: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style_id}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


DOCUMENT = (
    f"{DECLARATION}<w:document {ROOT_ATTRIBUTES}><w:body>"
    + sample("CRMSymbol", "Signatura (CRM Symbol)")
    + sample("CRMTitle", "Título (CRM Title)")
    + sample("CRMPlace", "Lugar y fechas (CRM Place)")
    + sample("CRMNote", "Traducción de trabajo (CRM Note)")
    + sample("CRMPreamble", "Preámbulo (CRM Preamble)")
    + sample("CRMSection", "Sección (CRM Section)")
    + sample("CRMHeading", "Epígrafe (CRM Heading)")
    + sample("CRMItem", "Párrafo numerado (CRM Item)")
    + sample("CRMSubitem", "Literal (CRM Subitem)")
    + sample("CRMContinuing", "Continuación sin número (CRM Continuing)")
    + f"{PAGE}</w:body></w:document>"
)
HEADER = (
    f"{DECLARATION}<w:hdr {ROOT_ATTRIBUTES}>"
    f"{sample('CRMHeader', 'Encabezado (CRM Header)')}</w:hdr>"
)
FOOTER = (
    f"{DECLARATION}<w:ftr {ROOT_ATTRIBUTES}>"
    f"{sample('CRMFooter', 'Pie de página (CRM Footer)')}</w:ftr>"
)
SETTINGS = (
    f"{DECLARATION}<w:settings {ROOT_ATTRIBUTES}>"
    '<w:zoom w:percent="100"/><w:defaultTabStop w:val="708"/>'
    '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting '
    'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    '</w:compat><w:themeFontLang w:val="es-ES"/><w:decimalSymbol w:val=","/>'
    '<w:listSeparator w:val=";"/></w:settings>'
)
FONTS = (
    f"{DECLARATION}<w:fonts {ROOT_ATTRIBUTES}>"
    f'<w:font w:name="{SERIF}"><w:altName w:val="Liberation Serif"/>'
    '<w:panose1 w:val="02020603050405020304"/><w:charset w:val="00"/><w:family w:val="roman"/>'
    '<w:pitch w:val="variable"/></w:font></w:fonts>'
)

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def relationships(*targets: tuple[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{index}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for index, (kind, target) in enumerate(targets, 1)
    )
    return (
        f'{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships">{entries}</Relationships>'
    )


CONTENT_TYPES = (
    f'{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    + "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_WORD}.{kind}+xml"/>'
        for part, kind in (
            ("styles", "styles"),
            ("settings", "settings"),
            ("fontTable", "fontTable"),
            ("header1", "header"),
            ("footer1", "footer"),
        )
    )
    + "</Types>"
)


def build() -> bytes:
    """The template's bytes, the same on every machine."""
    return write_package(
        {
            "[Content_Types].xml": CONTENT_TYPES,
            "_rels/.rels": relationships(("officeDocument", "word/document.xml")),
            "word/document.xml": DOCUMENT,
            "word/_rels/document.xml.rels": relationships(
                ("header", "header1.xml"),
                ("footer", "footer1.xml"),
                ("styles", "styles.xml"),
                ("settings", "settings.xml"),
                ("fontTable", "fontTable.xml"),
            ),
            "word/header1.xml": HEADER,
            "word/footer1.xml": FOOTER,
            "word/styles.xml": STYLES,
            "word/settings.xml": SETTINGS,
            "word/fontTable.xml": FONTS,
        }
    )


if __name__ == "__main__":
    TARGET.write_bytes(build())
