// A worker thread that plays a share of the editors. Every editor applies everything it receives; the
// keystrokes an update holds are read from its clocks before that, and the time taken as it arrives.
import { performance } from "node:perf_hooks";
import { parentPort, workerData } from "node:worker_threads";
import * as Y from "yjs";
import { now, sleep } from "./measure.js";
import { EDITORS, LANGUAGES, fingerprint } from "./peers.js";

const { peer, room, keys, members, editors, docs, slots, rate } = workerData;
const LETTERS = "abcdefghijklmnopqrstuvwxyzáéíóúñ ";

// Shared by all threads. A stream is what one editor types into one document; its clock counts keystrokes.
const typedAt = new Float64Array(workerData.typedAt); // [stream * slots + clock]
const typed = new Int32Array(workerData.typed); // [stream] keystrokes typed
const acknowledged = new Int32Array(workerData.acknowledged); // [stream] keystrokes acknowledged

let streams = new Map(); // CRDT client id -> stream
let measured = { from: Infinity, to: Infinity };
let latencies = [];

const between = (low, high) => low + Math.floor(Math.random() * (high - low + 1));
const pick = (values) => values[Math.floor(Math.random() * values.length)];

class Player {
  constructor(number) {
    this.number = number;
    this.have = new Int32Array(editors * docs);
    this.left = 0; // keystrokes left of the run being typed
    this.editor = new EDITORS[peer](room, keys[number], {
      heard: (update) => this.hear(update),
      acknowledged: (doc, clock) => {
        acknowledged[number * docs + doc] = clock;
      },
    });
  }

  hear(update) {
    const at = now();
    const { from, to } = Y.parseUpdateMeta(update);
    for (const [client, end] of to) {
      const stream = streams.get(client);
      if (stream === undefined) continue;
      for (let clock = Math.max(from.get(client), this.have[stream]); clock < end; clock++) {
        const since = typedAt[stream * slots + clock];
        if (since >= measured.from && since < measured.to) latencies.push(at - since);
      }
      this.have[stream] = Math.max(this.have[stream], end);
    }
  }

  /** Type one letter: the next of a run, or the first of a run elsewhere. */
  press() {
    if (this.left === 0) {
      this.left = between(10, 30);
      this.paragraph = between(0, room.paragraphs.length - 1);
      this.text = this.editor.text(this.paragraph, pick(LANGUAGES));
      this.caret = Y.createRelativePositionFromTypeIndex(this.text, between(0, this.text.length));
    }
    this.left -= 1;
    const place = this.editor.docOf(this.paragraph);
    const doc = this.editor.docs[place];
    const index = Y.createAbsolutePositionFromRelativePosition(this.caret, doc).index;
    const stream = this.number * docs + place;
    const clock = Y.getState(doc.store, doc.clientID);
    typed[stream] = clock + 1;
    typedAt[stream * slots + clock] = now();
    this.text.insert(index, pick(LETTERS));
    this.caret = Y.createRelativePositionFromTypeIndex(this.text, index + 1);
  }

  /** Whether it has every keystroke of every other editor. */
  upToDate() {
    return this.have.every(
      (count, stream) => Math.floor(stream / docs) === this.number || count >= typed[stream],
    );
  }

  print() {
    return fingerprint(this.editor, room.paragraphs.length);
  }
}

const players = members.map((number) => new Player(number));

/** Open loop: each editor's keystrokes fall due whatever has become of the earlier ones. */
async function type({ start, from, to, end }) {
  measured = { from, to };
  const pause = 1000 / rate;
  const due = players.map((player) => ({ player, at: start + Math.random() * pause }));
  let before = null;
  while (now() < end) {
    if (!before && now() >= from) before = performance.eventLoopUtilization();
    for (const each of due) {
      while (each.at <= now() && each.at < end) {
        each.player.press();
        each.at += pause;
      }
    }
    await sleep(Math.min(end, ...due.map((each) => each.at)) - now());
  }
  return before ? performance.eventLoopUtilization(before).utilization : 0;
}

const ANSWERS = {
  async open() {
    for (const player of players) await player.editor.open();
    return players.map((player) => player.editor.docs.map((doc) => doc.clientID));
  },
  know(clients) {
    streams = new Map(clients.map((client, stream) => [client, stream]));
  },
  type,
  upToDate: () => players.every((player) => player.upToDate()),
  prints: () => players.map((player) => player.print()),
  latencies: () => Float64Array.from(latencies),
  have: () => players.map((player) => ({ number: player.number, have: player.have })),
  refused: () => players.reduce((sum, player) => sum + player.editor.refused, 0),
  close: () => players.forEach((player) => player.editor.close()),
};

parentPort?.on("message", async ({ ask, values }) => {
  try {
    parentPort.postMessage({ answer: await ANSWERS[ask](values) });
  } catch (error) {
    parentPort.postMessage({ error: error.stack });
  }
});
