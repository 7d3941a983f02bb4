/**
 * The drafting page's line, in a script of its own: it is opened, the session joined and the text asked for
 * while the rest of the page's script is still on its way. What comes meanwhile is held for it.
 */
import { io } from "../../vendor/live.js";
import { connect } from "../lib/connection.js";

export * from "../lib/connection.js"; // the rest of the page shares it: `vendor-src/bundle.js`

/** @typedef {import("../lib/connection.js").Answer} Answer */

/** What the page as such is told, and what its text is. */
const OF_PAGE = ["joined", "fragment"];
const OF_TEXT = ["event", "draft.updates", "draft.presence", "draft.rights"];

export const page = JSON.parse(document.getElementById("page")?.textContent ?? "");
export const tab = [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
export const connection = connect({ io, session: page.session, page: page.closed ? "closed_draft" : "draft", topics: ["soon"] });

/** @type {[string, unknown][]} */
let held = [];
const silences = new Map([...OF_PAGE, ...OF_TEXT].map((name) => [name, connection.on(name, (data) => held.push([name, data]))]));
/** @type {Promise<Answer> | null} */
let opening = null;

// In one breath with the join, which goes before it: a desk answers in the order it was asked.
const open = () => {
  opening = connection.ask("draft.open", { draft: page.draft, tab, texts: true });
  opening.catch(() => {}); // whoever takes it hears of it
};
connection.socket.on("connect", open);
const unwatch = connection.on("lost", () => {
  opening = null;
  held = [];
});

/** The answer to the opening of the draft that is under way or has come, once. */
export function takeOpening() {
  const taken = opening;
  opening = null;
  connection.socket.off("connect", open);
  unwatch();
  return taken;
}

/** @param {string[]} names */
function release(names) {
  for (const name of names) silences.get(name)?.();
  const due = held.filter(([name]) => names.includes(name));
  held = held.filter(([name]) => !names.includes(name));
  for (const [name, data] of due) connection.emit(name, data);
}

/** The page listens now: it is told what has come for it. */
export const tellPage = () => release(OF_PAGE);
/** The text is open now: it is told what has come for it. What it has heard already changes nothing. */
export const tellText = () => release(OF_TEXT);
