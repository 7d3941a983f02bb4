import { ReplaceStep } from "../../vendor/editor.js";
import { cleanText } from "./clean.js";
import { schema } from "./schema.js";

/** @typedef {import("../../vendor/editor.js").EditorView} EditorView */
/** @typedef {import("../../vendor/editor.js").Transaction} Transaction */
/** @typedef {import("../../vendor/editor.js").Y.Text} YText */

/** Origin of what a person types in a cell; `Paragraph`'s undo takes back these changes only. */
export const TYPED = Symbol("typed");
/** Meta key of a transaction that shows what came from elsewhere. */
export const REMOTE = "remote";

/**
 * Keep a cell's view and its text alike, in both directions, until `unbind`.
 *
 * The view must show the text as it is now (`docOf(ytext.toString())`). While a character is being
 * composed (´ and a, an input method, dictation) what the others write reaches the text at once but
 * the screen only afterwards: the browser would drop the composition.
 *
 * @param {EditorView} view
 * @param {YText} ytext
 * @param {{origin?: unknown, onTransaction?: (tr: Transaction) => void}} [options]
 * @returns {Binding}
 */
export const bind = (view, ytext, options = {}) => new Binding(view, ytext, options);

export class Binding {
  /**
   * @param {EditorView} view
   * @param {YText} ytext
   * @param {{origin?: unknown, onTransaction?: (tr: Transaction) => void}} options
   */
  constructor(view, ytext, { origin = TYPED, onTransaction }) {
    this.view = view;
    this.ytext = ytext;
    this.origin = origin;
    this.onTransaction = onTransaction;
  }

  /** Stop. The view may be destroyed in a later task, never inside a callback of Yjs. */
  unbind() {}
}
