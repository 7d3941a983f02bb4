/** The drafting page: one text, two languages, everybody in it at once. */
import { Acts } from "../editor/acts.js";
import { showKeys } from "../editor/dialogs.js";
import { el, icon, keepIcons, part, speaker } from "../editor/dom.js";
import { Find } from "../editor/find.js";
import { Grid } from "../editor/grid.js";
import { anywhere, onRow, whileWriting } from "../editor/keys.js";
import { connection, page, tab, takeOpening, tellPage, tellText } from "../editor/line.js";
import { Outbox } from "../editor/outbox.js";
import { Outline, showSide } from "../editor/panels.js";
import { LANGUAGES } from "../editor/rows.js";
import { DraftSync } from "../editor/sync.js";
import { Toolbar } from "../editor/toolbar.js";
import { actOf, hour, valuesOf } from "../lib/dom.js";
import { followLanguage } from "../lib/language.js";
import { parse } from "../lib/live.js";
import { showSoon } from "../lib/soon.js";
import { isTypedIn, renewWith } from "../lib/version.js";

/** @typedef {import("../editor/sync.js").Presence} Presence */
/** @typedef {import("../editor/sync.js").Refused} Refused */

const icons = keepIcons();
/** @returns {import("../editor/paragraph.js").Language} */
const spoken = () => (document.documentElement.lang === "en" ? "en" : "es");
const t = speaker(JSON.parse(part("#strings").textContent ?? ""), spoken());

const SAID_FOR = 12_000; // ms
const said = part("#said");
/** @type {ReturnType<typeof setTimeout> | undefined} */
let unsay;
/** Say something, politely; a refusal stands out. @param {string} sentence */
function say(sentence, refusal = false) {
  clearTimeout(unsay);
  said.textContent = sentence;
  said.title = sentence;
  said.classList.toggle("no", refusal);
  if (sentence) unsay = setTimeout(say, SAID_FOR, "");
}

/** Whether the page is being left because one may no longer be here. */
let gone = false;

/** Do something once, in the next frame, however often it is asked for before. @param {() => void} act */
function soon(act) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      if (!gone) act();
    });
  };
}

const sync = new DraftSync(connection, { ...page, tab, outbox: new Outbox({ memoryOnly: page.closed }), takeOpening });

/** The notice before the door closes stands over this page too. @param {string | undefined} html */
function showNotice(html) {
  const next = html ? parse(html) : null;
  if (next) document.getElementById("live-soon")?.replaceWith(next);
  else document.getElementById("live-soon")?.replaceChildren();
}
connection.on("joined", ({ fragments }) => showNotice(fragments.soon));
connection.on("fragment", ({ data }) => data.topic === "soon" && showNotice(data.html));
showSoon(connection);

/** The others who have the text open. @type {Presence[]} */
let people = [];
/** Those of them who have written while we watched: who only reads is not said to draft. @type {Set<string>} */
const drafting = new Set();
/** @type {Refused[]} */
let refused = [];

const grid = new Grid(part("#grid"), sync, t, spoken(), {
  key: (cell, event) => whileWriting(grid, acts, (name) => toolbar.do(name), cell, event),
  paste: (cell, text) => void acts.paste(cell, text),
});
const acts = new Acts(connection, sync, grid, t, say);
const find = new Find(part("#findbar"), grid, t);
const outline = part("#outline");
const contents = new Outline(outline, grid, t);

/** @type {Record<string, () => unknown>} */
const tools = {
  bracket: () => acts.bracket(),
  add: () => acts.add(),
  continuation: () => acts.add("continuation"),
  heading: () => acts.add("heading"),
  split: () => grid.writing && acts.split(grid.writing),
  indent: () => acts.level("indent"),
  outdent: () => acts.level("outdent"),
  up: () => acts.move("up"),
  down: () => acts.move("down"),
  delete: () => acts.remove(),
  undo: () => acts.undo(),
  redo: () => acts.redo(),
  find: () => find.open(),
  find_next: () => find.step(1),
  find_previous: () => find.step(-1),
  find_close: () => find.close(),
  copy_paragraph: () => acts.copy("paragraph", false),
  copy_paragraph_both: () => acts.copy("paragraph", true),
  copy_section: () => acts.copy("section", false),
  copy_section_both: () => acts.copy("section", true),
  row: () => go(grid.neighbour(1)?.id, grid.place?.language),
  language: () => go(grid.place?.id, grid.place?.language === "es" ? "en" : "es"),
  write,
  leave: () => grid.leave(),
  pending: () => acts.goToPending(),
  help: () => showKeys(t),
  outline: () => openOutline(!outline.classList.contains("open")),
};
const toolbar = new Toolbar(grid, acts, t, tools);

/** @param {string} [id] @param {import("../editor/paragraph.js").Language} [of] */
function go(id, of) {
  if (id) grid.select({ id, language: of ?? spoken() }, { focus: true });
}

/** On a narrow screen the outline lies over the text until something in it is chosen. @param {boolean} open */
function openOutline(open) {
  outline.classList.toggle("open", open);
  part('[data-tool="outline"]').ariaExpanded = String(open);
  if (open) outline.querySelector("a")?.focus();
}

function write() {
  if (!grid.place || grid.write(grid.place)) return;
  say(t(grid.row?.state === "adopted" ? "ui.draft.said.adopted" : "ui.draft.said.read_only"), true);
}

// What is shown beside the text ----------------------------------------------------------------

const refreshOutline = soon(() => contents.render());
const countMissing = soon(() => {
  for (const each of LANGUAGES) {
    const count = part("#grid").querySelectorAll(`.cell.${each}.empty`).length;
    part(`[data-lacks="${each}"]`).textContent = count ? t("ui.draft.lacks", { count }) : "";
  }
});

const refreshSide = soon(() =>
  showSide(part("#side"), grid, t, {
    people,
    refused,
    live: connection.contact === "live",
    mark: (state) => void acts.mark(state),
    copy: (text) => void acts.copyText(text),
    forget: (each) => {
      refused = refused.filter((other) => other !== each);
      refreshSide();
    },
    tool: (name) => toolbar.do(name),
  }),
);

function showPlace() {
  contents.showPlace();
  refreshSide();
  toolbar.refresh();
}

function showStructure() {
  grid.render();
  follow();
  showPeople();
  refreshOutline();
  countMissing();
  showPlace();
  find.lookAgain();
}

function showPeople() {
  const here = part("#here");
  for (const each of people) if (each.paragraph) drafting.add(each.id);
  /** @type {Map<string, Presence[]>} */
  const codes = new Map();
  for (const each of people) {
    if (drafting.has(each.id)) codes.set(each.delegation, [...(codes.get(each.delegation) ?? []), each]);
  }
  here.hidden = !codes.size;
  part("ul", here).replaceChildren(
    ...[...codes].map(([code, own]) => {
      const writing = own.some((each) => each.paragraph) ? " writing" : "";
      const names = own.map((each) => each.name).join(", ");
      return el("li", {}, el("abbr", { class: `iso${writing}`, title: names }, code));
    }),
  );
  for (const cell of grid.cells) {
    const own = people.filter((each) => each.paragraph === cell.paragraph.id && each.language === cell.language);
    cell.showCarets(own.map(({ id, delegation, name, anchor = 0, head = 0 }) => ({ id, delegation, name, anchor, head })));
  }
  refreshSide();
}

// The draft ------------------------------------------------------------------------------------

/** @type {Set<string>} */
const followed = new Set();

function follow() {
  for (const [id, paragraph] of sync.paragraphs) {
    if (followed.has(`${id} ${paragraph.clientId}`)) continue;
    followed.add(`${id} ${paragraph.clientId}`);
    paragraph.on("change", () => {
      contents.showWords(id);
      countMissing();
      if (grid.place?.id === id) refreshSide();
      find.lookAgain();
    });
  }
}

sync.on("structure", showStructure);

/** A link to a paragraph (`#p-…`), from the checks of the desk, leads to it once the text is there. */
function followLink() {
  const id = location.hash.startsWith("#p-") ? location.hash.slice(3) : "";
  if (!id || grid.element.hasAttribute("aria-busy")) return;
  grid.select({ id, language: spoken() }, { focus: true, center: true });
  history.replaceState(null, "", location.pathname);
}
sync.on("structure", followLink);
addEventListener("hashchange", followLink);
sync.on("paragraph", ({ paragraph }) => {
  grid.replace(paragraph);
  follow();
});
const standing = part("#standing");
sync.on("rights", ({ offDevice }) => {
  // The bar takes the colour of the door with it.
  standing.hidden = !offDevice && !page.closed;
  standing.dataset.mode = standing.hidden ? "open" : "closed";
  grid.refresh();
  showStructure();
});
sync.on("presence", (others) => {
  people = others;
  showPeople();
});
sync.on("refused", (each) => {
  refused = [each, ...refused];
  say(each.sentence || t("ui.draft.refused.title", { count: 1 }), true);
  refreshSide();
});
sync.on("status", showStatus);

grid.on("place", showPlace);
grid.on("first", (section) => void acts.addFirst(section));
grid.on("writing", (cell) => {
  toolbar.refresh();
  if (cell) showMe(cell);
  else sync.showCaret(null);
});
grid.on("moved", (cell) => cell === grid.writing && showMe(cell));

/** Tell the others where one writes. @param {import("../editor/cell.js").Cell} cell */
function showMe(cell) {
  const { anchor, head } = cell.selection;
  sync.showCaret({ paragraph: cell.paragraph.id, language: cell.language, anchor, head });
}

// Saved, or not ---------------------------------------------------------------------------------

const badge = part("#connection");
badge.hidden = false;
badge.setAttribute("aria-live", "off"); // every second word saved would be said aloud
const strip = part("#offline");

function showStatus() {
  const { unsent, sending, saved } = sync.status;
  const offline = connection.contact === "offline";
  const word = offline
    ? unsent
      ? t("ui.draft.status.offline_unsent", { count: unsent })
      : t("ui.draft.status.offline")
    : sending || unsent
      ? t("ui.draft.status.sending")
      : saved
        ? t("ui.draft.status.saved", { time: hour(saved, true) })
        : t(`ui.draft.status.${sync.structure ? "ready" : "loading"}`);
  part(".word", badge).textContent = word;
  part(".dot", badge).classList.toggle("hollow", offline);
  showStrip(offline, unsent);
}

/** @param {boolean} offline @param {number} unsent */
function showStrip(offline, unsent) {
  if (!offline) {
    if (!strip.hidden) say(t("ui.draft.said.back"));
    strip.hidden = true;
    return;
  }
  const since = t("ui.draft.offline.since", { time: hour(connection.since ?? connection.heardAt) });
  const sentence = unsent ? t("ui.draft.offline.unsent", { count: unsent }) : t("ui.draft.offline.write");
  if (strip.hidden) {
    const retry = el("button", { class: "btn", type: "button", onclick: () => connection.socket.disconnect().connect() }, t("ui.draft.offline.retry"));
    strip.replaceChildren(icon("wifioff"), el("p", {}, el("b", {}, since), " ", el("span")), retry);
    strip.hidden = false;
  }
  const shown = part("p span", strip);
  if (shown.textContent !== sentence) shown.textContent = sentence;
}

connection.on("contact", () => {
  showStatus();
  refreshSide();
});
/** @param {Event} event */
const warn = (event) => {
  if (sync.status.unsent || refused.length) event.preventDefault();
};
addEventListener("beforeunload", warn);
renewWith(connection, () => isTypedIn() || Boolean(grid.writing || sync.status.unsent || refused.length));

// Who may no longer be here leaves at once, and nothing of the text stays: no question, no words on the
// screen. What was typed before a door closed is in this device's outbox, and goes when they are back.
connection.on("bye", () => {
  gone = true;
  removeEventListener("beforeunload", warn);
  for (const each of document.querySelectorAll("dialog")) each.remove();
  for (const each of ["#grid", "#outline", "#side", "#said"]) part(each).replaceChildren();
  sync.close();
});

// Keys and pointers -----------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const inRow = event.target instanceof HTMLElement && event.target.role === "gridcell";
  if (anywhere((name) => toolbar.do(name), event) || (inRow && onRow(grid, (name) => toolbar.do(name), event))) {
    event.preventDefault();
  }
});
outline.addEventListener("click", (event) => {
  const id = event.target instanceof Element && event.target.closest("[data-go]")?.getAttribute("data-go");
  if (!id) return;
  event.preventDefault();
  openOutline(false);
  grid.select({ id, language: grid.place?.language ?? spoken() }, { focus: true, center: true });
});
outline.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  openOutline(false);
  grid.leave();
});
document.addEventListener("submit", async (event) => {
  const form = actOf(event);
  if (!form) return;
  event.preventDefault();
  const ack = await connection.command("person.language", valuesOf(form, event.submitter)).catch(() => null);
  if (!ack?.ok) say(ack?.sentence ?? t("ui.draft.said.offline"), true);
});

// The words of the page around the text change in place: nobody is taken out of the sentence they write.
followLanguage(connection, (topic, html) => topic === "soon" && showNotice(html));
document.addEventListener("language", (event) => {
  const { next } = /** @type {CustomEvent<{next: Document}>} */ (event).detail;
  t.learn(JSON.parse(part("#strings", next).textContent ?? ""), spoken());
  say("");
  grid.speak(spoken());
  showStructure();
  showStatus();
});

showStatus();
tellPage();
await icons;
await sync.open().catch((refusal) => say(refusal.sentence ?? refusal.message, true));
tellText();
showStatus();
