/** @typedef {import("./acts.js").Acts} Acts */
/** @typedef {import("./cell.js").Cell} Cell */
/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {(name: string) => void} Tool does what the button of that name does */

const PAUSE = 700; // milliseconds without a letter after which somebody is no longer typing
let typedAt = -Infinity;

/**
 * Keys while a row has the focus. Single letters act only here, so they collide neither with typing
 * nor with the browser (WCAG 2.1.4).
 * @param {Grid} grid
 * @param {Tool} tool
 * @param {KeyboardEvent} event
 * @returns {boolean} whether the key was ours
 */
export function onRow(grid, tool, event) {
  const { place } = grid;
  if (!place) return false;
  if (isTypedOn(event)) return true;
  if (event.key === "[") return done(() => tool("bracket")); // with AltGr, which is Ctrl and Alt, on many keyboards
  if (event.ctrlKey || event.metaKey) return false;
  if (event.altKey) {
    if (event.key === "ArrowUp") return done(() => tool("up"));
    if (event.key === "ArrowDown") return done(() => tool("down"));
    return false;
  }
  switch (event.key) {
    case "ArrowUp":
    case "ArrowDown": {
      const next = grid.neighbour(event.key === "ArrowUp" ? -1 : 1);
      if (next) grid.select({ id: next.id, language: place.language }, { focus: true });
      return true;
    }
    case "ArrowLeft":
      return done(() => grid.select({ id: place.id, language: "es" }, { focus: true }));
    case "ArrowRight":
      return done(() => grid.select({ id: place.id, language: "en" }, { focus: true }));
    case "Enter":
      return done(() => tool("write"));
    case "e":
    case "E":
      return done(() => tool("state"));
    case "n":
    case "N":
      return done(() => tool("pending"));
    case "?":
      return done(() => tool("help"));
    default:
      return false;
  }
}

/**
 * Keys while one writes in a cell.
 * @param {Grid} grid
 * @param {Acts} acts
 * @param {Tool} tool
 * @param {Cell} cell
 * @param {KeyboardEvent} event
 * @returns {boolean} whether the key was ours
 */
export function whileWriting(grid, acts, tool, cell, event) {
  const { place } = grid;
  const { view } = cell;
  if (!place || !view) return false;
  const { from, to } = cell.selection;
  if (event.key.length === 1) typedAt = event.timeStamp;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.altKey && !event.ctrlKey && event.key === "ArrowUp") return done(() => tool("up"));
  if (event.altKey && !event.ctrlKey && event.key === "ArrowDown") return done(() => tool("down"));
  // Here already: ProseMirror lets no Ctrl-Z pass on.
  if (!plain) return anywhere(tool, event) || event.key === "Enter";
  switch (nameOf(event)) {
    case "Escape":
      typedAt = -Infinity;
      return done(() => grid.leave());
    case "Enter":
      if (!event.shiftKey) void acts.enter(cell);
      return true;
    case "Tab":
      return done(() => tool(event.shiftKey ? "outdent" : "indent"));
    case "Backspace":
      return from === to && isEmpty(grid, place.id) && acts.mayChange ? done(() => tool("delete")) : false;
    case "ArrowRight": {
      const crosses = !event.shiftKey && place.language === "es" && from === to && to === cell.text.length;
      return crosses && grid.write({ id: place.id, language: "en" }, "start");
    }
    case "ArrowLeft": {
      const crosses = !event.shiftKey && place.language === "en" && from === to && from === 0;
      return crosses && grid.write({ id: place.id, language: "es" }, "end");
    }
    case "ArrowUp":
    case "ArrowDown": {
      const up = event.key === "ArrowUp";
      const next = grid.neighbour(up ? -1 : 1);
      if (event.shiftKey || from !== to || !next || !view.endOfTextblock(up ? "up" : "down")) return false;
      grid.write({ id: next.id, language: place.language }, { left: cell.left(), line: up ? "last" : "first" });
      return true;
    }
    default:
      return false;
  }
}

/**
 * Keys that act wherever one is on the page, but in a field.
 * @param {Tool} tool
 * @param {KeyboardEvent} event
 * @returns {boolean} whether the key was ours
 */
export function anywhere(tool, event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const key = event.key.toLowerCase();
  if (key === "f" && !event.shiftKey) return done(() => tool("find"));
  if (key === "c" && event.shiftKey) return done(() => tool("copy_paragraph"));
  if (event.target instanceof HTMLInputElement) return false; // a field has an undo of its own
  if (key === "z") return done(() => tool(event.shiftKey ? "redo" : "undo"));
  if (key === "y" && !event.shiftKey) return done(() => tool("redo"));
  return false;
}

/**
 * Whether a letter was meant for a text that has just been taken from its writer: adopted, deleted, or
 * the pen withdrawn. The fingers go on for a moment, and must not give commands.
 * @param {KeyboardEvent} event
 */
function isTypedOn(event) {
  if (event.key.length !== 1 || event.timeStamp - typedAt > PAUSE) return false;
  typedAt = event.timeStamp;
  return true;
}

/** What a key is called: WebKitGTK cannot name Tab with Shift, but knows where it lies. @param {KeyboardEvent} event */
const nameOf = (event) => (event.key === "Unidentified" && event.code === "Tab" ? "Tab" : event.key);

/** Whether a paragraph is empty in both languages. @param {Grid} grid @param {string} id */
const isEmpty = (grid, id) => {
  const texts = grid.sync.paragraphs.get(id)?.texts();
  return !!texts && !texts.es && !texts.en;
};

/** @param {() => void} act */
function done(act) {
  act();
  return true;
}
