import { Idiomorph, io } from "../../vendor/live.js";
import { hour } from "../lib/dom.js";
import { showFloor } from "../lib/floor.js";
import { showGavel } from "../lib/gavel.js";
import { follow } from "../lib/live.js";
import { showRoom } from "../lib/room.js";

const connection = follow({ io, Idiomorph });
showFloor(connection);
showRoom(connection);
showGavel();

/** The bar and the foot say again what stands elsewhere on the page. */
function copy() {
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-copies]"))) {
    const source = document.querySelector(place.dataset.copies ?? "");
    const nodes = source ? [...source.cloneNode(true).childNodes] : [document.createTextNode(place.dataset.instead ?? "")];
    const made = document.createElement("span");
    made.append(...nodes);
    if (made.innerHTML !== place.innerHTML) place.replaceChildren(...made.childNodes);
    if (place instanceof HTMLButtonElement) wait(place, !source);
  }
}

/** A button that has nothing to open waits. @param {HTMLButtonElement} button @param {boolean} waits */
function wait(button, waits) {
  if (waits && button.ariaDisabled !== "true") {
    button.ariaDisabled = "true";
    button.setAttribute("data-held", "nothing");
  } else if (!waits && button.getAttribute("data-held") === "nothing") {
    button.ariaDisabled = null;
    button.removeAttribute("data-held");
  }
}
document.addEventListener("shown", copy);
copy();

/** The hour in the room, by the server's clock. */
const clock = /** @type {HTMLElement | null} */ (document.querySelector(".bar .hour"));
setInterval(() => {
  const now = hour(connection.serverNow());
  if (clock && clock.textContent !== now) clock.textContent = now;
}, 1_000);

/** Concluded items are folded until one wants to see them; which way is this device's affair. */
const agenda = document.querySelector(".stage > .agenda");
function showFold() {
  const unfolded = String(agenda?.classList.contains("unfolded") ?? false);
  agenda?.querySelector("[data-folds]")?.setAttribute("aria-expanded", unfolded);
}
agenda?.addEventListener("click", (event) => {
  if (!(event.target instanceof Element && event.target.closest("[data-folds]"))) return;
  agenda.classList.toggle("unfolded");
  showFold();
});

/** One paragraph at a time. Which one is this device's affair, so a push never moves the chair away from it. */
const stepper = document.getElementById("stepper");
const pick = /** @type {HTMLSelectElement} */ (document.getElementById("pick"));
/** The text before the chair: the outcome's, or the closed part's. */
const TEXT = document.getElementById("live-closed_draft") ? "closed_draft" : "draft";
const paragraphs = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(`#live-${TEXT} .paragraph`)]);
const DECIDED = new Set(["agreed", "ad_referendum", "adopted"]);
const isOpen = (/** @type {HTMLElement} */ each) => !DECIDED.has(each.dataset.state ?? "");

/** The paragraph the chair has chosen, and its place, in case somebody deletes it. */
let chosen = { id: location.hash.slice(1), at: 0 };

/** @param {HTMLElement[]} all */
const indexOf = (all) => {
  const at = all.findIndex((each) => each.id === chosen.id);
  return at >= 0 ? at : Math.min(chosen.at, all.length - 1);
};

function show() {
  const all = paragraphs();
  stepper?.toggleAttribute("hidden", all.length === 0);
  stepper?.parentElement?.classList.toggle("stepped", all.length > 0);
  const at = indexOf(all);
  chosen = { id: all[at]?.id ?? "", at: Math.max(at, 0) };
  for (const [index, each] of all.entries()) each.hidden = index !== at;
  list(all);
  for (const button of stepper?.querySelectorAll("button") ?? []) {
    button.disabled = target(button.dataset.step ?? "", all) === null;
  }
}

/** Keep the list of choices as it is while it says the same: it may be open under a finger. @param {HTMLElement[]} all */
function list(all) {
  const options = all.map((each) => {
    const words = [each.querySelector("h3"), each.querySelector(".st")].map((part) => part?.textContent?.trim() ?? "");
    return new Option(words.join(" · "), each.id);
  });
  const same = options.length === pick.options.length && options.every((each, index) => {
    const shown = pick.options[index];
    return shown?.value === each.value && shown.text === each.text;
  });
  if (!same) pick.replaceChildren(...options);
  pick.value = chosen.id;
}

/**
 * Where a step leads; null if nowhere.
 * @param {string} step
 * @param {HTMLElement[]} all
 */
function target(step, all) {
  const at = indexOf(all);
  if (step !== "open") return all[at + Number(step)] ?? null;
  return [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))].find(isOpen) ?? null;
}

/** @param {HTMLElement} paragraph */
function choose(paragraph) {
  chosen = { id: paragraph.id, at: 0 };
  show();
  document.querySelector(".paragraphs")?.scrollTo(0, 0);
}

/** All paragraphs open at the one before the room; without one, at the first that is not decided yet. */
let stepped = chosen.id !== "";
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element && event.target.closest("[data-view=all]"))) return;
  const all = paragraphs();
  const before = document.getElementById("live-room")?.dataset.paragraph;
  const at = all.find((each) => before && each.id === `p-${before}`) ?? (stepped ? undefined : all.find(isOpen));
  if (at) choose(at);
});

stepper?.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  const next = button && target(button.dataset.step ?? "", paragraphs());
  if (!next) return;
  stepped = true;
  choose(next);
});
pick.addEventListener("change", () => {
  const next = document.getElementById(pick.value);
  if (!next) return;
  stepped = true;
  choose(next);
});

/** What opens low in a list comes into view. `toggle` does not bubble. */
document.addEventListener("toggle", (event) => {
  if (event.target instanceof HTMLDetailsElement && event.target.open) event.target.lastElementChild?.scrollIntoView({ block: "nearest" });
}, true);

/** An adoption takes its dialog along: what has the focus next is the paragraph it was about. */
let adopting = false;
document.addEventListener("submit", (event) => {
  adopting = event.target instanceof Element && event.target.closest(`#live-${TEXT} dialog`) !== null;
});
function giveFocusBack() {
  if (!adopting || document.querySelector("dialog[open]")) return;
  adopting = false;
  if (document.activeElement === document.body) document.getElementById(chosen.id.replace("p-", "name-"))?.focus({ preventScroll: true });
}

/** An act at the door may take its own control along: what is read next is how things stand there now. */
let acted = "";
document.addEventListener("submit", (event) => {
  const form = event.target instanceof Element ? event.target.closest("#live-door form") : null;
  acted = form ? (form.closest("#hall-list") ? "hall-list-title" : form.closest("#hall") ? "hall-title" : "door-title") : "";
});
function readOn() {
  // The room's panel makes way once nobody asks to enter it.
  const title = document.getElementById(acted);
  const at = title?.closest("#hall.sr") ? document.getElementById("door-title") : title;
  at?.focus({ preventScroll: true });
  acted = "";
}
// `close` does not bubble; by then the focus is back on what had opened the dialog.
document.addEventListener("close", () => acted && readOn(), true);

const keepInSight = () => document.querySelector(".items > [aria-current]")?.scrollIntoView({ block: "nearest" });
document.addEventListener("shown", (event) => {
  const { topic } = /** @type {CustomEvent<{topic: string}>} */ (event).detail;
  if (topic === TEXT) {
    show();
    giveFocusBack();
  }
  if (topic === "agenda") {
    showFold();
    keepInSight();
  }
  if (topic !== "door") return;
  const open = document.querySelector("dialog[open]");
  if (acted && document.activeElement === document.body && (!open || open.querySelector(`#${acted}`))) readOn();
  // The way of closing that was chosen may be there no more.
  const ways = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll(".scope input")]);
  if (ways[0] && !ways.some((each) => each.checked)) ways[0].checked = true;
});
show();
window.addEventListener("resize", keepInSight);
keepInSight();
