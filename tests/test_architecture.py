"""The page that says where things are: what it names is there."""

from __future__ import annotations

import re

from session_app.config import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
LAYERS = {each.parent.name for each in (ROOT / "session_app").glob("*/__init__.py")}


def named_files() -> list[str]:
    """The files named in the text, `services/{room,decision}.py` as two."""
    found = []
    for name in re.findall(r"`([\w./{},*]+\.(?:py|js|html|css|toml))`", PAGE):
        head, *choices = re.split(r"\{([\w,]+)\}", name)
        names = (
            [head] if not choices else [head + each + choices[1] for each in choices[0].split(",")]
        )
        found += [each for each in names if "*" not in each]
    return found


def test_every_file_that_is_named_is_there():
    files = named_files()
    assert len(files) > 30
    places = (
        ROOT,
        ROOT / "session_app",
        ROOT / "session_app" / "web" / "templates",
        ROOT / "static",
    )
    assert [each for each in files if not any((place / each).is_file() for place in places)] == []


def test_every_module_of_the_tree_stands_in_its_layer():
    tree = PAGE.split("## Modules")[1].split("## To add something")[0]
    layer, seen = "", set()
    for line in tree.splitlines():
        opened = re.match(r"    (\w+)/ ", line)
        layer = opened[1] if opened else layer
        for module in re.findall(r"\b\w+\.py\b", line if layer else ""):
            assert (ROOT / "session_app" / layer / module).is_file(), (layer, module)
            seen.add(layer)
    assert seen == LAYERS
