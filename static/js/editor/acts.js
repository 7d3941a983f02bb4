import { TimedOut } from "../lib/connection.js";
import { cleanText } from "./clean.js";
import { askToDelete, previewPaste } from "./dialogs.js";
import { el } from "./dom.js";
import { History } from "./history.js";
import { oneLine, readPaste } from "./paste.js";
import { asText, belongs, block, nameOf, nextPending } from "./rows.js";

/** @typedef {import("../lib/connection.js").Ack} Ack */
/** @typedef {import("../lib/connection.js").Connection} Connection */
/** @typedef {import("./cell.js").Cell} Cell */
/** @typedef {import("./cell.js").Where} Where */
/** @typedef {import("./dom.js").Speak} Speak */
/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {import("./sync.js").DraftSync} DraftSync */
/** @typedef {import("./paragraph.js").Language} Language */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {(sentence: string, refusal?: boolean) => void} Say */

const ROW_WITHIN = 5_000; // ms a new row may take to appear after the server has said it is there
const TRIES = 3;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** What a person can do to the text as a whole; each act is a key and a button. */
export class Acts {
  /**
   * @param {Connection} connection
   * @param {DraftSync} sync
   * @param {Grid} grid
   * @param {Speak} t
   * @param {Say} say
   */
  constructor(connection, sync, grid, t, say) {
    this.connection = connection;
    this.sync = sync;
    this.grid = grid;
    this.t = t;
    this.say = say;
    this.history = new History((name, values) => this.changeTexts(name, values));
  }

  /** Whether this person may change the structure, as far as this screen knows. */
  get mayChange() {
    return this.sync.writable.includes(this.sync.origin) && !this.grid.structure.adopted;
  }

  /**
   * Do an operation on the structure. It carries its own id, so that it can be asked for again when
   * no answer came. Null: no answer; a refusal is said.
   * @param {string} name
   * @param {Record<string, any>} values
   * @returns {Promise<Ack | null>}
   */
  async change(name, values) {
    const op = newOperation();
    const at = performance.now();
    const { cell } = this.grid;
    cell?.paragraph.undo(cell.language).stopCapturing(); // words before and after it are two steps
    for (let left = TRIES; left && this.connection.contact !== "offline"; left -= 1) {
      try {
        const ack = await this.connection.command(name, { draft: this.sync.draft, op, ...values });
        if (!ack.ok) this.say(ack.sentence ?? "", true);
        else if (name !== "paragraph.undo") this.history.note(name, values, op, at);
        return ack;
      } catch (lost) {
        if (!(lost instanceof TimedOut)) throw lost;
        await this.#contact();
      }
    }
    return this.#sayOffline();
  }

  /**
   * Do an operation that looks at the texts: the server must have what was typed in them.
   * @param {string} name
   * @param {Record<string, any>} values
   * @returns {Promise<Ack | null>}
   */
  async changeTexts(name, values) {
    return (await this.sync.flush()) ? this.change(name, values) : this.#sayOffline();
  }

  /**
   * Put in an empty paragraph behind the row one is in, and write in it.
   * @param {"item" | "sub-item" | "continuation" | "heading"} [kind] what the row itself suggests, if it is not said
   */
  async add(kind) {
    const { row, place } = this.grid;
    if (!row || !place) return;
    const made = kind ?? this.#kindAfter(row);
    await this.#arrive(place.language, "start", () =>
      this.change("paragraph.add", { section: row.section, kind: made, after: row.id }),
    );
  }

  /** @param {string} section an empty one */
  async addFirst(section) {
    const { language } = this.grid;
    await this.#arrive(language, "start", () => this.change("paragraph.add", { section, kind: "item" }));
  }

  /** Part the paragraph where the caret stands. @param {Cell} cell */
  async split(cell) {
    const { from, to } = cell.selection;
    if (from !== to) cell.insert("", { from, to });
    await this.#arrive(cell.language, "start", () =>
      this.changeTexts("paragraph.split", { paragraph: cell.paragraph.id, language: cell.language, at: from }),
    );
  }

  /** Enter while writing: a new paragraph at the end of the text, two paragraphs anywhere else. @param {Cell} cell */
  async enter(cell) {
    if (!this.mayChange) return this.say(this.t("ui.draft.said.read_only"), true);
    if (cell.selection.from >= cell.text.length) await this.add();
    else await this.split(cell);
  }

  /** @param {"indent" | "outdent"} way */
  async level(way) {
    const { row } = this.grid;
    if (row) await this.change(`paragraph.${way}`, { paragraph: row.id });
  }

  /** @param {"up" | "down"} direction */
  async move(direction) {
    const { row, place } = this.grid;
    if (!row || !place) return;
    const ack = await this.change("paragraph.move", { paragraph: row.id, direction });
    if (ack?.ok) this.grid.cellAt(place)?.place.scrollIntoView({ block: "nearest" });
  }

  /** Take out the paragraph; one with sub-items only after saying how many go with it. */
  async remove() {
    const { row, place } = this.grid;
    if (!row || !place) return;
    const { rows } = this.grid.structure;
    const count = block(rows, row.id).length - 1;
    const name = nameOf(rows, row, this.grid.language) || this.t(`ui.draft.kind.${row.kind}`);
    if (count && !(await askToDelete(this.t, name, count))) return;
    const above = rows[rows.findIndex((each) => each.id === row.id) - 1];
    const wrote = this.grid.writing !== null;
    const ack = await this.changeTexts("paragraph.delete", { paragraph: row.id, with_block: count > 0 });
    if (!ack?.ok) return;
    this.say(this.t("ui.draft.said.deleted"));
    if (above && wrote) this.grid.write({ id: above.id, language: place.language }, "end");
    else if (above) this.grid.select({ id: above.id, language: place.language }, { focus: true });
  }

  /** @param {string} state */
  async mark(state) {
    const { row } = this.grid;
    if (!row || row.state === state) return null;
    if (this.connection.contact === "offline") return this.#sayOffline();
    try {
      const ack = await this.connection.command("paragraph.mark", { draft: this.sync.draft, paragraph: row.id, state });
      if (!ack.ok) this.say(ack.sentence ?? "", true);
      return ack;
    } catch {
      return this.#sayOffline(); // a state is never sent later: the room may have moved on
    }
  }

  async undo() {
    if (!(await this.history.undo(this.grid.cell))) this.say(this.t("ui.draft.said.nothing_to_undo"));
  }

  async redo() {
    if (!(await this.history.redo(this.grid.cell))) this.say(this.t("ui.draft.said.nothing_to_redo"));
  }

  /**
   * Paste: one paragraph goes in where the caret is, several become paragraphs of their own.
   * @param {Cell} cell
   * @param {string} text
   */
  async paste(cell, text) {
    const rows = this.grid.structure.rows;
    const row = rows.find((each) => each.id === cell.paragraph.id);
    const pasted = readPaste(text, row?.kind !== "heading");
    if (!row || pasted.length < 2 || !this.mayChange) return cell.insert(withoutEnds(text));
    const at = cell.selection;
    const name = nameOf(rows, row, this.grid.language) || this.t(`ui.draft.kind.${row.kind}`);
    const choice = await previewPaste(this.t, pasted, cell.language, name);
    if (choice === "one") return cell.insert(oneLine(text), at);
    if (!choice) return;
    const ack = await this.change("paragraph.paste", {
      section: row.section,
      language: cell.language,
      after: row.id,
      paragraphs: pasted.map(({ kind, label, text: words }) => ({ kind, text: words, ...(label ? { label } : {}) })),
    });
    if (!ack?.ok) return;
    this.say(this.t("ui.draft.said.pasted", { count: pasted.length }));
    await this.#row(ack.paragraphs.at(-1));
    this.grid.announce(ack.paragraphs);
    this.grid.select({ id: ack.paragraphs[0], language: cell.language }, { focus: true });
  }

  /** Go to the next paragraph the room has not decided. */
  goToPending() {
    const next = nextPending(this.grid.structure.rows, this.grid.place?.id ?? null);
    if (!next) return this.say(this.t("ui.draft.said.nothing_pending"));
    const language = this.grid.place?.language ?? this.grid.language;
    this.grid.select({ id: next.id, language }, { focus: true, center: true });
  }

  /** Put brackets round the selection, or round the whole text of the cell. */
  bracket() {
    const { cell, place } = this.grid;
    if (!cell || !place) return;
    if (this.grid.mayWrite(place.id, place.language)) cell.bracket();
    else this.say(this.t(this.grid.row?.state === "adopted" ? "ui.draft.said.adopted" : "ui.draft.said.read_only"), true);
  }

  /**
   * Copy with the labels, which stand nowhere in the texts themselves.
   * @param {"paragraph" | "section"} what
   * @param {boolean} both languages, or only the one that has the place
   */
  async copy(what, both) {
    const { row, place, structure } = this.grid;
    if (!row || !place) return;
    const rows = what === "section" ? structure.rows.filter((each) => each.section === row.section) : block(structure.rows, row.id);
    const textOf = (/** @type {string} */ id, /** @type {Language} */ language) =>
      this.sync.paragraphs.get(id)?.text(language).toString() ?? "";
    await this.copyText(asText(rows, textOf, both ? ["es", "en"] : [place.language]));
  }

  /** @param {string} text */
  async copyText(text) {
    const copied = await writeClipboard(text);
    this.say(this.t(copied ? "ui.draft.said.copied" : "ui.draft.said.not_copied"), !copied);
  }

  #sayOffline() {
    this.say(this.t("ui.draft.said.offline"), true);
    return null;
  }

  /** What Enter makes: an item that has sub-items gets one more, anything else its own kind again. @param {Row} row */
  #kindAfter(row) {
    const own = block(this.grid.structure.rows, row.id);
    if (own.some((each) => each.kind === "sub-item")) return "sub-item";
    return belongs(row) && row.kind === "sub-item" ? "sub-item" : "item";
  }

  /**
   * Ask for a new paragraph and go there as soon as it is. What is typed meanwhile goes with it.
   * @param {Language} language
   * @param {Where} where
   * @param {() => Promise<Ack | null>} ask
   */
  async #arrive(language, where, ask) {
    const before = this.grid.cell;
    const note = new Note(language, this.t("ui.draft.act.add"));
    const ack = await ask();
    const there = ack?.ok && (await this.#row(ack.paragraph));
    if (there) await this.sync.sync([ack.paragraph]).catch(() => {}); // its words, or the caret would be carried along
    const typed = await note.written();
    if (there) this.grid.announce([ack.paragraph]);
    const cell = there ? this.grid.cellAt({ id: ack.paragraph, language }) : before;
    if (note.isHeld && cell) this.grid.write({ id: cell.paragraph.id, language }, there ? where : cell.selection.head);
    if (typed) cell?.insert(typed);
    note.remove();
  }

  /**
   * Wait until a row is on this screen. Resolves to whether it is.
   * @param {string} id
   * @returns {Promise<boolean>}
   */
  #row(id) {
    const shown = () => !!this.grid.cellAt({ id, language: "es" });
    if (shown()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const stop = this.sync.on("structure", () => shown() && end());
      const clock = setTimeout(() => end(), ROW_WITHIN);
      const end = () => {
        stop();
        clearTimeout(clock);
        resolve(shown());
      };
    });
  }

  /** Until there is contact again, or it is plain that there is none. @returns {Promise<void>} */
  #contact() {
    return new Promise((resolve) => {
      if (this.connection.joined) return resolve();
      const stop = ["joined", "contact"].map((name) =>
        this.connection.on(name, () => {
          if (!this.connection.joined && this.connection.contact === "reconnecting") return;
          for (const each of stop) each();
          resolve();
        }),
      );
    });
  }
}

/**
 * A field that takes what is typed while a new paragraph is on its way: it belongs there. A field and
 * not the keys, for accents, corrections and Backspace are the browser's and its input method's affair.
 */
class Note {
  /** @type {Promise<void> | null} */
  #composition = null;

  /** @param {Language} language @param {string} name */
  constructor(language, name) {
    this.field = el("input", { class: "note", lang: language, "aria-label": name, autocomplete: "off" });
    this.field.addEventListener("compositionstart", () => {
      this.#composition = new Promise((resolve) => {
        // In a task of its own: the last letter may come after the end.
        this.field.addEventListener("compositionend", () => setTimeout(resolve), { once: true });
      });
    });
    document.body.append(this.field);
    this.field.focus({ preventScroll: true });
  }

  /** Whether one has not gone elsewhere meanwhile. */
  get isHeld() {
    return document.activeElement === this.field;
  }

  /** What has been typed, once no character is being composed. */
  async written() {
    await this.#composition;
    return this.field.value;
  }

  remove() {
    this.field.remove();
  }
}

/** The id of an operation; `crypto.randomUUID` is missing without HTTPS. */
function newOperation() {
  return [...crypto.getRandomValues(new Uint8Array(26))].map((each) => ALPHABET[each % 32]).join("");
}

/** One paragraph of a clipboard: a line end at its end is no blank, one in it is. @param {string} text */
const withoutEnds = (text) => cleanText(text.replace(/^[\r\n]+|[\r\n]+$/g, ""));

/**
 * @param {string} text
 * @returns {Promise<boolean>}
 */
async function writeClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No secure context, or the browser says no: the old way.
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    before?.focus();
    return copied;
  }
}
