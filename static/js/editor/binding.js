import { ReplaceStep, TextSelection } from "../../vendor/editor.js";
import { cleanText } from "./clean.js";
import { schema } from "./schema.js";

/** @typedef {import("../../vendor/editor.js").EditorView} EditorView */
/** @typedef {import("../../vendor/editor.js").Node} Node */
/** @typedef {import("../../vendor/editor.js").Transaction} Transaction */
/** @typedef {import("../../vendor/editor.js").Y.Text} YText */
/** @typedef {import("../../vendor/editor.js").Y.YTextEvent} YTextEvent */
/** @typedef {{origin?: unknown, onTransaction?: (transaction: Transaction) => void}} Options */

/**
 * A stretch of the cell: as long on the screen as in the text where both have it, 0 long on the screen
 * what is not shown yet, 0 long in the text what is gone from it.
 * @typedef {{shown: number, written: number}} Stretch
 */

/** Origin of what a person types in a cell; `Paragraph`'s undo takes back these changes only. */
export const TYPED = Symbol("typed");
/** Meta key of a transaction that shows what came from elsewhere. */
export const REMOTE = "remote";

const LOOK_AGAIN = 50; // ms; twice that after a composition ProseMirror has read the last of it

/**
 * Keep a cell's view and its text alike, in both directions, until `unbind`.
 *
 * The view shows the text from now on, whatever it showed before; its `dispatchTransaction` belongs to
 * the binding, `onTransaction` is told of each transaction after it has been applied. The document is
 * never made anew: ProseMirror maps the person's selection through each change.
 *
 * While a character is being composed (´ and a, an input method, dictation) what the others write
 * reaches the text at once but the screen only afterwards: the browser would drop the composition.
 *
 * @param {EditorView} view
 * @param {YText} ytext
 * @param {Options} [options]
 */
export const bind = (view, ytext, options) => new Binding(view, ytext, options);

export class Binding {
  /** @type {Stretch[]} */
  #stretches;
  #writing = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #clock;
  #quiet = false;
  /** @param {YTextEvent} event */
  #observe = (event) => {
    if (this.#writing) return;
    this.#read(event.delta);
    this.#show();
  };

  /**
   * @param {EditorView} view
   * @param {YText} ytext
   * @param {Options} [options]
   */
  constructor(view, ytext, { origin = TYPED, onTransaction } = {}) {
    this.view = view;
    this.ytext = ytext;
    this.origin = origin;
    this.onTransaction = onTransaction;
    const shown = view.state.doc.textContent;
    this.#stretches =
      shown === ytext.toString()
        ? [{ shown: shown.length, written: shown.length }]
        : [{ shown: shown.length, written: 0 }, { shown: 0, written: ytext.length }];
    view.setProps({ dispatchTransaction: (transaction) => this.dispatch(transaction) });
    ytext.observe(this.#observe);
    this.#show();
  }

  /** Stop. The view may be destroyed in a later task, never inside a callback of Yjs. */
  unbind() {
    this.ytext.unobserve(this.#observe);
    clearTimeout(this.#clock);
  }

  /**
   * Apply a transaction to the view, and to the text what it changes.
   * @param {Transaction} transaction
   */
  dispatch(transaction) {
    const { state, transactions } = this.view.state.applyTransaction(transaction);
    this.view.updateState(state);
    for (const each of transactions) {
      if (each.docChanged && !each.getMeta(REMOTE)) this.#write(each);
      this.onTransaction?.(each);
    }
    if (!transaction.getMeta(REMOTE)) this.#show();
  }

  /**
   * What was changed on the screen, into the text.
   * @param {Transaction} transaction
   */
  #write(transaction) {
    this.#writing = true;
    try {
      const { doc } = this.ytext;
      if (!doc) throw new Error("a text outside of any document");
      doc.transact(() => {
        transaction.steps.forEach((step, index) => {
          if (!(step instanceof ReplaceStep)) throw new Error("a cell holds plain text only");
          this.#replace(transaction.docs[index], step);
        });
      }, this.origin);
    } finally {
      this.#writing = false;
    }
  }

  /**
   * @param {Node} before the document the step was made for
   * @param {ReplaceStep} step
   */
  #replace(before, step) {
    const old = before.textContent;
    let from = Math.max(step.from - 1, 0);
    let to = Math.min(step.to - 1, old.length);
    let text = step.slice.content.textBetween(0, step.slice.content.size);
    // Half a character is never written: the server refuses what parts a surrogate pair.
    if (cutsPair(old, from)) text = old[--from] + text;
    if (cutsPair(old, to)) text += old[to++];
    const cleaned = cleanText(text);
    const start = this.#cut(from, "shown");
    const end = this.#cut(to, "shown");
    const at = this.#stretches.slice(0, start).reduce((sum, each) => sum + each.written, 0);
    const unseen = [];
    let place = at;
    for (const each of this.#stretches.slice(start, end)) {
      if (each.shown === 0) {
        unseen.push(each);
        place += each.written;
      } else if (each.written) this.ytext.delete(place, each.written);
    }
    if (cleaned) this.ytext.insert(at, cleaned);
    const written =
      cleaned === text
        ? [{ shown: text.length, written: text.length }]
        : [{ shown: 0, written: cleaned.length }, { shown: text.length, written: 0 }];
    this.#stretches.splice(start, end - start, ...written, ...unseen);
  }

  /**
   * Note what has changed in the text and is not on the screen.
   * @param {YTextEvent["delta"]} delta
   */
  #read(delta) {
    let at = 0;
    for (const change of delta) {
      if (change.retain !== undefined) at += change.retain;
      else if (typeof change.insert === "string") {
        this.#stretches.splice(this.#cut(at, "written"), 0, { shown: 0, written: change.insert.length });
        at += change.insert.length;
      } else if (change.delete !== undefined) {
        const start = this.#cut(at, "written");
        const end = this.#cut(at + change.delete, "written");
        const gone = this.#stretches.slice(start, end).filter((each) => each.shown > 0);
        this.#stretches.splice(start, end - start, ...gone.map(({ shown }) => ({ shown, written: 0 })));
      }
    }
  }

  /** Show what is not shown yet, unless a composition is on: then look again until it is over. */
  #show() {
    if (this.#stretches.every((each) => each.shown === each.written)) return this.#settle();
    if (this.view.composing || this.#clock !== undefined) return this.#waitForComposition();
    catchUp(this.view);
    const { selection, tr: transaction } = this.view.state;
    transaction.setMeta(REMOTE, true);
    const text = this.ytext.toString();
    let [place, at] = [1, 0];
    for (const { shown, written } of this.#stretches) {
      if (shown === written) place += shown;
      else if (written) {
        transaction.insert(place, schema.text(text.slice(at, at + written)));
        place += written;
      } else transaction.delete(place, place + shown);
      at += written;
    }
    this.#settle();
    this.dispatch(keepPlace(transaction, selection));
  }

  #waitForComposition() {
    if (this.#clock !== undefined) return;
    this.#clock = setTimeout(() => {
      this.#clock = undefined;
      const quiet = !this.view.composing;
      if (quiet && this.#quiet) {
        this.#quiet = false;
        if (!this.view.isDestroyed) this.#show();
      } else {
        this.#quiet = quiet;
        this.#waitForComposition();
      }
    }, LOOK_AGAIN);
  }

  #settle() {
    const { length } = this.ytext;
    this.#stretches = [{ shown: length, written: length }];
  }

  /**
   * Part the stretches at a place of the screen or of the text. Returns the index of the first one
   * that begins there.
   * @param {number} place
   * @param {keyof Stretch} side
   */
  #cut(place, side) {
    let at = 0;
    for (const [index, each] of this.#stretches.entries()) {
      if (at >= place) return index;
      if (at + each[side] > place) {
        const head = place - at;
        this.#stretches.splice(
          index,
          1,
          { shown: each.shown && head, written: each.written && head },
          { shown: each.shown && each.shown - head, written: each.written && each.written - head },
        );
        return index + 1;
      }
      at += each[side];
    }
    return this.#stretches.length;
  }
}

/**
 * Take the caret, or what is selected, from where the browser has it: a busy one tells of its last move only after
 * the next key, or after what comes from others, and what is shown of that would take the caret back.
 * @param {EditorView} view
 */
export function catchUp(view) {
  const seen = globalThis.getSelection?.();
  if (!seen?.anchorNode || !seen.focusNode || view.composing || !view.hasFocus()) return;
  if (!view.dom.contains(seen.anchorNode) || !view.dom.contains(seen.focusNode)) return;
  const { doc, selection } = view.state;
  if (!(selection instanceof TextSelection) && !seen.isCollapsed) return; // all of the text
  /** @param {globalThis.Node} node @param {number} offset */
  const placeOf = (node, offset) => Math.min(Math.max(view.posAtDOM(node, offset), 1), doc.content.size - 1);
  const [anchor, head] = [placeOf(seen.anchorNode, seen.anchorOffset), placeOf(seen.focusNode, seen.focusOffset)];
  if (selection.anchor === anchor && selection.head === head) return;
  view.dispatch(view.state.tr.setSelection(TextSelection.create(doc, anchor, head)));
}

/**
 * Leave the selection with the words it is at. What others write just where the caret stands comes
 * behind it: whoever types there goes on behind their own last letter, and two who write in one place
 * both get whole words.
 * @param {Transaction} transaction what came from elsewhere
 * @param {import("../../vendor/editor.js").EditorView["state"]["selection"]} before
 */
function keepPlace(transaction, before) {
  if (!(before instanceof TextSelection)) return transaction;
  const { doc, mapping } = transaction;
  const [anchor, head] = [before.anchor, before.head].map((at) =>
    mapping.map(at, !before.empty && at === before.from ? 1 : -1),
  );
  return transaction.setSelection(TextSelection.create(doc, anchor, head));
}

/**
 * Whether a place lies between the two halves of a character.
 * @param {string} text
 * @param {number} at
 */
const cutsPair = (text, at) =>
  at > 0 && /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
