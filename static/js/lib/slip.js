/**
 * Taps nobody meant: the second of a double tap or double click, when what lies there has become something else, and
 * a press on a button that was given another meaning before it was let go. Keys do not slip.
 */

const SAME_HAND = 500; // ms within which a second tap in one place is of the same hand
const SAME_PLACE = 30; // px
const UNSEEN = 300; // ms in which nobody has read what has just changed

/** @type {{ form: Element | null, meaning: string, x: number, y: number, finger: boolean, clicks: number } | null} the last press */
let pressed = null;
/** What was last done by pointer, where and when. */
let done = { at: 0, x: 0, y: 0, meaning: "" };
/** When a form came to mean something else. @type {WeakMap<HTMLFormElement, number>} */
const changed = new WeakMap();

document.addEventListener("pointerdown", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form[data-act]") : null;
  pressed = { form, meaning: meaningOf(form), x: event.clientX, y: event.clientY, finger: event.pointerType !== "mouse", clicks: 1 };
}, true);
document.addEventListener("click", (event) => {
  if (pressed) pressed.clicks = event.detail; // of a mouse the system says what a double click is
}, true);
document.addEventListener("keydown", () => (pressed = null), true);

/** What a form would do: its command and what it names, without what is typed or chosen. @param {Element | null} form */
function meaningOf(form) {
  if (!(form instanceof HTMLFormElement)) return "";
  const named = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input[type=hidden]"));
  return [form.action, ...[...named].map((each) => `${each.name}=${each.value}`)].join("\n");
}

/** The form names something else from now on. @param {HTMLFormElement | null} form */
export function noteChange(form) {
  if (form) changed.set(form, Date.now());
}

/**
 * Whether an act, or the opening or closing of a dialog, is a slip; if it is none, it counts as done.
 * `data-repeats` on a form: tapped in quick succession on purpose. `data-steady`: what it names is read first.
 * @param {HTMLFormElement | null} form
 * @param {string} [opens] the dialog, where nothing is sent
 */
export function isSlip(form, opens = "") {
  const press = pressed;
  pressed = null;
  if (!press) return false;
  const meaning = form ? meaningOf(form) : opens;
  const now = Date.now();
  const near = Math.hypot(press.x - done.x, press.y - done.y) < SAME_PLACE;
  const again = press.finger ? now < done.at + SAME_HAND : press.clicks > 1;
  if (again && near && meaning !== done.meaning && form?.dataset.repeats === undefined) return true;
  if (form && press.form === form && press.meaning !== meaning) return true;
  if (press.finger && form?.dataset.steady !== undefined && now < (changed.get(form) ?? 0) + UNSEEN) return true;
  done = { at: now, x: press.x, y: press.y, meaning };
  return false;
}
