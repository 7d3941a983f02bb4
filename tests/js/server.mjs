import { Emitter } from "../../static/js/lib/emitter.js";
import { TimedOut } from "../../static/js/lib/connection.js";
import { Y } from "../../static/vendor/editor.js";

/** A desk that speaks the drafting protocol and is as strict as the real one about what it takes. */
export class Desk {
  connections = new Set();
  paragraphs = new Map();
  leases = new Map();
  refusals = new Map(); // paragraph -> code
  refused = 0;
  rights = { writable: ["en", "es"], may: ["draft:edit"], off_device: false };
  taken = 0; // updates that brought something new
  version = 0;
  #client = 1000;

  constructor(ids) {
    for (const id of ids) this.paragraphs.set(id, new Y.Doc());
  }

  text(id, language = "es") {
    return this.paragraphs.get(id).getText(language).toString();
  }

  structure() {
    const rows = [...this.paragraphs.keys()].map((id) => ({ id, section: "s", kind: "item", state: "proposed" }));
    return { draft: "d", version: this.version, adopted: false, sections: [], rows };
  }

  restructure() {
    this.version += 1;
    for (const each of this.connections)
      each.hear("event", { seq: this.version, name: "draft.changed", data: this.structure() });
  }

  /** Close the door, or open it: what everybody may do, and whether text stays off their devices. */
  tellRights(rights) {
    this.rights = { ...this.rights, ...rights };
    for (const each of this.connections) each.hear("draft.rights", { draft: "d", ...this.rights });
  }

  write(id, text) {
    const doc = this.paragraphs.get(id);
    const before = Y.encodeStateVector(doc);
    doc.getText("es").insert(0, text);
    this.#relay(id, Y.encodeStateAsUpdate(doc, before), null);
  }

  answer(connection, name, values, buffer) {
    const refuse = (code) => [{ ok: false, code, sentence: `(${code})`, params: {} }];
    if (name === "draft.open" || name === "draft.lease") {
      const clients = Array.from({ length: 32 }, () => (this.#client += 1));
      for (const each of clients) this.leases.set(each, connection.person);
      if (name === "draft.lease") return [{ ok: true, clients }];
      const about = { ...this.rights, mode: "direct", origin: "es" };
      return [{ ok: true, draft: this.structure(), clients, ...about, you: "me", presence: [] }];
    }
    if (name === "draft.sync") {
      let at = 0;
      const ids = [];
      const diffs = [];
      values.ids.forEach((id, index) => {
        const vector = buffer.subarray(at, (at += values.lens[index]));
        if (!this.paragraphs.has(id)) return;
        ids.push(id);
        diffs.push(Y.encodeStateAsUpdate(this.paragraphs.get(id), vector));
      });
      return [{ ok: true, ids, lens: diffs.map((each) => each.length) }, new Uint8Array(Buffer.concat(diffs))];
    }
    if (name === "draft.update") {
      const code = this.refusals.get(values.paragraph) ?? this.#take(connection, values, buffer);
      if (code) this.refused += 1;
      return code ? refuse(code) : [{ ok: true }];
    }
    return [{ ok: true }];
  }

  #take(connection, { paragraph, client }, update) {
    const doc = this.paragraphs.get(paragraph);
    if (!doc) return "paragraph.gone";
    if (this.leases.get(client) !== connection.person) return "update.rejected";
    const { from } = Y.parseUpdateMeta(update);
    const known = Y.decodeStateVector(Y.encodeStateVector(doc));
    for (const [author, clock] of from) {
      if (author !== client) return "update.rejected";
      if (clock > (known.get(author) ?? 0)) return "update.gap";
    }
    const { structs } = Y.decodeUpdate(update);
    if (structs.length > 4000 || structs.some((each) => each instanceof Y.Skip)) return "update.rejected";
    const trial = new Y.Doc();
    Y.applyUpdate(trial, Y.encodeStateAsUpdate(doc));
    Y.applyUpdate(trial, update);
    if (trial.store.pendingStructs || trial.store.pendingDs) return "update.rejected";
    const before = Y.encodeStateAsUpdate(doc);
    Y.applyUpdate(doc, update);
    if (Buffer.compare(before, Y.encodeStateAsUpdate(doc)) === 0) return null;
    this.taken += 1;
    this.#relay(paragraph, update, connection);
    return null;
  }

  #relay(id, update, origin) {
    const header = { draft: "d", ids: [id], lens: [update.length] };
    for (const each of this.connections) if (each !== origin) each.hear("draft.updates", header, update);
  }
}

/** A page's connection to that desk, over a network that can be cut and can lose answers. */
export class Wire extends Emitter {
  contact = "reconnecting";
  joined = false;
  losesAnswers = false;
  losesMessages = false;
  #waiting = new Set();

  constructor(desk, person) {
    super();
    Object.assign(this, { desk, person, log: [] });
  }

  connect() {
    this.joined = true;
    this.contact = "live";
    this.desk.connections.add(this);
    this.emit("contact", "live");
    this.emit("joined", { ok: true });
  }

  cut() {
    this.joined = false;
    this.desk.connections.delete(this);
    for (const fail of [...this.#waiting]) fail();
    this.emit("lost", null);
    this.contact = "reconnecting";
    this.emit("contact", "reconnecting");
  }

  serverNow() {
    return Date.now();
  }

  tell(name, values) {
    this.log.push([name, values]);
  }

  ask(name, values, buffer) {
    this.log.push([name, values]);
    return new Promise((resolve, reject) => {
      if (!this.joined) return reject(new TimedOut(name));
      const fail = () => (this.#waiting.delete(fail), reject(new TimedOut(name)));
      this.#waiting.add(fail);
      setTimeout(() => {
        if (!this.#waiting.has(fail)) return;
        if (this.losesMessages && name === "draft.update") return setTimeout(fail, 50);
        const [ack, ...buffers] = this.desk.answer(this, name, structuredClone(values), buffer?.slice());
        if (this.losesAnswers && name === "draft.update") return setTimeout(fail, 50);
        setTimeout(() => this.#waiting.delete(fail) && resolve({ ack, buffers }), 2);
      }, 2);
    });
  }

  hear(name, data, ...buffers) {
    setTimeout(() => this.joined && this.emit(name, { data, buffers }), 2);
  }
}
