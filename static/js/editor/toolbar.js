import { el, icon, part } from "./dom.js";
import { STATES, STATE_MARK, belongs, nameOf } from "./rows.js";

/** @typedef {import("./acts.js").Acts} Acts */
/** @typedef {import("./dom.js").Speak} Speak */
/** @typedef {import("./grid.js").Grid} Grid */

/**
 * The tools: every button that carries `data-tool` does what its name says, menus hang under theirs.
 */
export class Toolbar {
  /**
   * @param {Grid} grid
   * @param {Acts} acts
   * @param {Speak} t
   * @param {Record<string, () => unknown>} tools by name
   */
  constructor(grid, acts, t, tools) {
    this.grid = grid;
    this.acts = acts;
    this.t = t;
    this.tools = tools;
    this.stateButton = part("#state");
    this.stateMenu = part("#state-menu");
    document.addEventListener("mousedown", (event) => {
      const control = controlOf(event.target);
      if (control) event.preventDefault(); // the caret stays in the text
      this.#closeMenus(control?.dataset.menu ?? control?.closest(".menu")?.id);
    });
    document.addEventListener("click", (event) => {
      const control = controlOf(event.target);
      if (!control) return;
      const { tool, menu } = control.dataset;
      if (menu) return part(`#${menu}`).hidden ? this.openMenu(control) : this.#closeMenus();
      this.#closeMenus();
      if (tool && control.ariaDisabled !== "true") this.do(tool);
    });
    document.addEventListener("keydown", (event) => this.#keyInMenu(event));
    const bar = part(".tools");
    bar.addEventListener("keydown", moveAlong);
    bar.addEventListener("focusin", ({ target }) => rest(bar, target));
    rest(bar, part("button:not(.folds)", bar));
  }

  /** @param {string} name */
  do(name) {
    if (name === "state") return this.openMenu(this.stateButton);
    void this.tools[name]();
  }

  /** Offer what can be done where one is. */
  refresh() {
    const { row, structure, cell, writing } = this.grid;
    const free = !!row && row.state !== "adopted" && this.acts.mayChange;
    const first = structure.rows.find((each) => each.section === row?.section);
    const possible = /** @type {Record<string, boolean>} */ ({
      bracket: !!cell && !!row && this.grid.mayWrite(row.id, cell.language),
      add: !!row && this.acts.mayChange,
      continuation: !!row && row.kind !== "heading" && this.acts.mayChange,
      heading: !!row && this.acts.mayChange,
      split: free && !!writing,
      indent: free && row.kind === "item" && row !== first,
      outdent: free && belongs(row),
      up: !!row && this.acts.mayChange && row !== first,
      down: !!row && this.acts.mayChange,
      delete: free,
      undo: this.grid.sync.writable.length > 0,
      redo: this.grid.sync.writable.length > 0,
    });
    for (const [name, can] of Object.entries(possible)) part(`[data-tool="${name}"]`).ariaDisabled = String(!can);
    const marked = row && row.kind !== "heading" ? row : null;
    this.stateButton.toggleAttribute("disabled", !marked);
    this.stateButton.hidden = !marked;
    if (!marked) return;
    const name = nameOf(structure.rows, marked, this.grid.language);
    this.stateButton.replaceChildren(el("span", {}, name), this.grid.stateMark(marked.state), icon("down"));
  }

  /** @param {HTMLElement} button */
  openMenu(button) {
    if (button.hasAttribute("disabled")) return;
    const menu = part(`#${button.dataset.menu}`);
    if (menu === this.stateMenu) this.#fillStates();
    menu.hidden = false;
    button.ariaExpanded = "true";
    const checked = menu.querySelector('[aria-checked="true"]:not(:disabled)') ?? menu.querySelector("button:not(:disabled)");
    this.before = document.activeElement;
    if (checked instanceof HTMLElement) checked.focus();
  }

  #fillStates() {
    const { row, sync } = this.grid;
    const may = sync.may.includes("paragraph:mark") && row?.state !== "adopted";
    if (!may) this.acts.say(this.t(row?.state === "adopted" ? "ui.draft.panel.adopted" : "ui.draft.panel.state_elsewhere"));
    this.stateMenu.replaceChildren(
      ...STATES.filter((state) => state !== "adopted").map((state) =>
        el(
          "button",
          {
            type: "button",
            role: "menuitemradio",
            class: `st-${STATE_MARK[state]}`,
            "aria-checked": String(state === row?.state),
            disabled: !may,
            onclick: () => {
              this.#closeMenus();
              void this.acts.mark(state);
            },
          },
          icon(STATE_MARK[state]),
          this.t(`ui.state.${state}`),
        ),
      ),
    );
  }

  /** @param {string} [but] the menu whose own button was pressed */
  #closeMenus(but) {
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-menu]"))) {
      const menu = part(`#${button.dataset.menu}`);
      if (menu.hidden || menu.id === but) continue;
      const inside = menu.contains(document.activeElement);
      menu.hidden = true;
      button.ariaExpanded = "false";
      if (inside && this.before instanceof HTMLElement) this.before.focus();
    }
  }

  /** @param {KeyboardEvent} event */
  #keyInMenu(event) {
    const menu = event.target instanceof Element ? event.target.closest(".menu") : null;
    if (!menu) return;
    const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("button:not(:disabled)")]);
    const at = items.findIndex((each) => each === event.target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) items.at(next % items.length)?.focus();
    else if (event.key === "Escape" || event.key === "Tab") this.#closeMenus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** The tool or menu button an event has met. @param {EventTarget | null} target */
const controlOf = (target) =>
  target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("[data-tool], [data-menu], .menu")) : null;

/** @param {Element} bar @returns {HTMLElement[]} what the arrows lead to in a toolbar; menus have their own */
const stops = (bar) =>
  /** @type {HTMLElement[]} */ ([...bar.querySelectorAll("button, a")]).filter((each) => !each.closest(".menu"));

/** One stop of the Tab key for a whole toolbar: where one has been last. @param {Element} bar @param {EventTarget | null} at */
function rest(bar, at) {
  if (at instanceof Element && at.closest(".menu")) return;
  for (const each of stops(bar)) each.tabIndex = each === at ? 0 : -1;
}

/** @param {KeyboardEvent} event */
function moveAlong(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by || !(event.target instanceof HTMLElement) || event.target.closest(".menu")) return;
  const shown = stops(/** @type {Element} */ (event.currentTarget)).filter((each) => each.offsetParent && !each.matches(":disabled"));
  shown.at((shown.indexOf(event.target) + by) % shown.length)?.focus();
  event.preventDefault();
}
