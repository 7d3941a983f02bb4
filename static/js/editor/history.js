/** @typedef {import("./cell.js").Cell} Cell */
/** @typedef {import("../lib/connection.js").Ack} Ack */
/** @typedef {(name: string, values: Record<string, any>) => Promise<Ack | null>} Send gives a command its operation's id, and says why if it is refused */
/** @typedef {{name: string, values: Record<string, any>, op: string, at: number}} Done a structural operation of this person, on this screen */

/**
 * What this person has done here, to be taken back in the order of time: typing in the cell one is
 * in, and operations on the structure, which are taken back for everybody.
 */
export class History {
  /** @type {Done[]} */
  #done = [];
  /** @type {Done[]} */
  #undone = [];

  /** @param {Send} send */
  constructor(send) {
    this.send = send;
  }

  /**
   * Note an operation the server has done.
   * @param {string} name
   * @param {Record<string, any>} values
   * @param {string} op
   * @param {number} at when it was asked for
   */
  note(name, values, op, at) {
    this.#done.push({ name, values, op, at });
    this.#undone.length = 0;
  }

  /**
   * Take back the last thing. Returns false if there is none.
   * @param {Cell | null} cell
   */
  async undo(cell) {
    const manager = cell?.paragraph.undo(cell.language);
    const typed = manager?.undoStack.at(-1);
    const last = this.#done.at(-1);
    if (typed && (!last || timeOf(typed) > last.at)) return manager?.undo() !== null;
    if (!last) return false;
    this.#done.pop();
    const ack = await this.send("paragraph.undo", { undoes: last.op });
    if (ack?.ok) this.#undone.push({ ...last, at: performance.now() });
    else if (!ack) this.#done.push(last); // no answer: it can be asked for again
    return true;
  }

  /**
   * Do again what was taken back last. Returns false if there is nothing.
   * @param {Cell | null} cell
   */
  async redo(cell) {
    const manager = cell?.paragraph.undo(cell.language);
    const typed = manager?.redoStack.at(-1);
    const last = this.#undone.at(-1);
    if (typed && (!last || timeOf(typed) > last.at)) return manager?.redo() !== null;
    if (!last) return false;
    const others = this.#undone.slice(0, -1);
    const ack = await this.send(last.name, last.values); // noted as a new operation by who sends it
    if (ack) this.#undone = others;
    return true;
  }
}

/** @param {{meta: Map<any, any>}} item */
const timeOf = (item) => Number(item.meta.get("at") ?? 0);
