/** As much of IndexedDB as an outbox uses: one store, kept while the tabs of a test come and go. */
export class Shelf {
  #records = new Map();
  #made = false;

  get size() {
    return this.#records.size;
  }

  open() {
    const request = { result: this.#database() };
    queueMicrotask(() => {
      if (!this.#made) request.onupgradeneeded?.();
      this.#made = true;
      request.onsuccess?.();
    });
    return request;
  }

  #database() {
    return {
      createObjectStore: () => {},
      close: () => {},
      transaction: () => {
        const records = this.#records;
        let open = 0;
        const transaction = { objectStore: () => store };
        const done = (act) => {
          const request = {};
          open += 1;
          queueMicrotask(() => {
            request.result = act();
            request.onsuccess?.();
            open -= 1;
            if (open === 0) queueMicrotask(() => open === 0 && transaction.oncomplete?.());
          });
          return request;
        };
        const store = {
          put: (value, key) => done(() => void records.set(key, structuredClone(value))),
          get: (key) => done(() => structuredClone(records.get(key))),
          getAll: () => done(() => [...records.values()].map((each) => structuredClone(each))),
          delete: (key) => done(() => void records.delete(key)),
        };
        return transaction;
      },
    };
  }
}
