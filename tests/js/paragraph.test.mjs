import assert from "node:assert/strict";
import { test } from "node:test";
import { Y } from "../../static/vendor/editor.js";
import { TYPED } from "../../static/js/editor/binding.js";
import { Paragraph } from "../../static/js/editor/paragraph.js";

const type = (paragraph, language, text) =>
  paragraph.doc.transact(() => paragraph.text(language).insert(0, text), TYPED);

test("a paragraph writes under the client id it was leased", () => {
  const paragraph = new Paragraph("p", 4242);
  type(paragraph, "es", "hola");
  assert.deepEqual([...Y.decodeStateVector(Y.encodeStateVector(paragraph.doc)).keys()], [4242]);
});

test("what is typed is told as an update with its languages; what arrives is told as a change only", () => {
  const [one, other] = [new Paragraph("p", 1), new Paragraph("p", 2)];
  const told = [];
  one.on("typed", ({ update, languages }) => {
    told.push(["typed", languages]);
    Y.applyUpdate(other.doc, update);
  });
  other.on("typed", () => told.push(["echo"]));
  other.on("change", ({ languages, local }) => told.push(["change", languages, local]));
  type(one, "en", "hello");
  assert.deepEqual(told, [["typed", ["en"]], ["change", ["en"], false]]);
  assert.deepEqual(other.texts(), { es: "", en: "hello" });
});

test("undo takes back one's own words in one language and nobody else's", () => {
  const [one, other] = [new Paragraph("p", 1), new Paragraph("p", 2)];
  one.undo("es");
  one.undo("en");
  type(one, "es", "mío ");
  type(one, "en", "mine ");
  type(other, "es", "suyo ");
  Y.applyUpdate(one.doc, Y.encodeStateAsUpdate(other.doc));
  one.undo("es").undo();
  assert.deepEqual(one.texts(), { es: "suyo ", en: "mine " });
  one.undo("es").redo();
  assert.ok(one.texts().es.includes("mío "));
});

test("a paragraph says when its words are on disk", () => {
  const paragraph = new Paragraph("p", 1);
  const told = [];
  paragraph.on("state", (each) => told.push(each.unsent));
  paragraph.unsent = true;
  paragraph.unsent = true;
  paragraph.unsent = false;
  assert.deepEqual(told, [true, false]);
});
