import { Schema } from "../../vendor/editor.js";

/**
 * A cell: one paragraph of plain text. Structure, numbers and states are not in it, so nothing a
 * person types or pastes can break them.
 */
export const schema = new Schema({
  nodes: {
    doc: { content: "p" },
    p: { content: "text*", toDOM: () => ["p", 0], parseDOM: [{ tag: "p" }] },
    text: {},
  },
});

/**
 * The document of a cell with this text.
 * @param {string} text
 */
export const docOf = (text) =>
  schema.node("doc", null, schema.node("p", null, text ? schema.text(text) : []));
