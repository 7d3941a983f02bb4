import {
  Decoration,
  DecorationSet,
  EditorState,
  EditorView,
  Plugin,
  PluginKey,
  TextSelection,
  baseKeymap,
  keymap,
} from "../../vendor/editor.js";
import { REMOTE, bind, catchUp } from "./binding.js";
import { el } from "./dom.js";
import { oneLine } from "./paste.js";
import { docOf } from "./schema.js";

/** @typedef {import("./paragraph.js").Paragraph} Paragraph */
/** @typedef {import("./paragraph.js").Language} Language */
/** @typedef {{id: string, delegation: string, name: string, anchor: number, head: number}} Caret of another person, in UTF-16 units */
/** @typedef {{from: number, to: number, current: boolean}} Hit a found word, in UTF-16 units */
/** @typedef {{carets: Caret[], hits: Hit[], brackets: [number, number][]}} Shown in positions of the text */
/** @typedef {"start" | "end" | number | {left: number, line: "first" | "last"}} Where */

/**
 * What a cell asks of the page around it.
 * @typedef {object} Around
 * @property {(cell: Cell) => boolean} writable
 * @property {(cell: Cell) => string} name "2 a) español"
 * @property {(cell: Cell, event: KeyboardEvent) => boolean} key whether the page has acted on it
 * @property {(cell: Cell, text: string) => void} paste
 * @property {(cell: Cell) => void} focused
 * @property {(cell: Cell) => void} blurred
 * @property {(cell: Cell) => void} moved the caret or the text is another
 */

/** @type {PluginKey<Shown>} */
const SHOWN = new PluginKey("shown");

/** One text of one paragraph on the screen: a view of ProseMirror, or plain text until it is needed. */
export class Cell {
  /** @type {EditorView | null} */
  view = null;
  /** @type {ReturnType<typeof bind> | null} */
  #binding = null;
  #composing = false;
  /** The first half of a character whose other half is still to come. */
  #half = "";
  /** @type {Caret[]} */
  #carets = [];
  /** @type {Hit[]} */
  #hits = [];
  #stopListening = () => {};

  /**
   * @param {Paragraph} paragraph
   * @param {Language} language
   * @param {HTMLElement} place the gridcell
   * @param {Around} around
   */
  constructor(paragraph, language, place, around) {
    this.paragraph = paragraph;
    this.language = language;
    this.place = place;
    this.around = around;
    this.#listen();
    this.#showPlain();
  }

  get text() {
    return this.paragraph.text(this.language).toString();
  }

  /** The selection in UTF-16 units of the text. */
  get selection() {
    const { anchor, head, from, to } = this.view?.state.selection ?? { anchor: 1, head: 1, from: 1, to: 1 };
    return { anchor: anchor - 1, head: head - 1, from: from - 1, to: to - 1 };
  }

  /** Make the view, if there is none yet. */
  mount() {
    if (this.view) return this.view;
    const view = new EditorView(null, {
      state: EditorState.create({ doc: docOf(this.text), plugins: [this.#plugin(), keymap(baseKeymap)] }),
      editable: () => this.around.writable(this),
      attributes: () => ({
        lang: this.language,
        spellcheck: "true",
        role: "textbox",
        // The arrows lead here, Tab leads out of the grid; where nothing can be written the row keeps the focus.
        ...(this.around.writable(this) ? { tabindex: "-1" } : {}),
        "aria-multiline": "true",
        "aria-readonly": String(!this.around.writable(this)),
        "aria-label": this.around.name(this),
      }),
    });
    this.place.querySelector(".plain")?.remove();
    this.place.append(view.dom);
    this.view = view;
    this.#bind();
    this.#decorate();
    return view;
  }

  /**
   * Show another object of the same paragraph, after its server refused what was typed in the old one.
   * @param {Paragraph} paragraph
   */
  rebind(paragraph) {
    this.#stopListening();
    this.paragraph = paragraph;
    this.#listen();
    if (!this.view) return this.#showPlain();
    this.#binding?.unbind();
    this.view.dom.blur();
    this.#bind();
    this.#tellEmpty();
  }

  /** The name or the right to write has changed. */
  refresh() {
    this.view?.setProps({});
  }

  /** Take the view down, in a later task: never inside a callback of Yjs or of a dispatch. */
  remove() {
    this.#stopListening();
    this.#binding?.unbind();
    const { view } = this;
    this.view = null;
    setTimeout(() => view?.destroy());
  }

  /**
   * Put the caret somewhere and write on.
   * @param {Where} where
   */
  focus(where) {
    const view = this.mount();
    const length = view.state.doc.content.size - 1;
    let at = length;
    if (where === "start") at = 1;
    else if (typeof where === "number") at = Math.min(where + 1, length);
    else if (where !== "end") {
      const edge = view.coordsAtPos(where.line === "first" ? 1 : length);
      at = view.posAtCoords({ left: where.left, top: (edge.top + edge.bottom) / 2 })?.pos ?? length;
    }
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, at)).scrollIntoView());
    view.focus();
  }

  /** Where the caret stands on the screen, to keep its column from row to row. */
  left() {
    return this.view ? this.view.coordsAtPos(this.view.state.selection.head).left : 0;
  }

  /**
   * Replace a stretch by plain text, as if it had been typed.
   * @param {string} text
   * @param {{from: number, to: number}} [at] the selection, if it is not said
   */
  insert(text, at = this.selection) {
    const view = this.mount();
    this.paragraph.undo(this.language).stopCapturing();
    view.dispatch(view.state.tr.insertText(text, at.from + 1, at.to + 1).scrollIntoView());
  }

  /** Put the selection one sees, or all of the text, in brackets; take them off where they stand just there. */
  bracket() {
    const view = this.mount();
    const { text } = this;
    let { from, to } = this.selection;
    // A selection that was left for another text is seen no more, and not meant.
    const isSeen = view.dom.contains(getSelection()?.anchorNode ?? null);
    if (from === to || !isSeen) [from, to] = [0, text.length];
    if (text[from - 1] === "[" && text[to] === "]") [from, to] = [from - 1, to + 1];
    const inner = text.slice(from, to);
    const enclosed = inner.startsWith("[") && inner.endsWith("]") && !/[[\]]/.test(inner.slice(1, -1));
    this.insert(enclosed ? inner.slice(1, -1) : `[${inner}]`, { from, to });
    const [start, end] = enclosed ? [from, to - 2] : [from + 1, to + 1];
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, start + 1, end + 1)));
  }

  /** @param {Caret[]} carets */
  showCarets(carets) {
    if (JSON.stringify(carets) === JSON.stringify(this.#carets)) return;
    this.#carets = carets;
    this.#decorate();
  }

  /** @param {Hit[]} hits */
  showHits(hits) {
    if (!hits.length && !this.#hits.length) return;
    this.#hits = hits;
    if (hits.length) this.mount();
    this.#decorate();
  }

  #bind() {
    if (!this.view) return;
    this.#binding = bind(this.view, this.paragraph.text(this.language), {
      onTransaction: (transaction) => {
        if (transaction.selectionSet || transaction.docChanged) this.around.moved(this);
      },
    });
    noteTimes(this.paragraph.undo(this.language));
  }

  #listen() {
    this.#stopListening = this.paragraph.on("change", ({ languages }) => {
      if (!languages.includes(this.language)) return;
      if (!this.view) this.#showPlain();
      this.#tellEmpty();
    });
    this.#tellEmpty();
  }

  #showPlain() {
    const shown = this.place.querySelector(".plain") ?? this.place.appendChild(el("div", { class: "plain" }));
    shown.textContent = this.text;
  }

  #tellEmpty() {
    this.place.classList.toggle("empty", !this.text.trim());
  }

  /** Show carets and found words where they are now; `Plugin.apply` moves them with the text. */
  #decorate() {
    if (!this.view) return;
    const shown = { carets: this.#carets, hits: this.#hits };
    catchUp(this.view);
    this.view.dispatch(this.view.state.tr.setMeta(SHOWN, shown).setMeta("addToHistory", false));
  }

  /**
   * Take dropped text where it falls; what was dragged within this cell leaves its old place.
   * @param {EditorView} view
   * @param {DragEvent} event
   */
  #drop(view, event) {
    event.preventDefault();
    const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
    const text = oneLine(event.dataTransfer?.getData("text/plain") ?? "");
    if (!at || !text || !view.editable) return true;
    const { tr } = view.state;
    if (view.dragging?.move) tr.deleteSelection();
    view.dispatch(tr.insertText(text, tr.mapping.map(at.pos)));
    view.dragging = null;
    return true;
  }

  /**
   * Put a character of two UTF-16 units together that comes by halves, as a key gives it in Firefox.
   * @param {EditorView} view
   * @param {InputEvent} event
   */
  #join(view, { data, inputType }) {
    if (inputType !== "insertText" || !data || !/^[\ud800-\udfff]$/.test(data)) return false;
    if (data < "\udc00") this.#half = data;
    else {
      const whole = this.#half + data;
      view.dispatch(view.state.tr.insertText(whole).scrollIntoView());
      this.#half = "";
    }
    return true;
  }

  #plugin() {
    const { around } = this;
    /** @type {ConstructorParameters<typeof Plugin<Shown>>[0]} */
    const spec = {
      key: SHOWN,
      state: {
        init: (_, state) => ({ carets: [], hits: [], brackets: bracketsIn(state.doc.textContent) }),
        apply: (transaction, shown, _, state) => {
          /** @type {Pick<Shown, "carets" | "hits"> | undefined} */
          const asked = transaction.getMeta(SHOWN);
          /** @param {number} at */
          const moved = (at) => transaction.mapping.map(Math.min(at, transaction.before.content.size - 2) + 1) - 1;
          /** @type {Pick<Shown, "carets" | "hits">} */
          const { carets, hits } = asked ?? {
            // Others count in their own text, which has their own words already: these move no caret.
            carets: transaction.getMeta(REMOTE)
              ? shown.carets
              : shown.carets.map((each) => ({ ...each, anchor: moved(each.anchor), head: moved(each.head) })),
            hits: shown.hits.map((each) => ({ ...each, from: moved(each.from), to: moved(each.to) })),
          };
          if (!transaction.docChanged && !asked && !transaction.getMeta("composed")) return shown;
          // New marks around a character being composed would break its composition.
          const brackets = this.#composing
            ? shown.brackets.map(([from, to]) => /** @type {[number, number]} */ ([moved(from), moved(to)]))
            : bracketsIn(state.doc.textContent);
          return { carets, hits, brackets };
        },
      },
      props: {
        decorations: (state) => DecorationSet.create(state.doc, decorations(SHOWN.getState(state), state.doc.content.size - 1)),
        handleKeyDown: (view, event) => {
          catchUp(view);
          return around.key(this, event);
        },
        handleTextInput: (_, from, to, text) => {
          if (text !== "[" || from === to) return false;
          this.bracket();
          return true;
        },
        handleDOMEvents: {
          // Before ProseMirror reads any HTML: text is all that a cell takes.
          paste: (_, event) => {
            event.preventDefault();
            around.paste(this, event.clipboardData?.getData("text/plain") ?? "");
            return true;
          },
          drop: (view, event) => this.#drop(view, event),
          beforeinput: (view, event) => {
            const joined = this.#join(view, event);
            if (joined) event.preventDefault();
            return joined;
          },
          focus: () => void around.focused(this),
          blur: () => void around.blurred(this),
          compositionstart: () => void (this.#composing = true),
          compositionend: () => {
            this.#composing = false;
            setTimeout(() => {
              const { view } = this;
              if (view && !view.composing) view.dispatch(view.state.tr.setMeta("composed", true));
            }, 100);
          },
        },
      },
    };
    return new Plugin(spec);
  }
}

/**
 * When something was typed, so that undo takes back typing and moving in the order of time.
 * @param {import("../../vendor/editor.js").Y.UndoManager} manager
 */
function noteTimes(manager) {
  /** @param {{stackItem: {meta: Map<any, any>}}} event */
  const note = ({ stackItem }) => void stackItem.meta.set("at", performance.now());
  manager.on("stack-item-added", note);
  manager.on("stack-item-updated", note);
}

/**
 * The stretches in square brackets: of nested ones the outermost; one that is still open is none.
 * @param {string} text
 * @returns {[number, number][]}
 */
function bracketsIn(text) {
  /** @type {[number, number][]} */
  const found = [];
  let depth = 0;
  let start = 0;
  for (const [at, unit] of [...text.matchAll(/[[\]]/g)].map((each) => /** @type {const} */ ([each.index, each[0]]))) {
    if (unit === "[") {
      if (!depth) start = at;
      depth += 1;
    } else if (depth) {
      depth -= 1;
      if (!depth) found.push([start, at + 1]);
    }
  }
  return found;
}

/**
 * @param {Shown | undefined} shown
 * @param {number} end last position of the text
 */
function decorations(shown, end) {
  if (!shown) return [];
  const inside = (/** @type {number} */ at) => Math.min(at + 1, end);
  const brackets = shown.brackets.map(([from, to]) => Decoration.inline(inside(from), inside(to), { class: "bracket" }));
  const hits = shown.hits.map(({ from, to, current }) =>
    Decoration.inline(inside(from), inside(to), { class: current ? "hit here-now" : "hit" }),
  );
  const carets = shown.carets.flatMap(({ id, delegation, anchor, head, name }) => [
    Decoration.widget(inside(head), () => caret(delegation, name), { key: `caret-${id}`, side: 10, ignoreSelection: true }),
    ...(anchor === head
      ? []
      : [Decoration.inline(inside(Math.min(anchor, head)), inside(Math.max(anchor, head)), { class: "caret-range" })]),
  ]);
  return [...brackets, ...hits, ...carets];
}

/**
 * Another person's caret: a line and the code of the delegation.
 * @param {string} delegation
 * @param {string} name
 */
const caret = (delegation, name) =>
  el("span", { class: "caret", "aria-hidden": "true", title: name }, el("b", {}, delegation));
