import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { oneLine, readPaste, splitLabel } from "../../static/js/editor/paste.js";

const CASES = JSON.parse(readFileSync(new URL("../data/import/labels.json", import.meta.url), "utf8"));

for (const { line, label, text } of CASES.lines) {
  test(`the label of “${line}” is ${label}`, () => {
    const [found, rest] = splitLabel(line);
    assert.deepEqual([found?.printed ?? null, rest], [label, text]);
  });
}

for (const { name, lines, paragraphs } of CASES.lists) {
  test(`pasted: ${name}`, () => {
    const read = readPaste(lines.join("\n")).map((each) => [each.kind, each.label, each.text]);
    assert.deepEqual(read, paragraphs);
  });
}

test("lines without labels are one paragraph, its line ends blanks", () => {
  assert.deepEqual(readPaste("Agradecer a la OIM\r\npor la presentación."), [
    { kind: "item", label: null, text: "Agradecer a la OIM por la presentación." },
  ]);
});

test("what Word puts on the clipboard loses its labels and its own line breaks", () => {
  const pasted = "16.\tAgradecer a la OIM:\r\na)\tQue los Países\vremitan.\r\nb)\tAceptar.\r\n17.\tTomar nota.\r\n";
  assert.deepEqual(readPaste(pasted), [
    { kind: "item", label: "16.", text: "Agradecer a la OIM:" },
    { kind: "sub-item", label: "a)", text: "Que los Países remitan." },
    { kind: "sub-item", label: "b)", text: "Aceptar." },
    { kind: "item", label: "17.", text: "Tomar nota." },
  ]);
});

test("a paste that begins with letters inside an item continues it", () => {
  assert.deepEqual(
    readPaste("c) Tercero.\nd) Cuarto.\n17. Otro.", true).map((each) => each.kind),
    ["sub-item", "sub-item", "item"],
  );
  assert.deepEqual(readPaste("a) Uno.\nb) Dos.", true).map((each) => each.kind), ["sub-item", "sub-item"]);
  assert.deepEqual(readPaste("a) Uno.\nb) Dos.").map((each) => each.kind), ["item", "item"]);
});

test("paragraphs parted by blank lines stay apart", () => {
  assert.deepEqual(readPaste("Uno.\n\nDos.").map((each) => each.text), ["Uno.", "Dos."]);
});

test("a no-break space inside a line is kept", () => {
  assert.equal(oneLine(" art.\u00a018\tde la ley \n"), "art.\u00a018 de la ley");
});
