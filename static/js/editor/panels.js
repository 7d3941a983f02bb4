import { el, icon } from "./dom.js";
import { LANGUAGES, STATES, STATE_MARK, belongs, block, firstWords, itemOf, nameOf, tally, worstState } from "./rows.js";

/** @typedef {import("./dom.js").Speak} Speak */
/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {import("./sync.js").Presence} Presence */
/** @typedef {import("./sync.js").Refused} Refused */
/** @typedef {import("./sync.js").Row} Row */
/** @typedef {import("./paragraph.js").Language} Language */

/** The outline: how far the text has come, and every item by its number and first words. */
export class Outline {
  /** The entry of each item, by its id. @type {Map<string, HTMLAnchorElement>} */
  #entries = new Map();

  /**
   * @param {HTMLElement} element
   * @param {Grid} grid
   * @param {Speak} t
   */
  constructor(element, grid, t) {
    this.element = element;
    this.grid = grid;
    this.t = t;
  }

  /** Show the structure as it is now. */
  render() {
    const { grid, t } = this;
    const { rows, sections } = grid.structure;
    const counted = tally(rows);
    const total = Object.values(counted).reduce((sum, each) => sum + each, 0);
    const decided = counted.agreed + counted.ad_referendum + counted.adopted;
    const shown = [...STATES].reverse().filter((state) => counted[state]);
    const bar = el("div", { class: "tally", "aria-hidden": "true" });
    for (const state of shown) {
      const share = bar.appendChild(el("i", { class: `t-${STATE_MARK[state]}` }));
      share.style.setProperty("flex-grow", String(counted[state])); // the policy allows no style attribute
    }
    const words = shown.map((state) =>
      el(
        "span",
        { class: `st st-${STATE_MARK[state]}` },
        icon(STATE_MARK[state]),
        t(`ui.draft.tally.${state}`, { count: counted[state] }),
      ),
    );
    this.#entries.clear();
    const lists = sections.flatMap((section) => [
      el("h2", { class: "label" }, section[`title_${grid.language}`]),
      el("ul", {}, ...rows.filter((row) => row.section === section.id && !belongs(row)).map((row) => this.#entry(row))),
    ]);
    const scrolled = this.element.scrollTop;
    this.element.replaceChildren(
      el(
        "header",
        {},
        el("p", {}, el("b", {}, String(decided)), ` ${t("ui.draft.progress", { count: total })}`),
        bar,
        el("div", { class: "tallies" }, ...words),
      ),
      ...lists,
    );
    this.element.scrollTop = scrolled;
    this.showPlace();
  }

  /** Show where one is. */
  showPlace() {
    const { structure, place } = this.grid;
    const here = place && this.#entries.get(itemOf(structure.rows, place.id)?.id ?? "");
    const before = this.element.querySelector("[aria-current]");
    if (before === here) return;
    before?.removeAttribute("aria-current");
    here?.setAttribute("aria-current", "location");
    here?.scrollIntoView({ block: "nearest" });
  }

  /** Show a paragraph's first words as they are now. @param {string} id */
  showWords(id) {
    const entry = this.#entries.get(id);
    if (!entry) return;
    const own = this.grid.sync.paragraphs.get(id)?.text(this.grid.language).toString().trim();
    const words = firstWords(own || this.t(`ui.draft.empty.${this.grid.language}`));
    const shown = entry.children[1];
    if (shown.textContent === words) return;
    shown.textContent = words;
    shown.classList.toggle("missing", !own);
  }

  /** @param {Row} row */
  #entry(row) {
    const { rows } = this.grid.structure;
    const state = worstState(block(rows, row.id));
    const entry = el(
      "a",
      { href: `#r-${row.id}`, "data-go": row.id },
      el("span", { class: "n" }, nameOf(rows, row, this.grid.language)),
      el("span", { class: "t" }),
      row.kind !== "heading" &&
        el("span", { class: `st st-${STATE_MARK[state]}` }, icon(STATE_MARK[state]), el("span", { class: "sr" }, this.t(`ui.state.${state}`))),
    );
    this.#entries.set(row.id, entry);
    this.showWords(row.id);
    return el("li", {}, entry);
  }
}

/**
 * What can be said and done about the paragraph one is in.
 * @param {HTMLElement} element
 * @param {Grid} grid
 * @param {Speak} t
 * @param {{people: Presence[], refused: Refused[], live: boolean, mark: (state: string) => void, copy: (text: string) => void, forget: (refused: Refused) => void, tool: (name: string) => void}} about
 */
export function showSide(element, grid, t, about) {
  const { row } = grid;
  const focused = document.activeElement?.closest("#side") && document.activeElement.getAttribute("data-keep");
  element.replaceChildren(
    ...(about.refused.length ? [refusals(grid, t, about)] : []),
    row ? selected(row, grid, t, about) : nothing(t),
  );
  if (focused) /** @type {HTMLElement | null} */ (element.querySelector(`[data-keep="${focused}"]`))?.focus();
}

/** @param {Speak} t */
const nothing = (t) =>
  el(
    "section",
    { class: "empty" },
    icon("file"),
    el("p", {}, el("b", {}, t("ui.draft.panel.none"))),
    el("p", { class: "small" }, t("ui.draft.panel.none_hint")),
  );

/** @param {Row} row @param {Grid} grid @param {Speak} t @param {Parameters<typeof showSide>[3]} about */
function selected(row, grid, t, { people, live, mark, tool }) {
  const { structure, language } = grid;
  const section = structure.sections.find((each) => each.id === row.section);
  const title = `${t(`ui.draft.kind.${row.kind}`)} ${nameOf(structure.rows, row, language).replace(/ \+$/, "")}`.trim();
  const here = people.filter((each) => each.paragraph === row.id);
  return el(
    "section",
    { "aria-labelledby": "side-title" },
    el("h2", { id: "side-title" }, title, el("span", { class: "push" }, section?.[`title_${language}`])),
    ...(row.kind === "heading" ? [] : [el("h3", { class: "label" }, t("ui.draft.panel.state")), states(row, grid, t, live, mark)]),
    el("h3", { class: "label" }, t("ui.draft.panel.text")),
    el("ul", { class: "lacks" }, ...LANGUAGES.map((each) => lack(row, each, grid, t))),
    el("h3", { class: "label" }, t("ui.draft.panel.people")),
    here.length
      ? el(
          "ul",
          { class: "who" },
          ...here.map((each) =>
            el("li", {}, el("span", { class: "iso" }, each.delegation), each.name, el("span", { class: "muted" }, t(`ui.draft.language.${each.language}`))),
          ),
        )
      : el("p", { class: "small muted" }, t("ui.draft.panel.nobody")),
    el(
      "p",
      { class: "acts" },
      ...["copy_paragraph", "copy_paragraph_both"].map((name) =>
        el("button", { class: "btn quiet", type: "button", "data-keep": name, onclick: () => tool(name) }, icon("copy"), t(`ui.draft.act.${name}`)),
      ),
    ),
  );
}

/** @param {Row} row @param {Grid} grid @param {Speak} t @param {boolean} live @param {(state: string) => void} mark */
function states(row, grid, t, live, mark) {
  if (row.state === "adopted") {
    return el("p", {}, grid.stateMark("adopted"), el("span", { class: "small muted" }, ` ${t("ui.draft.panel.adopted")}`));
  }
  if (!grid.sync.may.includes("paragraph:mark")) {
    return el("div", {}, el("p", {}, grid.stateMark(row.state)), el("p", { class: "small muted" }, t("ui.draft.panel.state_elsewhere")));
  }
  const buttons = STATES.filter((state) => state !== "adopted").map((state) =>
    el(
      "button",
      {
        class: `st-${STATE_MARK[state]}`,
        type: "button",
        role: "radio",
        "data-keep": `state-${state}`,
        "aria-checked": String(state === row.state),
        disabled: !live,
        onclick: () => mark(state),
      },
      icon(STATE_MARK[state]),
      t(`ui.state.${state}`),
    ),
  );
  return el("div", { class: "states", role: "radiogroup", "aria-label": t("ui.draft.panel.state") }, ...buttons);
}

/** What a language has, and what it lacks. @param {Row} row @param {Language} each @param {Grid} grid @param {Speak} t */
function lack(row, each, grid, t) {
  const text = grid.sync.paragraphs.get(row.id)?.text(each).toString().trim() ?? "";
  const name = t(`ui.draft.language.${each}`);
  const language = name[0].toUpperCase() + name.slice(1);
  if (!text) return el("li", { class: "warn" }, icon("warn"), t(`ui.draft.empty.${each}`));
  if (/[[\]]/.test(text)) return el("li", { class: "warn" }, icon("brk"), t("ui.draft.panel.brackets", { language }));
  return el("li", { class: "fine" }, icon("check"), t("ui.draft.panel.written", { language, count: text.split(/\s+/).length }));
}

/** @param {Grid} grid @param {Speak} t @param {Parameters<typeof showSide>[3]} about */
function refusals(grid, t, { refused, copy, forget }) {
  const articles = refused.map((each, index) => {
    const row = grid.structure.rows.find(({ id }) => id === each.paragraph);
    const name = row ? nameOf(grid.structure.rows, row, grid.language) : t("ui.draft.refused.gone");
    const texts = LANGUAGES.filter((language) => each.texts[language] !== undefined);
    return el(
      "article",
      {},
      el("p", { class: "small" }, el("b", {}, name), `: ${each.sentence || t("ui.draft.refused.elsewhere")}`),
      ...texts.map((language) => el("p", { class: "doc", lang: language }, each.texts[language])),
      el(
        "p",
        { class: "acts" },
        el(
          "button",
          { class: "btn", type: "button", "data-keep": `refused-${index}`, onclick: () => copy(texts.map((language) => each.texts[language]).join("\n")) },
          icon("copy"),
          t("ui.draft.refused.copy"),
        ),
        el("button", { class: "btn quiet", type: "button", onclick: () => forget(each) }, t("ui.draft.refused.forget")),
      ),
    );
  });
  return el(
    "section",
    { class: "refused", "aria-labelledby": "refused-title" },
    el("h2", { id: "refused-title" }, icon("warn"), t("ui.draft.refused.title", { count: refused.length })),
    ...articles,
  );
}
