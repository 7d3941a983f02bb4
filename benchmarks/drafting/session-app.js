// One editor of session-app, as its page behaves on the wire: a document per paragraph, at most one
// update of a paragraph on its way, and what is typed meanwhile goes with the next.
import { io } from "socket.io-client";
import * as Y from "yjs";

const ANSWER_WITHIN = 30_000;

/** The cookie a badge is worth: its code and, where it has one, its PIN. */
export async function signIn(url, { code, pin }) {
  let answer = await post(`${url}/in`, { code });
  const step = pin && /name="step" value="([^"]+)"/.exec(await answer.text())?.[1];
  if (step) answer = await post(`${url}/in/pin`, { step, pin });
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
  if (!cookie) throw new Error(`no sign-in: ${answer.status}`);
  return cookie;
}

function post(address, form) {
  return fetch(address, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: new URL(address).origin },
    body: new URLSearchParams(form),
  });
}

export class SessionAppEditor {
  /**
   * @param {{url: string, session: string, draft: string, paragraphs: string[]}} room
   * @param {string} cookie
   * @param {{heard: (update: Uint8Array) => void, acknowledged: (doc: number, clock: number) => void}} told
   */
  constructor(room, cookie, told) {
    this.room = room;
    this.cookie = cookie;
    this.told = told;
    this.refused = 0;
    this.docs = room.paragraphs.map(() => new Y.Doc());
    this.place = new Map(room.paragraphs.map((id, place) => [id, place]));
    this.waiting = this.docs.map(() => []);
    this.busy = this.docs.map(() => false);
  }

  async open() {
    const { url, session, draft } = this.room;
    this.socket = io(url, {
      transports: ["websocket"],
      reconnection: false,
      forceNew: true,
      perMessageDeflate: false,
      extraHeaders: { Cookie: this.cookie, Origin: url },
    });
    await new Promise((resolve, reject) => {
      this.socket.once("connect", resolve);
      this.socket.once("connect_error", reject);
    });
    this.socket.on("draft.updates", (header, bytes) => this.apply(header, bytes));
    await this.ask("join", { session, page: "draft", topics: [] });
    const opened = await this.ask("draft.open", { draft, tab: "benchmark" });
    if (opened.writable.length !== 2) throw new Error("the editor may not write both languages");
    this.docs.forEach((doc, place) => {
      doc.clientID = opened.clients[place];
      doc.on("update", (update, origin) => origin !== this && this.type(place, update));
    });
    const vectors = this.docs.map((doc) => Y.encodeStateVector(doc));
    const [header, bytes] = await this.ask(
      "draft.sync",
      { draft, ids: this.room.paragraphs, lens: vectors.map((each) => each.length) },
      Buffer.concat(vectors),
    );
    this.apply(header, bytes);
  }

  close() {
    this.socket.disconnect();
  }

  text(paragraph, language) {
    return this.docs[paragraph].getText(language);
  }

  docOf(paragraph) {
    return paragraph;
  }

  apply({ ids, lens }, bytes) {
    let at = 0;
    ids.forEach((id, index) => {
      const update = bytes.subarray(at, (at += lens[index]));
      this.told.heard(update);
      Y.applyUpdate(this.docs[this.place.get(id)], update, this);
    });
  }

  type(place, update) {
    this.waiting[place].push(update);
    if (!this.busy[place]) this.send(place);
  }

  send(place) {
    const updates = this.waiting[place].splice(0);
    const doc = this.docs[place];
    const clock = Y.getState(doc.store, doc.clientID);
    const { draft, paragraphs } = this.room;
    this.busy[place] = true;
    this.socket.emit(
      "draft.update",
      { draft, paragraph: paragraphs[place], client: doc.clientID, clock },
      Buffer.from(updates.length === 1 ? updates[0] : Y.mergeUpdates(updates)),
      (answer) => {
        this.busy[place] = false;
        if (answer.ok) this.told.acknowledged(place, clock);
        else this.refused += 1;
        if (this.waiting[place].length) this.send(place);
      },
    );
  }

  async ask(name, ...values) {
    const answer = await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${name}: no answer`)), ANSWER_WITHIN);
      this.socket.emit(name, ...values, (...answers) => {
        clearTimeout(late);
        resolve(answers.length > 1 ? answers : answers[0]);
      });
    });
    const header = Array.isArray(answer) ? answer[0] : answer;
    if (!header.ok) throw new Error(`${name}: ${header.code}`);
    return answer;
  }
}
