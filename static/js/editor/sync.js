import { Emitter } from "../lib/emitter.js";
import { Paragraph } from "./paragraph.js";

/** @typedef {import("../lib/connection.js").Connection} Connection */
/** @typedef {import("./outbox.js").Outbox} Outbox */
/** @typedef {import("./paragraph.js").Language} Language */
/** @typedef {{id: string, section: string, kind: string, state: string, label_es: string, label_en: string}} Row */
/** @typedef {{id: string, key: string, title_es: string, title_en: string}} Section */
/** @typedef {{draft: string, version: number, adopted: boolean, sections: Section[], rows: Row[]}} Structure */
/** @typedef {{saved: Date | null, unsent: number, sending: boolean, online: boolean}} Status `unsent`: paragraphs with edits that are not on the server's disk */
/** @typedef {{id: string, delegation: string, name: string, paragraph?: string, language?: Language, anchor?: number, head?: number}} Presence */
/** @typedef {{paragraph: string, code: string, sentence: string, texts: Partial<Record<Language, string>>}} Refused `texts`: as they stood on this screen, in the languages typed in */

/**
 * A draft on this screen, kept alike with the server's: its structure, its paragraphs, who is in it.
 *
 * Events: `structure` (the first included), `paragraph` (the object of an id was replaced after a
 * refusal: bind its cells anew; the old one is destroyed in a later task), `refused`, `status`,
 * `rights` (`writable` and `may` are as of now), `presence` (the others).
 *
 * @extends {Emitter<{
 *   structure: {structure: Structure, added: string[], removed: string[]},
 *   paragraph: {paragraph: Paragraph, replaces: Paragraph},
 *   refused: Refused,
 *   status: Status,
 *   rights: {writable: Language[], may: string[]},
 *   presence: Presence[],
 * }>}
 */
export class DraftSync extends Emitter {
  /**
   * @param {Connection} connection
   * @param {{draft: string, session: string, person: string, tab: string, outbox: Outbox}} place
   */
  constructor(connection, { draft, session, person, tab, outbox }) {
    super();
    this.connection = connection;
    this.draft = draft;
    this.session = session;
    this.person = person;
    this.tab = tab;
    this.outbox = outbox;
    /** @type {Structure | null} */
    this.structure = null;
    /** @type {Map<string, Paragraph>} */
    this.paragraphs = new Map();
    /** @type {Language[]} */
    this.writable = [];
    /** @type {string[]} */
    this.may = [];
    this.mode = "direct";
    /** @type {Language} */
    this.origin = "es";
    /** This connection's id among the present. */
    this.you = "";
    /** @type {Status} */
    this.status = { saved: null, unsent: 0, sending: false, online: false };
  }

  /**
   * Open the draft and have all its texts; from then on it is opened again after every loss of
   * contact by itself. Rejects with the server's refusal (`Refusal`), or waits for the connection.
   * @returns {Promise<void>}
   */
  async open() {}

  /**
   * Exchange what these paragraphs (all, if none are named) lack here.
   * @param {string[]} [ids]
   * @returns {Promise<void>}
   */
  async sync(ids) {}

  /** Send what was typed, now. @returns {Promise<void>} resolved when nothing is unsent or contact is lost */
  async flush() {}

  /**
   * Tell the others where this person's caret is; null: nowhere.
   * @param {{paragraph: string, language: Language, anchor: number, head: number} | null} caret
   */
  showCaret(caret) {}

  close() {}
}
