"""The wiretap hears: a marked string is found wherever it hides, and nothing is found where none is."""

from __future__ import annotations

import base64
import gzip
import io
import json
import urllib.parse
import zipfile
from html import escape

import pytest
from realtime.wiretap import CANARY, STEM, Canaries, Tape, codings

WORD = Canaries().make("titl", 7)


def found(content):
    tape = Tape()
    tape.add("anywhere", content)
    return {word for _, word in tape.canaries()}


@pytest.mark.parametrize("before", ["", "a", "ab", "año «"])
def test_a_marked_string_is_found_in_every_coding(before):
    said = f"{before}{WORD} y más"
    for name, coded in codings(WORD):
        assert found(b"{" + coded + b"}"), name
    for content in (
        said.encode(),
        said.upper().encode(),
        json.dumps(said).encode(),
        escape(said).encode(),
        urllib.parse.quote(said).encode(),
        base64.b64encode(said.encode()),
        base64.urlsafe_b64encode(said.encode()),
        said.encode("utf-16"),
        said.encode().hex().upper().encode(),
        "".join(f"%{each:02X}" for each in said.encode()).encode(),
        "".join(f"&#{ord(each)};" for each in said).encode(),
    ):
        assert [word for word in found(content) if word.startswith(STEM)], content


def test_a_marked_string_is_found_inside_a_word_file():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", f"<w:t>{WORD}</w:t>")
    assert WORD.encode() not in packed.getvalue()
    assert WORD in found(packed.getvalue())


def test_a_marked_string_tells_its_field_and_its_part():
    match = CANARY.fullmatch(WORD.encode())
    assert (match[1], match[2]) == (b"titl", b"07")


def test_an_id_is_found_as_a_word_of_its_own():
    made = "abcdefghijklmnopqrstuvwxyz"
    assert made in found(f'<li id="item-{made}">'.encode())
    assert found(b"sin nada, " + gzip.compress(b"nada")) == set()
