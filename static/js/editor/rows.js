/** What can be told from a draft's rows alone: blocks, neighbours, tallies, and plain copies. */

/** @typedef {"es"|"en"} Language */
/** @typedef {{id: string, section: string, kind: string, state: string, label_es: string, label_en: string}} Row */
/** @typedef {{id: string, key: string, title_es: string, title_en: string}} Section */
/** @typedef {{draft: string, version: number, adopted: boolean, sections: Section[], rows: Row[]}} Structure */
/** @typedef {(paragraph: string, language: Language) => string} TextOf */

/** @type {Language[]} */
export const LANGUAGES = ["es", "en"];

/** States in the order of how far a paragraph has come; see domain.drafting.State. */
export const STATES = ["proposed", "bracketed", "agreed", "ad_referendum", "adopted"];
const DECIDED = new Set(["agreed", "ad_referendum", "adopted"]);

/** The classes of a state's word and icon. @type {Record<string, string>} */
export const STATE_MARK = {
  proposed: "prop", bracketed: "brk", agreed: "ok", ad_referendum: "adr", adopted: "adp",
};

/** @param {Row} row */
export const belongs = (row) => row.kind === "sub-item" || row.kind === "continuation";

/**
 * The row and the sub-items and continuations that belong to it.
 * @param {Row[]} rows
 * @param {string} id
 */
export function block(rows, id) {
  const start = rows.findIndex((row) => row.id === id);
  if (start < 0) return [];
  let end = start + 1;
  if (rows[start].kind === "item") {
    while (end < rows.length && belongs(rows[end]) && rows[end].section === rows[start].section) end += 1;
  }
  return rows.slice(start, end);
}

/**
 * The item a row belongs to, or the row itself.
 * @param {Row[]} rows
 * @param {string} id
 * @returns {Row|undefined}
 */
export function itemOf(rows, id) {
  let at = rows.findIndex((row) => row.id === id);
  while (at > 0 && belongs(rows[at])) at -= 1;
  return rows[at];
}

/**
 * What a person calls a row: "18 b)", "18 +" for its continuation, "" for a heading.
 * @param {Row[]} rows
 * @param {Row} row
 * @param {Language} language
 */
export function nameOf(rows, row, language) {
  const label = row[`label_${language}`];
  if (!belongs(row)) return label.replace(/\.$/, "");
  const item = itemOf(rows, row.id);
  const number = item ? item[`label_${language}`].replace(/\.$/, "") : "";
  return `${number} ${label || "+"}`;
}

/**
 * How many paragraphs stand in each state. Headings carry none.
 * @param {Row[]} rows
 * @returns {Record<string, number>}
 */
export function tally(rows) {
  const counted = Object.fromEntries(STATES.map((state) => [state, 0]));
  for (const row of rows) if (row.kind !== "heading") counted[row.state] += 1;
  return counted;
}

/**
 * The next paragraph the room has not decided, after `id` and round to the beginning again.
 * @param {Row[]} rows
 * @param {string|null} id
 */
export function nextPending(rows, id) {
  const start = rows.findIndex((row) => row.id === id) + 1;
  const round = [...rows.slice(start), ...rows.slice(0, start)];
  return round.find((row) => row.kind !== "heading" && !DECIDED.has(row.state)) ?? null;
}

/**
 * The state an item shows in the outline: the least advanced of its block.
 * @param {Row[]} rows
 */
export function worstState(rows) {
  const order = ["bracketed", "proposed", "ad_referendum", "agreed", "adopted"];
  return order.find((state) => rows.some((row) => row.state === state)) ?? "proposed";
}

/**
 * The beginning of a text, cut at a word.
 * @param {string} text
 * @param {number} [length]
 */
export function firstWords(text, length = 42) {
  if (text.length <= length) return text;
  const cut = text.slice(0, length + 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), 12))}…`;
}

/**
 * Rows as plain text with their labels, for the clipboard; two languages stand under each other.
 * @param {Row[]} rows
 * @param {TextOf} textOf
 * @param {Language[]} languages
 */
export function asText(rows, textOf, languages) {
  const lines = rows.map((row) => languages
    .map((language) => [row[`label_${language}`], textOf(row.id, language)])
    .map(([label, text]) => `${row.kind === "sub-item" ? "   " : ""}${label ? `${label}\t` : ""}${text}`)
    .join("\n"));
  return lines.join(languages.length > 1 ? "\n\n" : "\n");
}

/**
 * A text without accents and case, and where each of its characters stood.
 * @param {string} text
 */
function folded(text) {
  let plain = "";
  /** @type {number[]} */
  const places = [];
  for (let at = 0; at < text.length; at += 1) {
    for (const unit of text[at].normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()) {
      plain += unit;
      places.push(at);
    }
  }
  places.push(text.length);
  return { plain, places };
}

/**
 * Where a query stands in a text, whatever the accents and case: [from, to) in UTF-16 units.
 * @param {string} text
 * @param {string} query
 * @returns {[number, number][]}
 */
export function findIn(text, query) {
  const sought = folded(query.trim()).plain;
  if (!sought) return [];
  const { plain, places } = folded(text);
  /** @type {[number, number][]} */
  const found = [];
  for (let at = plain.indexOf(sought); at >= 0; at = plain.indexOf(sought, at + sought.length)) {
    // Combining accents behind the last letter fold to nothing: the match ends where the next begins.
    found.push([places[at], places[at + sought.length]]);
  }
  return found;
}
