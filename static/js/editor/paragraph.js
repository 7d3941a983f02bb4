import { Y } from "../../vendor/editor.js";
import { Emitter } from "../lib/emitter.js";
import { TYPED } from "./binding.js";
import { LANGUAGES } from "./rows.js";

/** @typedef {import("./rows.js").Language} Language */

/**
 * One paragraph of a draft on this screen: its two texts, and what has been typed in them.
 *
 * Events: `change` (the texts have changed, here or elsewhere), `typed` (here: the update to send),
 * `state` (`unsent` has changed).
 *
 * @extends {Emitter<{
 *   change: {languages: Language[], local: boolean},
 *   typed: {update: Uint8Array, languages: Language[]},
 *   state: Paragraph,
 * }>}
 */
export class Paragraph extends Emitter {
  #unsent = false;
  /** @type {Map<Language, Y.UndoManager>} */
  #undo = new Map();

  /**
   * @param {string} id
   * @param {number} clientId a client id leased by the server; nobody else writes under it here
   */
  constructor(id, clientId) {
    super();
    this.id = id;
    this.clientId = clientId;
    /** @type {Y.Doc} */
    this.doc = new Y.Doc();
    this.doc.clientID = clientId;
    for (const language of LANGUAGES) this.text(language); // their types, before anything arrives
    this.doc.on("update", (update, _origin, _doc, transaction) => {
      const changed = /** @type {Set<unknown>} */ (new Set(transaction.changed.keys()));
      const languages = LANGUAGES.filter((language) => changed.has(this.text(language)));
      if (transaction.local) this.emit("typed", { update, languages });
      if (languages.length) this.emit("change", { languages, local: transaction.local });
    });
  }

  /** Whether anything typed here is not on the server's disk yet. */
  get unsent() {
    return this.#unsent;
  }

  set unsent(unsent) {
    if (unsent === this.#unsent) return;
    this.#unsent = unsent;
    this.emit("state", this);
  }

  /** @param {Language} language */
  text(language) {
    return this.doc.getText(language);
  }

  /** @returns {Record<Language, string>} */
  texts() {
    return { es: this.text("es").toString(), en: this.text("en").toString() };
  }

  /**
   * Undo and redo of what was typed on this screen in one of the texts; it leaves others' words alone.
   * @param {Language} language
   */
  undo(language) {
    const found = this.#undo.get(language);
    if (found) return found;
    const made = new Y.UndoManager(this.text(language), { trackedOrigins: new Set([TYPED]) });
    this.#undo.set(language, made);
    return made;
  }

  destroy() {
    for (const each of this.#undo.values()) each.destroy();
    this.doc.destroy();
  }
}
