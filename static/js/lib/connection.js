import { Emitter } from "./emitter.js";

/** @typedef {typeof import("../../vendor/live.js").io} Io */
/** @typedef {"live" | "reconnecting" | "offline"} Contact */
/** @typedef {{ok: boolean, code?: string, sentence?: string, params?: Record<string, string>} & Record<string, any>} Ack */
/** @typedef {{ack: Ack, buffers: Uint8Array[]}} Answer */

const ANSWER_WITHIN = 10_000;
const BEAT_AFTER = 1_500; // ms of silence before the server is asked for a sign of life
const OFFLINE_AFTER = 3_000; // ms of silence before the page says so
const GIVE_UP_AFTER = 5_500; // ms of silence before an open transport is thrown away and made anew
const LOOK_EVERY = 250;
const CLOCK_COUNTS = 10_000; // ms an answer about the server's clock is preferred to a slower one
const CLOCK_DRIFTS = 5; // ms two clocks may part while one answer is preferred
/** Refusals of the join that will not pass, and the reason they amount to. @type {Record<string, string>} */
const SENDS_AWAY = { "login.ended": "signed_out", "session.unknown": "ended", "access.denied": "closed", "door.closed": "closed" };

/** No answer came: the message may or may not have arrived. */
export class TimedOut extends Error {
  name = "TimedOut";
}

/**
 * A page's one connection to the server: it joins the page's session, and joins again after every loss.
 *
 * Events: `contact` (its state has changed), `joined` (again too; the server's answer to the join),
 * `lost` (the transport is gone and is being made anew), `bye` (one may no longer be here; the page is
 * about to be left) and each message of the server under its own name, as `{data, buffers}`:
 * `fragment`, `event`, `draft.updates`, `draft.presence`, `draft.rights`.
 *
 * @extends {Emitter<Record<string, any>>}
 */
export class Connection extends Emitter {
  /**
   * @param {object} page
   * @param {Io} page.io the vendor bundle's: each page loads one bundle only
   * @param {string} page.session
   * @param {string} page.page name of the page
   * @param {string[]} [page.topics] fragments the page shows
   * @param {Record<string, string>} [page.shown] marks of those it was served with: they are sent if they differ
   * @param {string} [page.url] another origin than the page's own (tests)
   * @param {Record<string, any>} [page.options] further options of Socket.IO (tests)
   * @param {(path: string) => void} [page.leave]
   */
  constructor({ io, session, page, topics = [], shown = {}, url = "", options = {}, leave }) {
    super();
    this.session = session;
    this.page = page;
    this.topics = topics;
    this.shown = shown;
    /** @type {Contact} */
    this.contact = "reconnecting";
    /**
     * Since when there is no contact: when the server was last heard, by its own clock, in ms since 1970. What
     * the page shows is as of then. Null while contact is live. @type {number | null}
     */
    this.since = Date.now();
    this.joined = false;
    /** Whether this page has been on the line before: then joining again means that it was cut off. */
    this.again = false;
    /** How long the way to the server and back took the last time, in ms. @type {number | undefined} */
    this.took = undefined;
    this.leave = leave ?? leavePage;
    this.lastHeard = Date.now();
    this.beatAt = 0;
    /** How far the server's clock is ahead of this page's count of time, in ms, and how sure that is. */
    this.clock = { ahead: Date.now() - performance.now(), within: Infinity, at: 0 };
    /** When the server was last heard, by its own clock; as `since` counts. */
    this.heardAt = this.serverNow();
    /** @type {Set<(lost: TimedOut) => void>} */
    this.waiting = new Set();
    this.socket = io(url, {
      transports: ["websocket"],
      autoConnect: false, // or it connects before anybody listens
      reconnectionDelay: 500,
      reconnectionDelayMax: 1_500, // and up to half as much again: back within 6 s of the network's return
      timeout: 3_000, // an attempt into a network that swallows it must not hold up the next
      ...options,
    });
    this.socket.on("connect", () => void this.join());
    this.socket.on("disconnect", () => this.lose());
    this.socket.on("connect_error", () => {
      // Not a network that fails but a server that refuses: whoever this was is signed out.
      if (!this.socket.active) this.leaveFor("signed_out");
    });
    this.socket.onAny((name, data, ...rest) => {
      if (name === "fragment") delete this.shown[data.topic];
      if (name === "bye") this.leaveFor(data.reason);
      else this.emit(name, { data, buffers: rest.map(bytes) });
    });
    this.socket.io.on("open", () => {
      this.hear();
      this.socket.io.engine.on("packet", () => this.hear());
    });
    this.watch = setInterval(() => this.look(), LOOK_EVERY);
    globalThis.addEventListener?.("online", this.retry);
    this.socket.connect(); // last: everybody listens now
  }

  /**
   * Ask the server something and have its answer. Rejects with `TimedOut` when none has come within
   * ten seconds or the connection is or gets lost; a refusal is an answer: `{ack: {ok: false, …}}`.
   * @param {string} name
   * @param {object} values
   * @param {...Uint8Array} buffers
   * @returns {Promise<Answer>}
   */
  ask(name, values, ...buffers) {
    return new Promise((resolve, reject) => {
      if (!this.socket.connected) return reject(new TimedOut(name));
      /** @param {TimedOut} lost */
      const fail = (lost) => {
        clearTimeout(clock);
        this.waiting.delete(fail);
        reject(lost);
      };
      const clock = setTimeout(() => fail(new TimedOut(name)), ANSWER_WITHIN);
      this.waiting.add(fail);
      this.socket.emit(name, values, ...buffers, (/** @type {Ack} */ ack, /** @type {any[]} */ ...rest) => {
        clearTimeout(clock);
        this.waiting.delete(fail);
        resolve({ ack, buffers: rest.map(bytes) });
      });
    });
  }

  /**
   * Do a command of the contract. On a page that has just come it waits until the session is joined; after a
   * loss it does not: what the page shows may have changed.
   * @param {string} name
   * @param {object} values
   * @returns {Promise<Ack>}
   */
  async command(name, values) {
    if (!this.again) await this.firstJoin();
    return (await this.ask("command", { name, values })).ack;
  }

  /**
   * Say something that may get lost and needs no answer.
   * @param {string} name
   * @param {object} values
   */
  tell(name, values) {
    if (this.joined) this.socket.volatile.emit(name, values, () => {});
  }

  /** Do not wait for the next attempt: the device says that it has a network again. */
  retry = () => {
    if (!this.socket.connected) this.socket.disconnect().connect();
  };

  /** The server's time in milliseconds since 1970, as near as it can be known here. */
  serverNow() {
    return performance.now() + this.clock.ahead;
  }

  /**
   * Half of the way there and back is the error an answer can have: the quickest of late counts. A device
   * that slept may not have counted the time, so no answer counts for long, and none against one that it
   * contradicts.
   * @private
   * @param {unknown} now
   * @param {number} asked
   */
  setClock(now, asked) {
    if (typeof now !== "number") return;
    const heard = performance.now();
    this.took = Math.round(heard - asked);
    const within = (heard - asked) / 2;
    const ahead = now + within - heard;
    const agrees = Math.abs(ahead - this.clock.ahead) <= within + this.clock.within + CLOCK_DRIFTS;
    if (agrees && within > this.clock.within && heard - this.clock.at < CLOCK_COUNTS) return;
    this.clock = { ahead, within, at: heard };
  }

  close() {
    clearInterval(this.watch);
    globalThis.removeEventListener?.("online", this.retry);
    this.socket.disconnect();
  }

  /**
   * Rejects with `TimedOut` where the page turns out to be off line.
   * @private
   * @returns {Promise<void>}
   */
  firstJoin() {
    return new Promise((resolve, reject) => {
      const silences = [
        this.on("joined", () => settle(resolve)),
        this.on("contact", (contact) => contact === "offline" && settle(() => reject(new TimedOut("join")))),
      ];
      const settle = (/** @type {() => void} */ how) => {
        for (const silence of silences) silence();
        how();
      };
      if (this.contact === "offline") settle(() => reject(new TimedOut("join")));
    });
  }

  /** @private */
  async join() {
    const { session, page, topics, shown } = this;
    const asked = performance.now();
    try {
      const { ack } = await this.ask("join", { session, page, topics, ...(Object.keys(shown).length && { shown: { ...shown } }), ...(this.again && { again: true }) });
      if (ack.code && SENDS_AWAY[ack.code]) return this.leaveFor(SENDS_AWAY[ack.code]);
      if (!ack.ok) throw new TimedOut(ack.code);
      this.setClock(ack.now, asked);
      this.heardAt = this.serverNow(); // what was heard before its clock was known
      this.joined = this.again = true;
      for (const topic of Object.keys(ack.fragments ?? {})) delete shown[topic];
      this.show("live");
      this.emit("joined", ack);
    } catch {
      if (this.socket.connected) this.socket.io.engine.close(); // Socket.IO makes it anew
    }
  }

  /** @private */
  lose() {
    this.joined = false;
    for (const fail of [...this.waiting]) fail(new TimedOut("disconnected"));
    this.emit("lost", null);
    if (this.contact === "live") this.show("reconnecting");
  }

  /** @private */
  hear() {
    this.lastHeard = Date.now();
    this.heardAt = this.serverNow();
    this.beatAt = 0;
    if (this.joined && this.contact !== "live") this.show("live");
  }

  /**
   * Ask for a sign of life after a silence, and judge the silence only while an answer is due: the
   * clocks of a tab in the background are slow.
   * @private
   */
  look() {
    const silence = Date.now() - this.lastHeard;
    if (!this.socket.connected) {
      if (silence > OFFLINE_AFTER) this.show("offline");
    } else if (!this.beatAt) {
      if (silence > BEAT_AFTER) {
        this.beatAt = Date.now();
        const asked = performance.now();
        this.socket.volatile.emit("beat", this.took === undefined ? {} : { took: this.took }, (/** @type {Ack} */ ack) => this.setClock(ack.now, asked));
      }
    } else {
      const awaited = Date.now() - this.beatAt;
      if (awaited > OFFLINE_AFTER - BEAT_AFTER) this.show("offline");
      if (awaited > GIVE_UP_AFTER - BEAT_AFTER) this.socket.io.engine.close();
    }
  }

  /**
   * @private
   * @param {Contact} contact
   */
  show(contact) {
    if (contact === this.contact) return;
    this.since = contact === "live" ? null : (this.since ?? this.heardAt);
    this.contact = contact;
    this.emit("contact", contact);
  }

  /**
   * @private
   * @param {string} reason
   */
  leaveFor(reason) {
    this.emit("bye", { reason });
    this.close();
    this.leave(reason === "closed" ? `/s/${this.session}/closed` : "/");
  }
}

/**
 * Go to another page, and keep nothing of this one: what it showed is gone before the next has come, and
 * if none can come. @param {string} path
 */
export function leavePage(path) {
  if (location.pathname === path) return;
  document.body.replaceChildren();
  location.replace(path);
}

/** @param {ConstructorParameters<typeof Connection>[0]} page */
export const connect = (page) => new Connection(page);

/**
 * A binary attachment: an ArrayBuffer in a browser, a Buffer in Node.
 * @param {ArrayBuffer | Uint8Array} data
 */
const bytes = (data) =>
  data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
