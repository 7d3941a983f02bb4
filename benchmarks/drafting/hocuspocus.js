// One editor of Hocuspocus on the wire: one document, every keystroke sent at once. As its own provider
// does, it takes the server's sync status for the acknowledgement.
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import WebSocket from "ws";
import * as Y from "yjs";

export const DOCUMENT = "draft";
const MESSAGE = { sync: 0, awareness: 1, auth: 2, syncReply: 4, syncStatus: 8 };
const SYNC = { vector: 0, missing: 1, update: 2 };
const TOKEN = 0;

export class HocuspocusEditor {
  /**
   * @param {{url: string}} room
   * @param {unknown} _ it signs nobody in
   * @param {{heard: (update: Uint8Array) => void, acknowledged: (doc: number, clock: number) => void}} told
   */
  constructor(room, _, told) {
    this.url = room.url.replace("http:", "ws:");
    this.told = told;
    this.refused = 0;
    this.docs = [new Y.Doc()];
    this.sent = [];
  }

  async open() {
    const [doc] = this.docs;
    this.socket = new WebSocket(this.url, { perMessageDeflate: false });
    this.socket.binaryType = "nodebuffer";
    await new Promise((resolve, reject) => {
      this.socket.once("open", resolve);
      this.socket.once("error", reject);
    });
    this.socket.on("error", () => {}); // a killed server is part of the benchmark
    this.say(MESSAGE.auth, (out) => {
      encoding.writeVarUint(out, TOKEN);
      encoding.writeVarString(out, "");
    });
    const synced = new Promise((resolve) => {
      this.synced = resolve;
    });
    this.socket.on("message", (bytes) => this.hear(new Uint8Array(bytes)));
    this.sync(SYNC.vector, Y.encodeStateVector(doc));
    await synced;
    doc.on("update", (update, origin) => {
      if (origin === this) return;
      this.sent.push(Y.getState(doc.store, doc.clientID));
      this.sync(SYNC.update, update);
    });
  }

  close() {
    this.socket.close();
  }

  text(paragraph, language) {
    return this.docs[0].getText(`${paragraph}.${language}`);
  }

  docOf() {
    return 0;
  }

  say(kind, write) {
    const out = encoding.createEncoder();
    encoding.writeVarString(out, DOCUMENT);
    encoding.writeVarUint(out, kind);
    write(out);
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(encoding.toUint8Array(out));
  }

  sync(step, bytes) {
    this.say(MESSAGE.sync, (out) => {
      encoding.writeVarUint(out, step);
      encoding.writeVarUint8Array(out, bytes);
    });
  }

  hear(bytes) {
    const from = decoding.createDecoder(bytes);
    decoding.readVarString(from);
    const kind = decoding.readVarUint(from);
    if (kind === MESSAGE.syncStatus) {
      const clock = this.sent.shift();
      if (decoding.readVarUint(from) !== 1) this.refused += 1;
      else if (clock !== undefined) this.told.acknowledged(0, clock);
    } else if (kind === MESSAGE.sync || kind === MESSAGE.syncReply) {
      const step = decoding.readVarUint(from);
      const content = decoding.readVarUint8Array(from);
      // Its question for what it lacks needs no answer: an editor opens with nothing.
      if (step === SYNC.vector) return;
      this.told.heard(content);
      Y.applyUpdate(this.docs[0], content, this);
      if (step === SYNC.missing) this.synced();
    }
  }
}
