/**
 * The paragraph before the room on the chair's page: results, the few seconds in which one is taken back, the
 * dialogs that name delegations, and the view of all paragraphs in the same place.
 */

/** @typedef {import("./connection.js").Connection} Connection */

const TICK = 200; // ms
const LASTS = 8_000; // ms a result can be taken back, by the server's clock
const READ_FOR = 1_000; // ms a text that has just changed is there to be read before a result is recorded on it

const panel = document.getElementById("text");
const room = () => document.getElementById("live-room");

/** @param {Connection} connection */
export function showRoom(connection) {
  const tick = () => countDown(connection.serverNow());
  setInterval(tick, TICK);
  document.addEventListener("click", onClick);
  document.addEventListener("click", pick, true);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("change", (event) => {
    const form = event.target instanceof HTMLInputElement ? event.target.closest("form[data-names]") : null;
    if (form instanceof HTMLFormElement) name(form);
  });
  document.addEventListener("reset", (event) => {
    const form = event.target;
    if (form instanceof HTMLFormElement && form.dataset.names) queueMicrotask(() => name(form));
  });
  document.addEventListener("shown", (event) => {
    if (/** @type {CustomEvent<{topic: string}>} */ (event).detail.topic !== "room") return;
    seeWhatChanged();
    arrive();
    nameAll();
    tick();
  });
  if (/^#(all|p-)/.test(location.hash)) view("all");
  nameAll();
  tick();
}

/* Two views of one place: what is before the room, and all paragraphs */

/** @param {"room" | "all"} which */
function view(which) {
  if (panel) panel.dataset.shows = which;
}

/** @param {MouseEvent} event */
function onClick(event) {
  const control = event.target instanceof Element ? event.target.closest("[data-view]") : null;
  if (!(control instanceof HTMLElement)) return;
  const which = control.dataset.view === "all" ? "all" : "room";
  view(which);
  document.getElementById(which === "all" ? "all-title" : "room-title")?.focus({ preventScroll: true });
}

/** The paragraph this chair has just put before the room from among all: the page follows it there. */
let awaited = "";

function arrive() {
  if (!awaited || room()?.dataset.paragraph !== awaited) return;
  awaited = "";
  view("room");
  document.getElementById("room-title")?.focus({ preventScroll: true });
}

/* A text that changes under the finger */

let known = { paragraph: "", digest: "", at: 0 };

/** The digest a result would name: of the texts shown now. */
const digest = () => room()?.querySelector(".result input[name=digest]")?.getAttribute("value") ?? "";

function seeWhatChanged() {
  const shown = { paragraph: room()?.dataset.paragraph ?? "", digest: digest(), at: known.at };
  if (shown.digest && (shown.paragraph !== known.paragraph || shown.digest !== known.digest)) shown.at = Date.now();
  known = shown;
}

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const command = form.action.split("/").at(-1);
  if (command === "room.put" && isAsked(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (command === "room.put" && form.closest(".all")) {
    awaited = String(new FormData(form).get("paragraph") ?? "");
    queueMicrotask(arrive);
  }
  const unread = command === "paragraph.decide" && !form.closest("dialog") && Date.now() < known.at + READ_FOR;
  if (unread || event.submitter?.ariaDisabled === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

/* Before observers see a text */

const ASKED = "before-observers"; // the sitting in which it has been asked on this device

/** @type {{ form: HTMLFormElement, paragraph: string } | null} what is put once it has been confirmed */
let held = null;

/** @param {HTMLFormElement} form */
const paragraphOf = (form) => String(new FormData(form).get("paragraph") ?? "");

/** Whether the chair is first asked if observers may see what it puts before the room. @param {HTMLFormElement} form */
function isAsked(form) {
  const dialog = document.getElementById("before-observers");
  if (!(dialog instanceof HTMLDialogElement)) return false;
  const asked = `${document.documentElement.dataset.session} ${dialog.dataset.sitting}`;
  if (sessionStorage.getItem(ASKED) === asked) return false;
  held = { form, paragraph: paragraphOf(form) };
  dialog.showModal();
  const puts = /** @type {HTMLElement} */ (dialog.querySelector("[data-puts]"));
  puts.onclick = () => {
    sessionStorage.setItem(ASKED, asked);
    dialog.close();
    // What the form names may have changed while one read: then it is for another tap.
    if (held?.form.isConnected && paragraphOf(held.form) === held.paragraph) held.form.requestSubmit();
    held = null;
  };
  return true;
}

/* Dialogs that name delegations */

/** A button says whom it names; without anybody it waits. @param {HTMLFormElement} form */
function name(form) {
  const chosen = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[name=delegations]:checked")]);
  const names = new Intl.ListFormat(document.documentElement.lang).format(chosen.map((each) => each.dataset.name ?? ""));
  const button = form.querySelector("[data-records]");
  if (!(button instanceof HTMLElement)) return;
  const said = names ? (form.dataset.names ?? "").replace("{names}", names) : (form.dataset.nobody ?? "");
  if (button.textContent !== said) button.textContent = said;
  const held = button.getAttribute("data-held");
  if (!names && button.ariaDisabled !== "true") {
    button.ariaDisabled = "true";
    button.setAttribute("data-held", "names");
  } else if (names && held === "names") {
    button.ariaDisabled = null;
    button.removeAttribute("data-held");
  }
}

function nameAll() {
  for (const form of document.querySelectorAll("form[data-names]")) if (form instanceof HTMLFormElement) name(form);
}

/** From a delegation's own dialog to the one that records its position. @param {MouseEvent} event */
function pick(event) {
  const control = event.target instanceof Element ? event.target.closest("[data-picks]") : null;
  if (!(control instanceof HTMLElement) || control.ariaDisabled === "true") return;
  const dialog = document.getElementById(control.dataset.in ?? "");
  if (!(dialog instanceof HTMLDialogElement)) return;
  control.closest("dialog")?.close(); // first: the focus goes back to the tile, and from there to the next dialog
  for (const box of dialog.querySelectorAll("input[name=delegations]")) {
    if (box instanceof HTMLInputElement) box.checked = box.value === control.dataset.picks;
  }
  nameAll();
  dialog.showModal();
}

/* The way back */

/** What has been said once is not said again. */
let said = document.querySelector("#live-room .undo")?.id ?? "";

/** @param {number} now of the server, milliseconds */
function countDown(now) {
  const undo = document.querySelector("#live-room .undo");
  if (!(undo instanceof HTMLElement)) return;
  const left = Math.min(Number(undo.dataset.until) - now, LASTS);
  if (left <= 0 && undo.contains(document.activeElement)) document.getElementById("room-title")?.focus({ preventScroll: true });
  undo.hidden = left <= 0;
  undo.style.setProperty("--left", String(Math.max(0, left / LASTS)));
  const seconds = undo.querySelector(".seconds");
  const shown = String(Math.max(0, Math.ceil(left / 1000)));
  if (seconds && seconds.textContent !== shown) seconds.textContent = shown;
  if (said === undo.id || left <= 0) return;
  said = undo.id;
  const status = document.getElementById("undo-said");
  if (status) status.textContent = `${undo.querySelector("p")?.textContent ?? ""} ${status.dataset.how ?? ""}`;
}
