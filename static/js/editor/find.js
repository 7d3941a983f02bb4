import { part } from "./dom.js";
import { LANGUAGES, findIn } from "./rows.js";

/** @typedef {import("./dom.js").Speak} Speak */
/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {import("./grid.js").Place} Place */
/** @typedef {Place & {from: number, to: number}} Found */

const SETTLE = 120; // ms: typing in the text looks again at most that often

/** The find bar: both languages, whatever the accents and case. */
export class Find {
  /** @type {Found[]} */
  #found = [];
  #at = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #clock;

  /**
   * @param {HTMLElement} bar
   * @param {Grid} grid
   * @param {Speak} t
   */
  constructor(bar, grid, t) {
    this.bar = bar;
    this.grid = grid;
    this.t = t;
    /** @type {HTMLInputElement} */
    this.input = part("input", bar);
    this.count = part(".count", bar);
    this.input.addEventListener("input", () => this.#look(true));
    bar.addEventListener("submit", (event) => {
      event.preventDefault();
      this.step(1);
    });
    bar.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      else if (event.key === "Enter" && event.shiftKey) this.step(-1);
      else return;
      event.preventDefault();
    });
  }

  open() {
    const chosen = getSelection()?.toString().trim() ?? "";
    this.bar.hidden = false;
    if (chosen && chosen.length < 80) this.input.value = chosen;
    this.input.focus();
    this.input.select();
    this.#look(true);
  }

  close() {
    const here = this.#found[this.#at];
    this.bar.hidden = true;
    this.#found = [];
    this.#show();
    if (here && this.grid.write(here, here.from)) return;
    this.grid.leave();
  }

  /** The text has changed: what was found may stand elsewhere. */
  lookAgain() {
    if (this.bar.hidden || this.#clock !== undefined) return;
    this.#clock = setTimeout(() => {
      this.#clock = undefined;
      if (!this.bar.hidden) this.#look(false);
    }, SETTLE);
  }

  /** @param {1 | -1} by */
  step(by) {
    if (!this.#found.length) return;
    this.#at = (this.#at + by + this.#found.length) % this.#found.length;
    this.#show();
    this.#goTo();
  }

  /** @param {boolean} anew whether the query is another one: begin at the place one is in */
  #look(anew) {
    const { structure, sync, place } = this.grid;
    this.#found = structure.rows.flatMap(({ id }) =>
      LANGUAGES.flatMap((language) =>
        findIn(sync.paragraphs.get(id)?.text(language).toString() ?? "", this.input.value).map(([from, to]) => ({
          id,
          language,
          from,
          to,
        })),
      ),
    );
    if (anew) {
      const rows = structure.rows.map((row) => row.id);
      const here = rows.indexOf(place?.id ?? "");
      this.#at = Math.max(this.#found.findIndex(({ id }) => rows.indexOf(id) >= here), 0);
    }
    this.#at = Math.min(this.#at, this.#found.length - 1);
    this.#show();
    if (anew) this.#goTo();
  }

  #goTo() {
    const here = this.#found[this.#at];
    if (here) this.grid.select(here, { center: true });
  }

  #show() {
    const here = this.#found[this.#at];
    for (const cell of this.grid.cells) {
      const own = this.#found.filter(({ id, language }) => id === cell.paragraph.id && language === cell.language);
      cell.showHits(own.map((each) => ({ from: each.from, to: each.to, current: each === here })));
    }
    const count = this.#found.length;
    this.count.textContent = count
      ? this.t("ui.draft.find.count", { at: this.#at + 1, count })
      : this.input.value.trim()
        ? this.t("ui.draft.find.none")
        : "";
  }
}
