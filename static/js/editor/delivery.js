import { Y } from "../../vendor/editor.js";
import { TimedOut } from "../lib/connection.js";

/** @typedef {import("../lib/connection.js").Ack} Ack */
/** @typedef {import("./paragraph.js").Paragraph} Paragraph */
/** @typedef {import("./paragraph.js").Language} Language */

/**
 * Edits under one client id that the server has not acknowledged, in the order they were made.
 * @typedef {{client: number, updates: Uint8Array[], languages: Set<Language>, recovered?: Uint8Array}} Parcel
 */

/**
 * What a delivery needs of the draft it belongs to.
 * @typedef {object} Road
 * @property {(client: number, clock: number, update: Uint8Array) => Promise<Ack>} post rejects when no answer comes
 * @property {() => Promise<void>} sync fetch what the paragraph lacks; rejects likewise
 * @property {() => Promise<Uint8Array>} state all the server has of the paragraph; rejects likewise
 * @property {(parcel: Parcel) => void} keep what is left of the parcel, until it is acknowledged
 * @property {(parcel: Parcel) => void} drop it is acknowledged
 * @property {(refusal: Ack) => void} refused for good: the paragraph's document cannot be repaired
 * @property {() => void} changed `busy`, `unsent` or `savedAt` has
 * @property {() => number} now by the server's clock
 */

const GATHER = 150; // ms of typing that go in one update
const WAIT = 700; // ms after "too fast"
const WAIT_LONG = 4_000; // ms after a server that could not store
const LARGEST = 32_000; // bytes of updates merged into one; the server bounds an update
const MERGE_FROM = 64; // updates held apart before they are merged
const MAX_GAPS = 3;

/** Refusals that pass: the words are kept and sent again. */
export const WAITS = new Map([
  ["update.too_fast", WAIT],
  ["message.too_fast", WAIT],
  ["store.unavailable", WAIT_LONG],
  ["message.failed", WAIT_LONG],
  ["connection.unknown", WAIT_LONG],
  ["login.ended", WAIT_LONG],
  ["door.closed", WAIT_LONG], // the page is about to be left; what was typed before goes when one is back
]);

/**
 * The way of one paragraph's edits to the server's disk: gathered, one update under way at a time, kept
 * until acknowledged. An update that was lost is sent again after a synchronisation; it may arrive
 * twice, the server knows it again.
 */
export class Delivery {
  /** @type {Parcel[]} */
  parcels = [];
  busy = false;
  /** @type {number | null} when the last edit was acknowledged, by the server's clock */
  savedAt = null;
  /** Whether the paragraph has the server's state and there is contact. */
  #ready = false;
  #ended = false;
  #refused = false;
  #gaps = 0;
  #underWay = 0; // updates of the first parcel
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #clock;

  /**
   * @param {Paragraph} paragraph
   * @param {Road} road
   */
  constructor(paragraph, road) {
    this.paragraph = paragraph;
    this.road = road;
    this.silence = paragraph.on("typed", ({ update, languages }) => this.#take(update, languages));
  }

  get unsent() {
    return this.parcels.length > 0;
  }

  /** The languages in which something typed is not acknowledged. */
  get languages() {
    return new Set(this.parcels.flatMap((each) => [...each.languages]));
  }

  /**
   * Send what an earlier tab has left, before anything typed here. It is in the paragraph already.
   * @param {number} client
   * @param {Uint8Array} update
   * @param {Set<Language>} languages
   */
  recover(client, update, languages) {
    const before = this.parcels.findIndex((each) => !each.recovered);
    const parcel = { client, updates: [update], languages, recovered: update };
    this.parcels.splice(before < 0 ? this.parcels.length : before, 0, parcel);
    this.#changed();
  }

  /** There is contact and the paragraph has the server's state: send. */
  start() {
    this.#ready = true;
    this.hurry();
  }

  /** There is no contact. */
  stop() {
    this.#ready = false;
    this.#forgetClock();
  }

  /** Send now what is still being gathered. */
  hurry() {
    this.#forgetClock();
    this.#later(0);
  }

  /** Nothing is sent or taken any more. */
  end() {
    this.#ended = true;
    this.stop();
    this.silence();
  }

  /**
   * @param {Uint8Array} update
   * @param {Language[]} languages
   */
  #take(update, languages) {
    let parcel = this.parcels.at(-1);
    if (!parcel || parcel.recovered) {
      parcel = { client: this.paragraph.clientId, updates: [], languages: new Set() };
      this.parcels.push(parcel);
    }
    parcel.updates.push(update);
    for (const language of languages) parcel.languages.add(language);
    const held = parcel === this.parcels[0] ? this.#underWay : 0;
    if (parcel.updates.length - held > MERGE_FROM) {
      const { from } = Y.parseUpdateMeta(Y.mergeUpdates(parcel.updates.slice(held)));
      const start = from.get(parcel.client);
      // Of one's own words the document has runs, where updates have a piece for each key; a merger of an
      // hour's updates would be refused for its pieces.
      if (start !== undefined) parcel.updates.splice(held, Infinity, this.#writtenSince(parcel.client, start));
      else parcel.updates.push(Y.mergeUpdates(parcel.updates.splice(held)));
    }
    this.road.keep(parcel);
    this.#changed();
    this.#later(GATHER);
  }

  /** @param {number} delay */
  #later(delay) {
    if (!this.#ready || this.#refused || this.busy || !this.unsent || this.#clock !== undefined) return;
    this.#clock = setTimeout(() => {
      this.#clock = undefined;
      void this.#send();
    }, delay);
  }

  #forgetClock() {
    clearTimeout(this.#clock);
    this.#clock = undefined;
  }

  async #send() {
    this.busy = true;
    this.#changed();
    let next = GATHER;
    try {
      const parcel = this.parcels[0];
      this.#underWay = countOf(parcel.updates);
      const update = Y.mergeUpdates(parcel.updates.slice(0, this.#underWay));
      const clock = Y.parseUpdateMeta(update).from.get(parcel.client) ?? 0;
      const ack = await this.road.post(parcel.client, clock, update);
      if (this.#ended) return;
      if (ack.ok) this.#acknowledged(parcel);
      else if (ack.code === "update.gap" && this.#gaps < MAX_GAPS) await this.#heal(parcel);
      else if (ack.code && WAITS.has(ack.code)) next = WAITS.get(ack.code) ?? WAIT;
      else {
        this.#refused = true;
        this.road.refused(ack);
      }
    } catch (failure) {
      if (!(failure instanceof TimedOut)) throw failure;
      // No answer: perhaps it arrived, perhaps not. With contact, look what the server has; without,
      // `start` comes after the synchronisation.
      next = await this.road.sync().then(() => GATHER, () => WAIT_LONG);
    } finally {
      this.#underWay = 0;
      this.busy = false;
      if (!this.#ended) {
        this.#changed();
        this.#later(next);
      }
    }
  }

  /** @param {Parcel} parcel */
  #acknowledged(parcel) {
    this.#gaps = 0;
    this.savedAt = this.road.now();
    parcel.updates.splice(0, this.#underWay);
    if (parcel.updates.length) return this.road.keep(parcel);
    this.parcels.shift();
    this.road.drop(parcel);
  }

  /**
   * The server lacks something written before these edits: send from where its knowledge of us ends.
   * Others' words stay out of it, they are theirs to send.
   * @param {Parcel} parcel
   */
  async #heal(parcel) {
    this.#gaps += 1;
    const theirs = await this.road.state();
    if (this.#ended) return;
    Y.applyUpdate(this.paragraph.doc, theirs);
    const known = Y.decodeStateVector(Y.encodeStateVectorFromUpdate(theirs)).get(parcel.client) ?? 0;
    parcel.updates = [this.#writtenSince(parcel.client, known)];
    this.road.keep(parcel);
  }

  /**
   * What was written under a client id from a clock on, and all that was ever struck.
   * @param {number} client
   * @param {number} clock
   */
  #writtenSince(client, clock) {
    const { doc } = this.paragraph;
    const vector = Y.decodeStateVector(Y.encodeStateVector(doc)).set(client, clock);
    return Y.encodeStateAsUpdate(doc, Y.encodeStateVector(vector));
  }

  #changed() {
    this.paragraph.unsent = this.unsent;
    this.road.changed();
  }
}

/**
 * How many updates, from the first, go in one: as many as are not too large together.
 * @param {Uint8Array[]} updates
 */
function countOf(updates) {
  let size = 0;
  const end = updates.findIndex((each) => (size += each.length) > LARGEST);
  return end < 0 ? updates.length : Math.max(1, end);
}
