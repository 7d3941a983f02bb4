/**
 * Something that tells its listeners what happened.
 * @template {Record<string, any>} Events names of events and what each carries
 */
export class Emitter {
  /** @type {Map<keyof Events, Set<(data: any) => void>>} */
  #listeners = new Map();

  /**
   * Listen. Returns the function that stops it.
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {(data: Events[Name]) => void} listener
   * @returns {() => void}
   */
  on(name, listener) {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /**
   * Tell every listener. One that fails is reported as an uncaught error; it does not stop the others,
   * nor whoever tells.
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {Events[Name]} data
   */
  emit(name, data) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(data);
      } catch (failure) {
        queueMicrotask(() => {
          throw failure;
        });
      }
    }
  }
}
