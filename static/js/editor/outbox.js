/**
 * What was typed in one paragraph in one tab and is not on the server's disk yet.
 *
 * @typedef {object} Kept
 * @property {string} session
 * @property {string} draft
 * @property {string} paragraph
 * @property {string} person
 * @property {number} client the id it was written under: only its tab writes under it
 * @property {Uint8Array} update
 * @property {number} at milliseconds since 1970
 */

const DATABASE = "session-app-outbox";
const STORE = "kept";
const SOON = 80; // ms

/**
 * The edits of this device that are on their way, so that a closed tab or a crashed laptop loses
 * nothing. A record goes when the server has acknowledged or refused it; a draft's text as such is never
 * kept. What is written behind a closed door stays off the disk: with `memoryOnly` (the closed part's own
 * text) nothing is looked for there or kept, and while `offDevice` nothing new is kept; what was kept before
 * the door closed can still be had and dropped. A device without a database keeps nothing either. The page
 * then warns before it is left.
 */
export class Outbox {
  /** @type {Map<string, () => Kept>} by key; not in the database yet */
  #pending = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #clock;
  #flushSoon = () => void this.flush();
  #offDevice = false;

  /** @param {{memoryOnly?: boolean, indexedDB?: IDBFactory}} [options] */
  constructor({ memoryOnly = false, indexedDB = globalThis.indexedDB } = {}) {
    /** @type {Promise<IDBDatabase | null>} */
    this.database = memoryOnly || !indexedDB ? Promise.resolve(null) : open(indexedDB);
    // The page may be frozen or gone after either of these.
    globalThis.document?.addEventListener("visibilitychange", this.#flushSoon);
    globalThis.addEventListener?.("pagehide", this.#flushSoon);
  }

  /** Whether what is typed now stays off the disk. */
  get offDevice() {
    return this.#offDevice;
  }

  /** What waits to be kept when the door closes is given up, too: it may hold words typed behind it. */
  set offDevice(off) {
    this.#offDevice = off;
    if (off) this.#forget();
  }

  /** Whether a reload gives back what was typed. */
  async isLasting() {
    return !this.#offDevice && (await this.database) !== null;
  }

  /**
   * What this person typed in this draft on this device, from earlier. Others' records are not touched.
   * @param {string} draft
   * @param {string} person
   * @returns {Promise<Kept[]>} oldest first
   */
  async kept(draft, person) {
    /** @type {Kept[]} */
    const all = (await this.#inStore("readonly", (store) => store.getAll())) ?? [];
    return all
      .filter((each) => each.draft === draft && each.person === person)
      .sort((a, b) => a.at - b.at);
  }

  /**
   * Keep edits, soon, in place of what was kept before of the same paragraph and client id.
   * @param {Omit<Kept, "update" | "at">} place
   * @param {() => Uint8Array} update all that is unacknowledged, asked for when it is written down
   */
  put(place, update) {
    if (this.#offDevice) return;
    this.#pending.set(keyOf(place), () => ({ ...place, update: update(), at: Date.now() }));
    this.#clock ??= setTimeout(this.#flushSoon, SOON);
  }

  /**
   * Forget edits of a paragraph and client id: acknowledged or refused. With `only`, unless the record
   * has changed since: another tab, its author, may have typed on.
   * @param {Pick<Kept, "session" | "draft" | "paragraph" | "client">} kept
   * @param {Uint8Array} [only]
   */
  async drop(kept, only) {
    const key = keyOf(kept);
    this.#pending.delete(key);
    await this.#inStore("readwrite", (store) => {
      if (!only) return store.delete(key);
      const reading = store.get(key);
      reading.onsuccess = () => {
        const found = /** @type {Kept | undefined} */ (reading.result);
        if (found && isSame(found.update, only)) store.delete(key);
      };
      return reading;
    });
  }

  /** Write what is pending now. */
  async flush() {
    const pending = [...this.#pending];
    this.#forget();
    if (!pending.length) return;
    await this.#inStore("readwrite", (store) => {
      for (const [key, make] of pending) store.put(make(), key);
      return null;
    });
  }

  #forget() {
    clearTimeout(this.#clock);
    this.#clock = undefined;
    this.#pending.clear();
  }

  async close() {
    await this.flush();
    globalThis.document?.removeEventListener("visibilitychange", this.#flushSoon);
    globalThis.removeEventListener?.("pagehide", this.#flushSoon);
    (await this.database)?.close();
  }

  /**
   * @template Result
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest<Result> | null} act
   * @returns {Promise<Result | undefined>} undefined where there is no database, or it fails
   */
  async #inStore(mode, act) {
    const database = await this.database;
    if (!database) return undefined;
    return new Promise((resolve) => {
      try {
        const transaction = database.transaction(STORE, mode);
        const request = act(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request?.result);
        // A full disk or a database closed under us must not stop the typing: the words are on the screen
        // and on their way, only a reload would not give them back.
        transaction.onabort = transaction.onerror = () => resolve(undefined);
      } catch {
        resolve(undefined);
      }
    });
  }
}

/**
 * @param {IDBFactory} factory
 * @returns {Promise<IDBDatabase | null>} null where the browser has none to give
 */
const open = (factory) =>
  new Promise((resolve) => {
    try {
      const request = factory.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });

/** @param {Pick<Kept, "session" | "draft" | "paragraph" | "client">} kept */
const keyOf = ({ session, draft, paragraph, client }) => [session, draft, paragraph, client].join("/");

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
const isSame = (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]);
