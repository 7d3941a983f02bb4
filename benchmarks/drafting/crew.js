// The editors of one round, dealt out to worker threads, with what the threads share.
import { Worker } from "node:worker_threads";

export class Crew {
  constructor(peer, { editors, docs, slots, rate, threads }) {
    this.docs = docs;
    this.typed = new Int32Array(new SharedArrayBuffer(4 * editors * docs));
    this.acknowledged = new Int32Array(new SharedArrayBuffer(4 * editors * docs));
    const typedAt = new SharedArrayBuffer(8 * editors * docs * slots);
    const everybody = Array.from({ length: editors }, (_, number) => number);
    this.workers = Array.from({ length: threads }, (_, thread) => {
      const workerData = {
        peer: peer.name,
        room: peer.room,
        keys: peer.keys,
        members: everybody.filter((number) => number % threads === thread),
        editors,
        docs,
        slots,
        rate,
        typedAt,
        typed: this.typed.buffer,
        acknowledged: this.acknowledged.buffer,
      };
      return new Worker(new URL("./editors.js", import.meta.url), { workerData });
    });
    this.members = this.workers.map((_, thread) =>
      everybody.filter((number) => number % threads === thread),
    );
  }

  /** Ask every thread the same; resolves to their answers. */
  ask(ask, values) {
    return Promise.all(
      this.workers.map(
        (worker) =>
          new Promise((resolve, reject) => {
            worker.once("error", reject);
            worker.once("message", ({ answer, error }) => {
              worker.off("error", reject);
              if (error) reject(new Error(error));
              else resolve(answer);
            });
            worker.postMessage({ ask, values });
          }),
      ),
    );
  }

  /** Connect all editors, and tell all threads whose the CRDT client ids are. */
  async open() {
    const opened = await this.ask("open");
    this.clients = new Array(this.typed.length);
    opened.forEach((players, thread) => {
      players.forEach((ids, index) => {
        const number = this.members[thread][index];
        ids.forEach((client, doc) => {
          this.clients[number * this.docs + doc] = client;
        });
      });
    });
    await this.ask("know", this.clients);
  }

  async end() {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
