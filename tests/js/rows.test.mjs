import assert from "node:assert/strict";
import { test } from "node:test";

import {
  asText, block, findIn, firstWords, nameOf, nextPending, tally, worstState,
} from "../../static/js/editor/rows.js";

const row = (id, kind, state, label_es, label_en = label_es, section = "s") => (
  { id, kind, state, label_es, label_en, section });
const ROWS = [
  row("h", "heading", "proposed", ""),
  row("i1", "item", "agreed", "1."),
  row("i2", "item", "agreed", "2."),
  row("a", "sub-item", "bracketed", "a)", "(a)"),
  row("c", "continuation", "adopted", ""),
  row("j", "item", "proposed", "1.", "1.", "t"),
];
const TEXTS = { i2: { es: "Dos:", en: "Two:" }, a: { es: "Aceptar.", en: "To accept." }, c: { es: "Fin.", en: "" } };
const textOf = (id, language) => TEXTS[id][language];

test("a block is an item with what belongs to it, and ends with its section", () => {
  assert.deepEqual(block(ROWS, "i2").map((each) => each.id), ["i2", "a", "c"]);
  assert.deepEqual(block(ROWS, "a").map((each) => each.id), ["a"]);
  assert.deepEqual(block(ROWS, "gone"), []);
});

test("a sub-item is called by its item and its letter in the language asked for", () => {
  assert.equal(nameOf(ROWS, ROWS[3], "es"), "2 a)");
  assert.equal(nameOf(ROWS, ROWS[3], "en"), "2 (a)");
  assert.equal(nameOf(ROWS, ROWS[4], "es"), "2 +");
});

test("headings have no state to count", () => {
  assert.deepEqual(tally(ROWS), { proposed: 1, bracketed: 1, agreed: 2, ad_referendum: 0, adopted: 1 });
});

test("next pending goes round to the beginning", () => {
  assert.equal(nextPending(ROWS, "a").id, "j");
  assert.equal(nextPending(ROWS, "j").id, "a");
  assert.equal(nextPending(ROWS.slice(1, 3), "i1"), null);
});

test("an item carries the worst state of what belongs to it", () => {
  assert.equal(worstState(block(ROWS, "i2")), "bracketed");
});

test("a copied section keeps its labels as text", () => {
  assert.equal(asText(block(ROWS, "i2"), textOf, ["es"]), "2.\tDos:\n   a)\tAceptar.\nFin.");
  assert.equal(asText(block(ROWS, "a"), textOf, ["es", "en"]), "   a)\tAceptar.\n   (a)\tTo accept.");
});

test("find ignores accents and case and says where the words really stand", () => {
  const text = "La Reunión de ÁFRICA y la reunion.";
  assert.deepEqual(findIn(text, "reunión").map(([from, to]) => text.slice(from, to)), ["Reunión", "reunion"]);
  assert.deepEqual(findIn(text, "africa").map(([from, to]) => text.slice(from, to)), ["ÁFRICA"]);
  const apart = "cafe\u0301s";
  assert.deepEqual(findIn(apart, "café").map(([from, to]) => apart.slice(from, to)), ["cafe\u0301"]);
  assert.deepEqual(findIn("nada", "  "), []);
});

test("first words are cut at a word", () => {
  assert.equal(firstWords("Agradecer a la OIM por la presentación", 20), "Agradecer a la OIM…");
});
