/**
 * What was typed on this device and is not on the server's disk yet, so that a closed tab or a crashed
 * laptop loses nothing. Only unacknowledged edits are kept, never a draft's text as such.
 *
 * @typedef {object} Kept
 * @property {string} session
 * @property {string} draft
 * @property {string} paragraph
 * @property {string} person
 * @property {number} client
 * @property {Uint8Array} update
 * @property {number} at milliseconds since 1970
 */
export class Outbox {
  /** @param {{memoryOnly?: boolean, indexedDB?: IDBFactory}} [options] memoryOnly: texts of closed parts stay off the disk */
  constructor({ memoryOnly = false, indexedDB = globalThis.indexedDB } = {}) {
    this.memoryOnly = memoryOnly;
    this.indexedDB = indexedDB;
  }
}
