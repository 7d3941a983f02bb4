"""Fill a data folder for the drafting benchmark: one session, one bilingual draft, many who may write.

    python benchmarks/drafting/prepare.py FOLDER EDITORS

Does what the commands `session`, `accredit`, `import-draft` and `badges` do, by the same calls. Prints
one JSON line: the session, its draft, its paragraphs and their texts, each editor's badge. The
editors are staff of the Technical Secretariat, because a country has one drafting representative.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from session_app.app import open_conference
from session_app.config import Settings
from session_app.domain.drafting import Language
from session_app.services.console import CALLS
from session_app.services.desk import Desk
from session_app.store import drafts

PARAGRAPHS = 30
SESSION = "benchmark"
SENTENCES: dict[Language, tuple[str, ...]] = {
    "es": (
        "Tomar nota del informe presentado por la Secretaría Técnica sobre los avances alcanzados",
        "Agradecer a las delegaciones de los Países Miembros por sus aportes en esta materia",
        "Continuar con el intercambio de información entre las autoridades de los países de la región",
        "Solicitar a las organizaciones observadoras que apoyen los esfuerzos de los gobiernos",
        "Fortalecer la protección de los derechos de las personas migrantes en las fronteras",
    ),
    "en": (
        "To take note of the report that the Technical Secretariat presented on the progress made",
        "To thank the delegations of the Member Countries for their contributions on this matter",
        "To continue the exchange of information between the authorities of the countries of the region",
        "To ask the observer organisations to support the efforts that the governments are making",
        "To strengthen the protection of the rights of migrants at the borders of the countries",
    ),
}
HEADINGS: dict[Language, str] = {"es": "CONCLUSIONES", "en": "CONCLUSIONS"}


def text(language: Language) -> str:
    """The draft in one language: numbered paragraphs of about 400 characters."""
    sentences = SENTENCES[language]
    lines = [HEADINGS[language]]
    for number in range(PARAGRAPHS):
        turned = sentences[number % 5 :] + sentences[: number % 5]
        lines.append(f"{number + 1}. {', '.join(turned[:4])} ({number + 1} / {PARAGRAPHS}).")
    return "\n\n".join(lines) + "\n"


def accreditations(editors: int) -> str:
    """As many staff as there are editors."""
    lines = [f"Editor {number},ST,staff,e{number}@example.org,es" for number in range(editors)]
    return "\n".join(["name,delegation,capacity,email,language", *lines]) + "\n"


def prepare(desk: Desk, settings: Settings, editors: int) -> dict[str, object]:
    """Create and fill the session; returns what an editor has to know."""
    CALLS["session"](
        desk,
        folder=str(settings.agendas / settings.forum),
        id=SESSION,
        body="grcm",
        ppt="SLV",
        city="San Salvador",
        starts="2017-06-20",
        ends="2017-06-22",
        zone="America/El_Salvador",
    )
    CALLS["accredit"](desk, session=SESSION, content=accreditations(editors).encode())
    for language in SENTENCES:
        content = text(language).encode()
        CALLS["import"](desk, session=SESSION, name="text.md", content=content, language=language)
    held = drafts.draft_of(desk.store, SESSION)
    if held is None:
        raise SystemExit("the import made no draft")
    paragraphs = [row.id for row in drafts.rows(desk.store, held.id)]
    if len(paragraphs) != PARAGRAPHS:
        raise SystemExit(f"the import made {len(paragraphs)} paragraphs, not {PARAGRAPHS}")
    badges = CALLS["badges"](desk, session=SESSION, anew=False)
    return {
        "session": SESSION,
        "draft": held.id,
        "paragraphs": paragraphs,
        "texts": [desk.drafts.texts(paragraph) for paragraph in paragraphs],
        "badges": [{"code": badge["code"], "pin": badge["pin"]} for badge in badges],
    }


def main() -> None:
    settings, editors = Settings(Path(sys.argv[1]).resolve()), int(sys.argv[2])
    desk = open_conference(settings)
    try:
        print(json.dumps(prepare(desk, settings, editors)))
    finally:
        desk.store.close()


if __name__ == "__main__":
    main()
