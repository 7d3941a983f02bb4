import { Emitter } from "../lib/emitter.js";
import { Cell } from "./cell.js";
import { el, icon } from "./dom.js";
import { LANGUAGES, STATE_MARK, nameOf } from "./rows.js";

/** @typedef {import("./cell.js").Where} Where */
/** @typedef {import("./dom.js").Speak} Speak */
/** @typedef {import("./sync.js").DraftSync} DraftSync */
/** @typedef {import("./sync.js").Structure} Structure */
/** @typedef {import("./sync.js").Row} Row */
/** @typedef {import("./paragraph.js").Language} Language */
/** @typedef {{id: string, language: Language}} Place */
/** @typedef {{row: Row, element: HTMLElement, number: HTMLElement, state: HTMLElement, key: string, cells: Record<Language, Cell>}} Line */

const SHAPE = /** @type {Record<string, string>} */ ({
  item: "item",
  "sub-item": "sub",
  continuation: "tail",
  heading: "heading",
});
/** Rows whose views are all made at once; of longer drafts only what is near the window. */
const ALL_AT_ONCE = 150;

/**
 * The text: one grid, row by row level in both languages, and the place where one is in it.
 *
 * Either a row has the focus, in one of its languages, or one writes in that cell. Events: `place` (another
 * row or language), `writing` (begun or ended), `moved` (the caret or its text), `first` (asked for the
 * first paragraph of an empty section).
 *
 * @extends {Emitter<{place: Place | null, writing: Cell | null, moved: Cell, first: string}>}
 */
export class Grid extends Emitter {
  /** @type {Place | null} */
  place = null;
  /** @type {Cell | null} */
  writing = null;
  /** @type {Map<string, Line>} */
  #lines = new Map();
  /** @type {Map<string, HTMLElement>} */
  #sections = new Map();
  #near = new IntersectionObserver((seen) => this.#mountNear(seen), { rootMargin: "600px 0px" });

  /**
   * @param {HTMLElement} element the grid as it was served
   * @param {DraftSync} sync
   * @param {Speak} t
   * @param {Language} language of the interface
   * @param {Pick<import("./cell.js").Around, "key" | "paste">} keys
   */
  constructor(element, sync, t, language, keys) {
    super();
    this.element = element;
    this.sync = sync;
    this.t = t;
    this.language = language;
    /** @type {import("./cell.js").Around} */
    this.around = {
      ...keys,
      writable: (cell) => this.mayWrite(cell.paragraph.id, cell.language),
      name: (cell) => this.nameOf(cell.paragraph.id, cell.language),
      focused: (cell) => this.#begin(cell),
      blurred: (cell) => this.#end(cell),
      moved: (cell) => this.emit("moved", cell),
    };
    element.addEventListener("mousedown", (event) => this.#pressed(event));
    element.addEventListener("focusin", (event) => {
      const place = placeOf(event.target);
      if (place && event.target instanceof HTMLElement && event.target.role === "gridcell") this.select(place);
    });
  }

  /** @returns {Structure} */
  get structure() {
    return this.sync.structure ?? { draft: "", version: 0, adopted: false, sections: [], rows: [] };
  }

  /** The row that has the place. */
  get row() {
    return this.structure.rows.find((row) => row.id === this.place?.id) ?? null;
  }

  /** The cell that has the place. */
  get cell() {
    return this.place && this.cellAt(this.place);
  }

  /** @param {Place} place */
  cellAt({ id, language }) {
    return this.#lines.get(id)?.cells[language] ?? null;
  }

  /** @returns {Cell[]} */
  get cells() {
    return this.structure.rows.flatMap(({ id }) => LANGUAGES.flatMap((language) => this.cellAt({ id, language }) ?? []));
  }

  /** @param {string} id @param {Language} language */
  mayWrite(id, language) {
    const row = this.structure.rows.find((each) => each.id === id);
    return !!row && row.state !== "adopted" && !this.structure.adopted && this.sync.writable.includes(language);
  }

  /** @param {string} id @param {Language} language */
  nameOf(id, language) {
    const { rows } = this.structure;
    const row = rows.find((each) => each.id === id);
    if (!row) return "";
    const name = nameOf(rows, row, language) || this.t(`ui.draft.kind.${row.kind}`);
    return this.t("ui.draft.cell", { name, language: this.t(`ui.draft.language.${language}`) });
  }

  /** Say everything around the words in another language; `render` shows it. @param {Language} language */
  speak(language) {
    this.language = language;
    for (const line of this.#lines.values()) {
      line.key = "";
      for (const each of LANGUAGES) line.cells[each].place.dataset.empty = this.t(`ui.draft.empty.${each}`);
    }
  }

  /** Show the structure as it is now; rows keep their elements, and a focused one stays where it is. */
  render() {
    const { rows, sections } = this.structure;
    const { writing } = this;
    const known = new Set(rows.map((row) => row.id));
    const lost = this.place && !known.has(this.place.id) ? this.#neighbour(known) : null;
    for (const [id, line] of this.#lines) if (!known.has(id)) this.#remove(id, line);
    const order = sections.flatMap((section) => [
      this.#sectionLine(section, rows),
      ...rows.filter((row) => row.section === section.id).map((row, index, own) => this.#line(row, own[index + 1])),
    ]);
    arrange(this.element, order);
    const served = this.element.querySelector("#served"); // it stood in for the rows until now
    const wasIn = served?.contains(document.activeElement);
    served?.remove();
    this.element.setAttribute("aria-rowcount", String(rows.length));
    this.element.removeAttribute("aria-busy");
    if (lost) this.select(lost, { focus: true });
    else if (wasIn && rows.length) this.select({ id: rows[0].id, language: this.language }, { focus: true });
    else if (!this.place && rows.length) this.#rest(rows[0].id);
    this.#yield(writing);
  }

  /** What one may write has changed. */
  refresh() {
    const { writing } = this;
    for (const cell of this.cells) cell.refresh();
    this.#yield(writing);
  }

  /** @param {import("./paragraph.js").Paragraph} paragraph */
  replace(paragraph) {
    const writing = this.writing?.paragraph.id === paragraph.id;
    for (const language of LANGUAGES) this.cellAt({ id: paragraph.id, language })?.rebind(paragraph);
    if (writing) this.leave(); // whoever typed here looks up: what they see is no longer what they wrote
  }

  /**
   * Go to a place, without writing.
   * @param {Place | null} place
   * @param {{focus?: boolean, center?: boolean}} [how]
   */
  select(place, { focus = false, center = false } = {}) {
    if (place && !this.#lines.has(place.id)) return;
    const same = place?.id === this.place?.id && place?.language === this.place?.language;
    if (!same) {
      if (this.place) this.#mark(this.place, false);
      else this.#rest("");
      this.place = place;
      this.#mark(place, true);
    }
    const held = place && this.cellAt(place)?.place;
    if (held && center) held.scrollIntoView({ block: "center" });
    if (held && focus) {
      held.focus({ preventScroll: true });
      if (!center) held.scrollIntoView({ block: "nearest" });
    }
    if (!same) this.emit("place", place);
  }

  /**
   * Write at a place. Returns whether one may.
   * @param {Place} place
   * @param {Where} [where]
   */
  write(place, where = "end") {
    if (!this.mayWrite(place.id, place.language)) {
      this.select(place, { focus: true });
      return false;
    }
    this.select(place);
    this.cellAt(place)?.focus(where);
    return true;
  }

  /** Stop writing: the focus goes back to the row. */
  leave() {
    if (this.place) this.select(this.place, { focus: true });
    getSelection()?.removeAllRanges(); // WebKit goes on drawing a caret where nobody writes
  }

  /**
   * The row that many places on.
   * @param {number} by
   */
  neighbour(by) {
    const { rows } = this.structure;
    const at = rows.findIndex((row) => row.id === this.place?.id);
    return rows[at + by] ?? null;
  }

  /** Draw the eye to rows that somebody has just put in. @param {string[]} ids */
  announce(ids) {
    for (const id of ids) this.#lines.get(id)?.element.classList.add("fresh");
  }

  /** @param {Cell} cell */
  #begin(cell) {
    this.select({ id: cell.paragraph.id, language: cell.language });
    this.writing = cell;
    cell.place.classList.add("writing");
    this.emit("writing", cell);
  }

  /** @param {Cell} cell */
  #end(cell) {
    cell.place.classList.remove("writing");
    if (this.writing !== cell) return;
    this.writing = null;
    this.emit("writing", null);
  }

  /** @param {MouseEvent} event */
  #pressed(event) {
    const place = placeOf(event.target);
    if (!place) return;
    const cell = this.cellAt(place);
    const inText = event.target instanceof Element && !!event.target.closest(".ProseMirror");
    if (cell && inText && this.mayWrite(place.id, place.language)) return;
    this.select(place, { focus: !inText });
    if (inText) return; // one may select words of a text one may not change
    event.preventDefault();
    if (event.target instanceof Element && event.target.closest(".cell")) this.write(place);
  }

  /**
   * Stop writing in what may no longer be written. The browser has perhaps taken the focus already.
   * @param {Cell | null} cell the one that was written in
   */
  #yield(cell) {
    if (!cell || this.around.writable(cell)) return;
    setTimeout(() => (this.writing === cell || document.activeElement === document.body) && this.leave());
  }

  /** Let Tab find the grid before anybody has been in it. @param {string} id */
  #rest(id) {
    for (const [each, line] of this.#lines) line.cells[this.language].place.tabIndex = each === id ? 0 : -1;
  }

  /** Where to go when the row one is in has been taken out. @param {Set<string>} known */
  #neighbour(known) {
    const element = this.#lines.get(this.place?.id ?? "")?.element;
    const language = this.place?.language ?? "es";
    /** @type {("previousElementSibling" | "nextElementSibling")[]} */
    const ways = ["previousElementSibling", "nextElementSibling"];
    for (const way of ways) {
      for (let next = element?.[way]; next; next = next[way]) {
        const id = next.getAttribute("data-row");
        if (id && known.has(id)) return { id, language };
      }
    }
    this.place = null;
    return null;
  }

  /** @param {Place | null} place @param {boolean} on */
  #mark(place, on) {
    const line = place && this.#lines.get(place.id);
    if (!line) return;
    line.element.classList.toggle("sel", on);
    line.element.ariaSelected = String(on);
    for (const language of LANGUAGES) {
      const held = line.cells[language].place;
      held.classList.toggle("now", on && language === place.language);
      held.tabIndex = on && language === place.language ? 0 : -1;
    }
  }

  /** @param {import("./sync.js").Section} section @param {Row[]} rows */
  #sectionLine(section, rows) {
    let made = this.#sections.get(section.id);
    if (!made) {
      made = el("div", { class: "row sec", role: "row" });
      this.#sections.set(section.id, made);
    }
    const empty = !rows.some((row) => row.section === section.id) && this.sync.writable.includes(this.sync.origin);
    made.replaceChildren(
      el("span", { role: "gridcell" }),
      el("span", { role: "gridcell", lang: "es" }, section.title_es),
      el("span", { role: "gridcell", lang: "en" }, section.title_en),
      ...(empty
        ? [
            el(
              "span",
              { class: "first", role: "gridcell" },
              el(
                "button",
                { class: "btn", type: "button", onclick: () => this.emit("first", section.id) },
                icon("plus"),
                this.t("ui.draft.empty_section"),
              ),
            ),
          ]
        : []),
    );
    return made;
  }

  /** @param {Row} row @param {Row | undefined} next */
  #line(row, next) {
    const line = this.#lines.get(row.id) ?? this.#make(row);
    const ends = !next || next.kind === "item" || next.kind === "heading";
    const name = nameOf(this.structure.rows, row, this.language);
    const key = JSON.stringify([row, name, ends]);
    line.row = row;
    if (line.key === key) return line.element;
    line.key = key;
    const { element } = line;
    element.className = `row ${SHAPE[row.kind]}`;
    element.classList.toggle("ends", ends);
    element.classList.toggle("adopted", row.state === "adopted");
    element.classList.toggle("sel", this.place?.id === row.id);
    line.number.textContent = row[`label_${this.language}`];
    line.state.replaceChildren(...(row.kind === "heading" ? [] : [this.stateMark(row.state, true)]));
    for (const language of LANGUAGES) {
      const cell = line.cells[language];
      cell.refresh();
    }
    return element;
  }

  /**
   * A state as a word and a shape.
   * @param {string} state
   * @param {boolean} [short]
   */
  stateMark(state, short = false) {
    const key = short && ["bracketed", "ad_referendum"].includes(state) ? "ui.draft.short." : "ui.state.";
    return el("span", { class: `st st-${STATE_MARK[state]}` }, icon(STATE_MARK[state]), this.t(key + state));
  }

  /** @param {Row} row @returns {Line} */
  #make(row) {
    const paragraph = this.sync.paragraphs.get(row.id);
    if (!paragraph) throw new Error(`no paragraph ${row.id}`);
    const number = el("span", { class: "n" });
    const state = el("span");
    const element = el("div", { class: "row", role: "row", id: `r-${row.id}`, "data-row": row.id, "aria-selected": "false" });
    element.append(el("div", { class: "gut", role: "rowheader" }, number, state));
    const cells = /** @type {Record<Language, Cell>} */ ({});
    for (const language of LANGUAGES) {
      const held = el("div", {
        class: `cell ${language}`,
        role: "gridcell",
        lang: language,
        tabindex: "-1",
        "data-language": language,
        "data-empty": this.t(`ui.draft.empty.${language}`),
      });
      element.append(held);
      cells[language] = new Cell(paragraph, language, held, this.around);
    }
    const line = { row, element, number, state, key: "", cells };
    this.#lines.set(row.id, line);
    if (this.structure.rows.length > ALL_AT_ONCE) this.#near.observe(element);
    else for (const language of LANGUAGES) cells[language].mount();
    return line;
  }

  /** @param {string} id @param {Line} line */
  #remove(id, line) {
    if (line.cells.es === this.writing || line.cells.en === this.writing) this.writing?.view?.dom.blur();
    this.#near.unobserve(line.element);
    this.#lines.delete(id);
    for (const language of LANGUAGES) line.cells[language].remove();
    line.element.remove();
  }

  /** @param {IntersectionObserverEntry[]} seen */
  #mountNear(seen) {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      this.#near.unobserve(target);
      const line = this.#lines.get(target.getAttribute("data-row") ?? "");
      for (const language of LANGUAGES) line?.cells[language].mount();
    }
  }
}

/**
 * The place an element belongs to.
 * @param {EventTarget | null} target
 * @returns {Place | null}
 */
function placeOf(target) {
  if (!(target instanceof Element)) return null;
  const id = target.closest("[data-row]")?.getAttribute("data-row");
  const language = target.closest("[data-language]")?.getAttribute("data-language");
  return id ? { id, language: language === "en" ? "en" : "es" } : null;
}

/**
 * Put elements in an order behind the grid's heading, without taking the one that has the focus from
 * its place: the browser would drop its selection and what is being composed in it.
 * @param {HTMLElement} parent
 * @param {HTMLElement[]} order
 */
function arrange(parent, order) {
  const held = Math.max(order.findIndex((each) => each.contains(document.activeElement)), 0);
  if (!order.length) return;
  if (order[held].parentElement !== parent) parent.append(order[held]);
  for (let at = held - 1; at >= 0; at -= 1) {
    if (order[at + 1].previousElementSibling !== order[at]) order[at + 1].before(order[at]);
  }
  for (let at = held + 1; at < order.length; at += 1) {
    if (order[at - 1].nextElementSibling !== order[at]) order[at - 1].after(order[at]);
  }
}
