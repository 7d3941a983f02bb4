"""Assembling Conclusions side by side, beside docxtpl on the same content.

    python benchmarks/assemble.py [--rounds 9]

Both sides write 30 and 300 conclusions (with sub-items as in San Salvador 2017) in a two-column table
with a repeated head, numbered lists, w:lang on every run, headers and page numbers, and neither pays for the
disk. docxtpl parses its template for every file, which is how it works; we parse ours once. We also deflate at level 4, docxtpl at zlib's default of 6. Measured is CPU time, in alternating
rounds so that a busy machine slows both; printed are medians, the ratio of each round and its spread.
Goal: at most 0.5 of docxtpl's time at both sizes.
"""

from __future__ import annotations

import argparse
import gc
import io
import platform
import statistics
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docxtpl import DocxTemplate

from session_app.domain.documents import DocumentText, ParagraphText, SectionText
from session_app.domain.drafting import Kind
from session_app.word import assemble

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "docx_templates" / "conclusions.docx"
TEXT = ROOT / "tests" / "data" / "word" / "san_salvador_2017.toml"
SIZES = (30, 300)
GOAL = 0.5


def conclusions(count: int) -> tuple[ParagraphText, ...]:
    """`count` conclusions with what belongs to them: the real ones, over and over."""
    rows = tomllib.loads(TEXT.read_text(encoding="utf-8"))["conclusions"]
    found: list[ParagraphText] = []
    items = 0
    while True:
        for row in rows:
            items += row["kind"] == "item"
            if items > count:
                return tuple(found)
            found.append(ParagraphText(Kind(row["kind"]), {"es": row["es"], "en": row["en"]}))


def document(count: int) -> DocumentText:
    moment = datetime(2017, 6, 22, 21, 30, tzinfo=UTC)
    title = {"es": "REUNIÓN DEL GRUPO REGIONAL", "en": "MEETING OF THE REGIONAL GROUP"}
    headings = {"es": "CONCLUSIONES", "en": "CONCLUSIONS"}
    return DocumentText(
        creator="Conferencia Regional sobre Migración (CRM)",
        header={
            "es": "Conferencia Regional sobre Migración",
            "en": "Regional Conference on Migration",
        },
        title=title,
        place={"es": "San Salvador, El Salvador", "en": "San Salvador, El Salvador"},
        dates={"es": "20-22 de junio de 2017", "en": "20–22 June 2017"},
        preamble={"es": "El Grupo formuló las siguientes:", "en": "The Group formulated:"},
        sections=(SectionText("conclusions", headings, conclusions(count)),),
        page={"es": "Página {page} de {pages}", "en": "Page {page} of {pages}"},
        created=moment,
        modified=moment,
    )


def ours(text: DocumentText) -> Callable[[], bytes]:
    return lambda: assemble(text, TEMPLATE, layout="bilingual")


def docxtpl_peer(text: DocumentText, folder: Path) -> Callable[[], bytes]:
    """The same content through a docxtpl template made from our own assembled file.

    The peer gets our styles, header, footer and lists; its table has one row per kind of paragraph,
    chosen in a loop, which is how docxtpl's manual does it. It is given the template's bytes, and
    autoescape, without which it loses text that has an ampersand.
    """
    path = folder / "peer.docx"
    content = io.BytesIO(assemble(one_of_each(text), TEMPLATE, layout="bilingual"))
    write_peer_template(Document(content), path)
    template = path.read_bytes()
    rows = [
        {"kind": paragraph.kind.value, "es": paragraph.texts["es"], "en": paragraph.texts["en"]}
        for paragraph in text.sections[0].paragraphs
    ]

    def render() -> bytes:
        peer = DocxTemplate(io.BytesIO(template))
        peer.render({"rows": rows}, autoescape=True)
        target = io.BytesIO()
        peer.save(target)
        return target.getvalue()

    return render


def one_of_each(text: DocumentText) -> DocumentText:
    """A document with one row per kind of paragraph, its texts being docxtpl's variables."""
    variables = {"es": "{{ row.es }}", "en": "{{ row.en }}"}
    kinds = (Kind.ITEM, Kind.SUBITEM, Kind.CONTINUATION)
    (section,) = text.sections
    paragraphs = tuple(ParagraphText(kind, variables) for kind in kinds)
    return replace(text, sections=(replace(section, paragraphs=paragraphs),))


def write_peer_template(word: WordDocument, path: Path) -> None:
    """Put docxtpl's loop and conditions around the three rows, each in a row of its own."""
    table = word.tables[-1]
    _, item, subitem, continuation = table.rows
    item._tr.addprevious(tag_row("{%tr for row in rows %}"))
    item._tr.addprevious(tag_row("{%tr if row.kind == 'item' %}"))
    subitem._tr.addprevious(tag_row("{%tr elif row.kind == 'sub-item' %}"))
    continuation._tr.addprevious(tag_row("{%tr else %}"))
    continuation._tr.addnext(tag_row("{%tr endfor %}"))
    continuation._tr.addnext(tag_row("{%tr endif %}"))
    word.save(str(path))


def tag_row(tag: str) -> BaseOxmlElement:
    row, cell, paragraph, run, text = (
        OxmlElement(name) for name in ("w:tr", "w:tc", "w:p", "w:r", "w:t")
    )
    for parent, child in ((row, cell), (cell, paragraph), (paragraph, run), (run, text)):
        parent.append(child)
    text.text = tag
    return row


def printed_rows(content: bytes) -> list[list[str]]:
    """The cells of the last table, which both sides must have filled alike."""
    table = Document(io.BytesIO(content)).tables[-1]._tbl
    return [
        ["".join(text.text or "" for text in cell.iter(qn("w:t"))) for cell in row.tc_lst]
        for row in table.tr_lst
    ]


def cpu(work: Callable[[], bytes], repeats: int) -> float:
    """Milliseconds of CPU for one run."""
    gc.collect()
    start = time.process_time()
    for _ in range(repeats):
        work()
    return (time.process_time() - start) / repeats * 1000


def spread(values: list[float]) -> str:
    low, _, high = statistics.quantiles(values, n=4)
    return f"{statistics.median(values):.2f} ({low:.2f}-{high:.2f})"


def measure(count: int, rounds: int, folder: Path) -> float:
    """Print one size's results; returns the median ratio."""
    text = document(count)
    mine, peer = ours(text), docxtpl_peer(text, folder)
    if printed_rows(mine()) != printed_rows(peer()):  # also the warm-up of both
        raise SystemExit("docxtpl wrote other rows than we did: the comparison says nothing")
    repeats = max(1, 150 // count)
    times: dict[str, list[float]] = {"ours": [], "docxtpl": []}
    for turn in range(rounds):
        order = [("ours", mine), ("docxtpl", peer)]
        for name, work in order if turn % 2 == 0 else reversed(order):
            times[name].append(cpu(work, repeats))
    ratios = [a / b for a, b in zip(times["ours"], times["docxtpl"], strict=True)]
    ratio = statistics.median(ratios)
    print(
        f"{count:>4} conclusions ({2 * len(text.sections[0].paragraphs)} cells): "
        f"ours {spread(times['ours'])} ms, docxtpl {spread(times['docxtpl'])} ms, "
        f"ratio {spread(ratios)}, goal {GOAL}: {'met' if ratio <= GOAL else 'NOT met'}"
    )
    return ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="alternating rounds (default 9)")
    rounds = max(2, parser.parse_args().rounds)
    print(
        f"Assembling side by side, CPU, median (quartiles) of {rounds} rounds; "
        f"docxtpl {version('docxtpl')}, Python {platform.python_version()}"
    )
    with tempfile.TemporaryDirectory() as folder:
        ratios = [measure(count, rounds, Path(folder)) for count in SIZES]
    raise SystemExit(0 if max(ratios) <= GOAL else 1)


if __name__ == "__main__":
    main()
