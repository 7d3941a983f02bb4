import { Y } from "../../vendor/editor.js";
import { TimedOut } from "../lib/connection.js";
import { Emitter } from "../lib/emitter.js";
import { Delivery, WAITS } from "./delivery.js";
import { Paragraph } from "./paragraph.js";
import { LANGUAGES } from "./rows.js";

/** @typedef {import("../lib/connection.js").Connection} Connection */
/** @typedef {import("../lib/connection.js").Ack} Ack */
/** @typedef {import("../lib/connection.js").Answer} Answer */
/** @typedef {import("./outbox.js").Outbox} Outbox */
/** @typedef {import("./outbox.js").Kept} Kept */
/** @typedef {import("./paragraph.js").Language} Language */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./rows.js").Section} Section */
/** @typedef {import("./rows.js").Structure} Structure */
/** @typedef {{saved: number | null, unsent: number, sending: boolean, online: boolean}} Status `unsent`: paragraphs with edits that are not on the server's disk */
/** @typedef {{id: string, delegation: string, name: string, paragraph?: string, language?: Language, anchor?: number, head?: number}} Presence */
/** @typedef {{paragraph: string, code: string, sentence: string, texts: Partial<Record<Language, string>>}} Refused `texts`: as they stood on this screen, in the languages typed in */

const SYNC_AT_ONCE = 200; // paragraphs
const FEW_LEASES = 8;
const CARET_EVERY = 100; // ms
const ENTER_AGAIN = 2_000; // ms, after a server that could not answer
const AGAIN_AFTER = 500; // ms, before asking for what an update from elsewhere builds on

/** The server refused to open the draft. */
export class Refusal extends Error {
  name = "Refusal";
  /** @param {Ack} ack */
  constructor(ack) {
    super(ack.sentence ?? ack.code);
    this.code = ack.code ?? "";
    this.params = ack.params ?? {};
  }
}

/**
 * A draft on this screen, kept alike with the server's: its structure, its paragraphs, who is in it.
 *
 * Events: `structure` (the first included), `paragraph` (the object of an id was replaced after a
 * refusal: bind its cells anew; the old one is destroyed in a later task), `refused`, `status`,
 * `rights` (`writable`, `may` and whether text stays off the device are as of now), `presence` (the others).
 *
 * @extends {Emitter<{
 *   structure: {structure: Structure, added: string[], removed: string[]},
 *   paragraph: {paragraph: Paragraph, replaces: Paragraph},
 *   refused: Refused,
 *   status: Status,
 *   rights: {writable: Language[], may: string[], offDevice: boolean},
 *   presence: Presence[],
 * }>}
 */
export class DraftSync extends Emitter {
  /** @type {Map<string, Delivery>} by paragraph */
  #deliveries = new Map();
  /** @type {number[]} leased to this person in this draft; a paragraph's first document takes the first */
  #clients = [];
  /** @type {Map<string, number>} documents a paragraph has had here, past the first */
  #generations = new Map();
  #opened = false;
  #recovered = false;
  /** Whether this connection has the draft open, with all its texts. */
  #entered = false;
  /** @type {Set<string>} paragraphs whose latest update builds on something that is not here */
  #behind = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  /** @type {{paragraph: string, language: Language, anchor: number, head: number} | null} */
  #caret = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #caretClock;
  /** @type {(() => void)[]} */
  #silence = [];

  /**
   * @param {Connection} connection
   * @param {object} place
   * @param {string} place.draft
   * @param {string} place.session
   * @param {string} place.person
   * @param {string} place.tab
   * @param {Outbox} place.outbox
   * @param {() => Promise<Answer> | null} [place.takeOpening] the answer to an opening asked for before, if any
   */
  constructor(connection, { draft, session, person, tab, outbox, takeOpening }) {
    super();
    this.takeOpening = takeOpening;
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
   * Open the draft and have all its texts, and what this person left unsent on this device; waits for
   * the connection. After every loss of contact the draft is opened again by itself. Rejects with a
   * `Refusal` where the draft may not be read.
   * @returns {Promise<void>}
   */
  async open() {
    const { connection } = this;
    this.#silence.push(
      connection.on("joined", () => void this.#reopen()),
      connection.on("lost", () => this.#leave()),
      connection.on("contact", () => this.#noteContact()),
      connection.on("draft.updates", ({ data, buffers }) => this.#receive(data, buffers[0])),
      connection.on("event", ({ data }) => {
        if (data.name === "draft.changed" && data.data.draft === this.draft) this.#restructure(data.data);
      }),
      connection.on("draft.presence", ({ data }) => {
        if (data.draft === this.draft) this.#showPresence(data.people);
      }),
      connection.on("draft.rights", ({ data }) => {
        if (data.draft === this.draft)
          void this.#noteRights({ ...data, offDevice: data.off_device }).then(() => {
            this.#noteContact();
            this.#tellRights();
          });
      }),
    );
    while (!this.#opened) {
      if (!connection.joined) await once(connection, "joined");
      try {
        await this.#enter();
      } catch (failure) {
        if (!(failure instanceof TimedOut)) throw failure;
        if (connection.joined) await wait(ENTER_AGAIN);
      }
    }
  }

  /** Read anew what this person may do here; texts and structure too, should anything have been missed. */
  async refresh() {
    await this.#reopen();
  }

  /**
   * Have what these paragraphs (all, if none are named) lack here. Rejects with `TimedOut`.
   * @param {string[]} [ids]
   * @returns {Promise<void>}
   */
  async sync(ids = [...this.paragraphs.keys()]) {
    for (let at = 0; at < ids.length; at += SYNC_AT_ONCE) {
      const asked = ids.slice(at, at + SYNC_AT_ONCE).flatMap((id) => this.paragraphs.get(id) ?? []);
      await this.#fetch(asked, (paragraph) => Y.encodeStateVector(paragraph.doc));
    }
  }

  /**
   * Send what was typed, now.
   * @returns {Promise<boolean>} true once everything is on the server's disk, false if contact is lost
   */
  async flush() {
    while (this.status.unsent && this.status.online) {
      for (const delivery of this.#deliveries.values()) delivery.hurry();
      await once(this, "status");
    }
    return !this.status.unsent;
  }

  /**
   * Tell the others where this person's caret is; null: nowhere.
   * @param {{paragraph: string, language: Language, anchor: number, head: number} | null} caret
   */
  showCaret(caret) {
    this.#caret = caret;
    this.#caretClock ??= setTimeout(() => {
      this.#caretClock = undefined;
      if (this.#opened) this.connection.tell("draft.presence", { draft: this.draft, ...this.#caret });
    }, CARET_EVERY);
  }

  /** Leave the draft; what is unsent stays in the outbox. */
  close() {
    for (const silence of this.#silence) silence();
    clearTimeout(this.#again);
    clearTimeout(this.#caretClock);
    for (const delivery of this.#deliveries.values()) delivery.end();
    for (const paragraph of this.paragraphs.values()) paragraph.destroy();
    void this.outbox.flush();
  }

  // Opening, and opening again

  async #reopen() {
    if (!this.#opened) return; // `open` is at it
    try {
      await this.#enter();
    } catch (failure) {
      if (failure instanceof Refusal) return; // nothing may be read here any more: `bye` says so
      if (!(failure instanceof TimedOut)) throw failure;
      if (!this.connection.joined) return; // after the next join
      await wait(ENTER_AGAIN);
      if (this.connection.joined && !this.#entered) await this.#reopen();
    }
  }

  async #enter() {
    const first = !this.#opened;
    const asked = (first && this.takeOpening?.()) || this.connection.ask("draft.open", { draft: this.draft, tab: this.tab, texts: first });
    const { ack, buffers } = await asked;
    if (ack.code && WAITS.has(ack.code)) throw new TimedOut(ack.code);
    if (!ack.ok) throw new Refusal(ack);
    const version = this.structure?.version;
    if (this.#leasesLeft() < FEW_LEASES) this.#clients.push(...ack.clients);
    this.mode = ack.mode;
    this.origin = ack.origin;
    this.you = ack.you;
    const { added, removed } = this.#place(ack.draft);
    if (ack.ids) this.#apply(ack, buffers[0]);
    const given = new Set(ack.ids);
    await this.sync([...this.paragraphs.keys()].filter((id) => !given.has(id)));
    await this.#noteRights({ writable: ack.writable, may: ack.may, offDevice: ack.off_device });
    if (!this.connection.joined) throw new TimedOut("draft.open");
    this.#opened = this.#entered = true;
    for (const delivery of this.#deliveries.values()) delivery.start();
    if (first || version !== this.structure?.version)
      this.emit("structure", { structure: this.structure ?? ack.draft, added, removed });
    this.#tellRights();
    this.#showPresence(ack.presence);
    if (this.#caret) this.showCaret(this.#caret);
    this.#tell();
  }

  /**
   * What this person may do here, as of now. Words left unsent from before a door closed wait for whoever
   * may only read behind it: they would be refused, and are theirs.
   * @param {{writable: Language[], may: string[], offDevice: boolean}} rights
   */
  async #noteRights({ writable, may, offDevice }) {
    this.writable = writable;
    this.may = may;
    this.outbox.offDevice = offDevice;
    if (this.#recovered || (offDevice && !writable.length)) return;
    this.#recovered = true;
    await this.#recover();
  }

  #tellRights() {
    this.emit("rights", { writable: this.writable, may: this.may, offDevice: this.outbox.offDevice });
  }

  /** What an earlier tab of this person left unsent: into the paragraphs, and on its way. */
  async #recover() {
    for (const kept of await this.outbox.kept(this.draft, this.person)) {
      const delivery = this.#deliveries.get(kept.paragraph);
      const known = delivery && Y.decodeStateVector(Y.encodeStateVector(delivery.paragraph.doc));
      const from = Y.parseUpdateMeta(kept.update).from.get(kept.client) ?? 0;
      if (!delivery || from > (known?.get(kept.client) ?? 0)) {
        void this.outbox.drop(kept);
        const code = delivery ? "update.gap" : "paragraph.gone";
        this.emit("refused", { paragraph: kept.paragraph, code, sentence: "", texts: wordsOf(kept.update) });
        continue;
      }
      const before = delivery.paragraph.texts();
      Y.applyUpdate(delivery.paragraph.doc, kept.update);
      const after = delivery.paragraph.texts();
      delivery.recover(kept.client, kept.update, new Set(LANGUAGES.filter((each) => before[each] !== after[each])));
    }
  }

  #leave() {
    this.#entered = false;
    this.#noteContact();
  }

  /** Send while there is contact, and after a loss only what the draft has been opened again for. */
  #noteContact() {
    const sends = this.#entered && this.connection.contact === "live";
    for (const delivery of this.#deliveries.values()) sends ? delivery.start() : delivery.stop();
    this.#tell();
  }

  // Structure

  /** @param {Structure} structure */
  #restructure(structure) {
    if (!this.structure || structure.version <= this.structure.version) return;
    const { added, removed } = this.#place(structure);
    this.emit("structure", { structure, added, removed });
    if (added.length) void this.#begin(added);
  }

  /**
   * Take the structure, with a paragraph for each row and for nothing else.
   * @param {Structure} structure
   */
  #place(structure) {
    this.structure = structure;
    const ids = new Set(structure.rows.map((row) => row.id));
    const added = [...ids].filter((id) => !this.paragraphs.has(id));
    const removed = [...this.paragraphs.keys()].filter((id) => !ids.has(id));
    for (const id of added) this.#install(this.#make(id));
    for (const id of removed) this.#remove(id);
    return { added, removed };
  }

  /** @param {string[]} ids */
  async #begin(ids) {
    try {
      await this.sync(ids);
      for (const id of ids) this.#deliveries.get(id)?.start();
    } catch (failure) {
      if (!(failure instanceof TimedOut)) throw failure; // all are fetched after the next join
    }
  }

  /** @param {string} id */
  #make(id) {
    const generation = this.#generations.get(id) ?? 0;
    this.#generations.set(id, generation + 1);
    if (this.#leasesLeft() < FEW_LEASES) void this.#lease();
    return new Paragraph(id, this.#clients[generation]);
  }

  /** @param {Paragraph} paragraph */
  #install(paragraph) {
    const { id } = paragraph;
    /** @param {number} client */
    const place = (client) => ({
      session: this.session,
      draft: this.draft,
      paragraph: id,
      person: this.person,
      client,
    });
    const delivery = new Delivery(paragraph, {
      post: async (client, clock, update) => {
        const values = { draft: this.draft, paragraph: id, client, clock };
        return (await this.connection.ask("draft.update", values, update)).ack;
      },
      sync: () => this.sync([id]),
      state: () => this.#fetch([paragraph], () => NOTHING),
      keep: (parcel) => {
        if (!parcel.recovered) this.outbox.put(place(parcel.client), () => Y.mergeUpdates(parcel.updates));
      },
      drop: (parcel) => void this.outbox.drop(place(parcel.client), parcel.recovered),
      refused: (ack) => void this.#refuse(delivery, ack),
      changed: () => this.#tell(),
      now: () => this.connection.serverNow(),
    });
    this.paragraphs.set(id, paragraph);
    this.#deliveries.set(id, delivery);
  }

  /** @param {string} id */
  #remove(id) {
    const delivery = this.#deliveries.get(id);
    if (!delivery) return;
    if (delivery.unsent) this.#giveBack(delivery, { ok: false, code: "paragraph.gone" });
    this.#discard(delivery);
    this.paragraphs.delete(id);
    this.#deliveries.delete(id);
    this.#tell();
  }

  /** @param {Delivery} delivery */
  #discard(delivery) {
    delivery.end();
    // Views of the old paragraph are unbound by then: never inside a callback of Yjs.
    setTimeout(() => delivery.paragraph.destroy());
  }

  // Refusals

  /**
   * A refused edit stays in its document for ever, and all later ones build on it: the paragraph is
   * begun anew from what the server has, under another client id.
   * @param {Delivery} delivery
   * @param {Ack} ack
   */
  async #refuse(delivery, ack) {
    const { id } = delivery.paragraph;
    delivery.stop();
    if (this.#clients.length <= (this.#generations.get(id) ?? 0)) await this.#lease();
    const paragraph = this.#make(id);
    await this.#fetch([paragraph], () => NOTHING).catch(ignoreLoss);
    if (this.#deliveries.get(id) !== delivery) return paragraph.destroy(); // removed meanwhile
    this.#giveBack(delivery, ack); // with what was typed while we waited
    this.#discard(delivery);
    this.#install(paragraph);
    this.emit("paragraph", { paragraph, replaces: delivery.paragraph });
    this.#tell();
    await this.#begin([id]); // what others wrote while we waited
    if (ack.code === "draft.read_only" || ack.code === "paragraph.other_language") await this.#reopen();
  }

  /**
   * Tell what was refused, with the words, and forget them here.
   * @param {Delivery} delivery
   * @param {Ack} ack
   */
  #giveBack(delivery, ack) {
    const { id } = delivery.paragraph;
    for (const { client, recovered } of delivery.parcels)
      void this.outbox.drop({ session: this.session, draft: this.draft, paragraph: id, client }, recovered);
    const texts = delivery.paragraph.texts();
    this.emit("refused", {
      paragraph: id,
      code: ack.code ?? "",
      sentence: ack.sentence ?? "",
      texts: Object.fromEntries([...delivery.languages].map((language) => [language, texts[language]])),
    });
  }

  // Leases

  #leasesLeft() {
    return this.#clients.length - Math.max(0, ...this.#generations.values());
  }

  async #lease() {
    const answer = await this.connection.ask("draft.lease", { draft: this.draft }).catch(ignoreLoss);
    if (answer?.ack.ok) this.#clients.push(...answer.ack.clients);
  }

  // Texts

  /**
   * Ask for what these paragraphs lack by these state vectors, and apply it.
   * @param {Paragraph[]} paragraphs
   * @param {(paragraph: Paragraph) => Uint8Array} vectorOf
   * @returns {Promise<Uint8Array>} the last one's
   */
  async #fetch(paragraphs, vectorOf) {
    const vectors = paragraphs.map(vectorOf);
    const header = {
      draft: this.draft,
      ids: paragraphs.map((each) => each.id),
      lens: vectors.map((each) => each.length),
    };
    const { ack, buffers } = await this.connection.ask("draft.sync", header, concatenate(vectors));
    if (!ack.ok) throw new TimedOut(ack.code);
    let last = NO_UPDATE;
    for (const [id, diff] of parted(ack.ids, ack.lens, buffers[0])) {
      const paragraph = paragraphs.find((each) => each.id === id);
      if (!paragraph) continue;
      Y.applyUpdate(paragraph.doc, diff);
      last = diff;
    }
    return last;
  }

  /**
   * The texts that came with the draft.
   * @param {Ack} header
   * @param {Uint8Array} texts
   */
  #apply({ ids, lens }, texts) {
    for (const [id, text] of parted(ids, lens, texts)) {
      const paragraph = this.paragraphs.get(id);
      if (paragraph) Y.applyUpdate(paragraph.doc, text);
    }
  }

  /**
   * What others wrote.
   * @param {{draft: string, ids: string[], lens: number[]}} header
   * @param {Uint8Array} updates
   */
  #receive(header, updates) {
    if (header.draft !== this.draft) return;
    for (const [id, update] of parted(header.ids, header.lens, updates)) {
      const paragraph = this.paragraphs.get(id);
      if (!paragraph) continue; // its row is about to be told of
      Y.applyUpdate(paragraph.doc, update);
      if (this.#opened && paragraph.doc.store.pendingStructs) this.#behind.add(id);
    }
    if (!this.#behind.size) return;
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      const behind = [...this.#behind];
      this.#behind.clear();
      this.sync(behind).catch(ignoreLoss);
    }, AGAIN_AFTER);
  }

  // What the page shows

  /** @param {Presence[]} people */
  #showPresence(people) {
    this.emit("presence", people.filter((each) => each.id !== this.you));
  }

  #tell() {
    const deliveries = [...this.#deliveries.values()];
    const saved = deliveries.map((each) => each.savedAt ?? 0);
    const last = Math.max(this.status.saved ?? 0, ...saved);
    const status = {
      saved: last || null,
      unsent: deliveries.filter((each) => each.unsent).length,
      sending: deliveries.some((each) => each.busy),
      online: this.#entered && this.connection.contact === "live",
    };
    const before = this.status;
    const same = /** @type {const} */ (["unsent", "sending", "online"]).every((key) => before[key] === status[key]);
    if (same && before.saved === status.saved) return;
    this.status = status;
    this.emit("status", status);
  }
}

/** The state vector of an empty document. */
const NOTHING = new Uint8Array([0]);
/** @type {Uint8Array} */
const NO_UPDATE = new Uint8Array([0, 0]);

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {unknown} failure */
function ignoreLoss(failure) {
  if (!(failure instanceof TimedOut)) throw failure; // what was lost is fetched after the next join
  return undefined;
}

/**
 * @param {Emitter<any>} emitter
 * @param {string} name
 * @returns {Promise<void>}
 */
const once = (emitter, name) =>
  new Promise((resolve) => {
    const silence = emitter.on(name, () => {
      silence();
      resolve();
    });
  });

/** @param {Uint8Array[]} parts */
function concatenate(parts) {
  const whole = new Uint8Array(parts.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Take one buffer with its lengths to pieces.
 * @param {string[]} ids
 * @param {number[]} lens
 * @param {Uint8Array} [whole]
 * @returns {[string, Uint8Array][]}
 */
function parted(ids, lens, whole = new Uint8Array()) {
  let at = 0;
  return ids.map((id, index) => [id, whole.subarray(at, (at += lens[index]))]);
}

/**
 * The words in an update that finds no place any more.
 * @param {Uint8Array} update
 * @returns {Partial<Record<Language, string>>}
 */
function wordsOf(update) {
  /** @type {Partial<Record<Language, string>>} */
  const words = {};
  /** @type {Language} */
  let language = "es";
  for (const struct of Y.decodeUpdate(update).structs) {
    if (!(struct instanceof Y.Item)) continue;
    const root = /** @type {unknown} */ (struct.parent);
    if (root === "es" || root === "en") language = root;
    if (struct.content instanceof Y.ContentString) words[language] = (words[language] ?? "") + struct.content.str;
  }
  return words;
}
