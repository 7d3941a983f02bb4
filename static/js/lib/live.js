/**
 * What every live page does: shows the server's fragments as they come, sends acts over the page's
 * connection, says when the connection is lost. A page is whole without it; this keeps it current.
 */
import { connect } from "./connection.js";
import { actOf, hour, valuesOf } from "./dom.js";
import { followLanguage } from "./language.js";
import { isSlip, noteChange } from "./slip.js";
import { showSoon } from "./soon.js";
import { isTypedIn, renewWith } from "./version.js";

/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {typeof import("../../vendor/live.js").Idiomorph} Morph */

/** The one policy of the site: HTML that our own server has rendered and escaped. */
// @ts-ignore: not in the types of the DOM yet
const fragments = globalThis.trustedTypes?.createPolicy("fragments", { createHTML: (/** @type {string} */ html) => html });

/**
 * Connect the page and keep it current.
 * @param {object} page
 * @param {import("./connection.js").Io} page.io of the page's one bundle
 * @param {Morph} page.Idiomorph
 * @param {(path: string) => void} [page.leave] what the page does when it must be left
 * @returns {Connection}
 */
export function follow({ io, Idiomorph, leave }) {
  const { session, page } = document.documentElement.dataset;
  const topics = [...document.querySelectorAll("[data-live]")].map((each) => each.getAttribute("data-live") ?? "");
  const shown = JSON.parse(document.getElementById("shown")?.textContent ?? "{}");
  const connection = connect({ io, session: session ?? "", page: page ?? "", topics, shown, leave });
  connection.on("joined", ({ fragments: shown }) => {
    for (const [topic, html] of Object.entries(shown)) show(topic, html, Idiomorph);
  });
  connection.on("fragment", ({ data }) => show(data.topic, data.html, Idiomorph));
  connection.on("contact", () => tell(connection));
  followLanguage(connection, (topic, html) => show(topic, html, Idiomorph));
  document.addEventListener("language", () => {
    connection.shown = {}; // those were in the other language
    tell(connection);
  });
  showSoon(connection);
  if (page !== "screen") renewWith(connection, isTypedIn); // a screen sees to it itself
  document.addEventListener("submit", (event) => void act(event, connection));
  document.addEventListener("submit", (event) => stay(event, connection), true);
  document.addEventListener("click", openOrClose);
  return connection;
}

/** A page the browser has kept whole may show what its reader may no longer see: it is asked for again. */
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

/**
 * Show a topic, and tell the page's own module: `shown` on the document.
 * @param {string} topic
 * @param {string} html empty if this person may no longer have it
 * @param {Morph} Idiomorph
 */
export function show(topic, html, Idiomorph) {
  const section = document.getElementById(`live-${topic}`);
  if (!section) return;
  const before = section.contains(document.activeElement) ? document.activeElement : null;
  if (html) morph(section, html, Idiomorph);
  else section.replaceChildren();
  document.dispatchEvent(new CustomEvent("shown", { detail: { topic } }));
  if (before) keepFocus(section, before);
}

/**
 * What had the focus has gone with what was done, or can do no more: the place itself takes it, so that the
 * keyboard goes on there.
 * @param {HTMLElement} section
 * @param {Element} before
 */
function keepFocus(section, before) {
  if (before.isConnected && before.checkVisibility() && !before.matches(":disabled")) return;
  const at = document.activeElement;
  if (at && at !== before && at !== document.body) return;
  const titles = [.../** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("h2, h3"))];
  const next = titles.find((each) => each.checkVisibility()) ?? section;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
}

/** The element of a fragment. @param {string} html */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = fragments ? fragments.createHTML(html) : html;
  return template.content.firstElementChild;
}

/**
 * @param {HTMLElement} section
 * @param {string} html
 * @param {Morph} Idiomorph
 */
function morph(section, html, Idiomorph) {
  const next = parse(html);
  if (!next) return;
  Idiomorph.morph(section, next, {
    morphStyle: "outerHTML",
    // Of what has the focus only a field keeps what is in it; a button must say what it now does.
    ignoreActiveValue: document.activeElement?.matches("input, textarea, select") ?? false,
    callbacks: {
      // What the person has opened, typed or chosen stays; what the server refused stays said.
      beforeAttributeUpdated: (name, node) =>
        !(name === "open" && opens(node)) &&
        !(name === "value" && isTyped(node)) &&
        !(name === "selected" && node instanceof HTMLOptionElement) &&
        name !== "checked",
      beforeNodeMorphed: (node, next) => {
        if (holds(node, next)) return false;
        if (node instanceof HTMLInputElement && node.type === "hidden" && node.value !== /** @type {HTMLInputElement} */ (next).value) noteChange(node.form);
        return true;
      },
      beforeNodeRemoved: (node) => !(node instanceof Element && node.matches("form > .refusal")),
    },
  });
}

const opens = (/** @type {Element} */ node) => node instanceof HTMLDialogElement || node instanceof HTMLDetailsElement;

const isTyped = (/** @type {Element} */ node) =>
  (node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement) && node.value !== node.defaultValue;

/**
 * An open dialog goes on naming what it was opened on: a text that changes behind it is then refused by
 * its digest, not adopted unseen. What it would name now is kept for when it is closed.
 * @type {Map<HTMLInputElement, string>}
 */
const held = new Map();

/**
 * @param {Node} node
 * @param {Node} next
 */
function holds(node, next) {
  if (!(node instanceof HTMLInputElement && next instanceof HTMLInputElement) || node.type !== "hidden") return false;
  if (!node.closest("dialog[open]")) return false;
  if (node.form && refused.has(node.form)) {
    if (node.value !== next.value) {
      refused.delete(node.form);
      readUntil.set(node.form, Date.now() + READ_FOR);
    }
    return false;
  }
  held.set(node, next.value);
  return true;
}

/**
 * Forms that show themselves what they name (`data-renews`: the heading to read again), and were refused
 * because that had changed: what has come since, or comes next, is what they name from then on.
 * @type {WeakSet<HTMLFormElement>}
 */
const refused = new WeakSet();
/** When such a form may be sent again: not by the second tap of the same hand. @type {WeakMap<HTMLFormElement, number>} */
const readUntil = new WeakMap();
const READ_FOR = 1_000; // ms

/** @param {HTMLFormElement} form */
function renew(form) {
  refused.add(form);
  for (const [field, value] of held) {
    if (field.form !== form) continue;
    if (field.value !== value) refused.delete(form);
    field.value = value;
    held.delete(field);
  }
  readUntil.set(form, Date.now() + READ_FOR);
  document.getElementById(form.dataset.renews ?? "")?.focus();
}

// `close` does not bubble.
document.addEventListener("close", () => {
  for (const [field, value] of held) field.value = value;
  held.clear();
}, true);

/**
 * Send an act. The page shows its effect when the server says so to everybody, not before.
 * @param {SubmitEvent} event
 * @param {Connection} connection
 */
async function act(event, connection) {
  const form = actOf(event);
  if (!form) return;
  event.preventDefault();
  if (form.ariaBusy === "true" || connection.contact === "offline") return;
  if (isSlip(form) || Date.now() < (readUntil.get(form) ?? 0)) return;
  const values = valuesOf(form, event.submitter);
  const command = decodeURIComponent(new URL(form.action).pathname.split("/").at(-1) ?? "");
  const dialog = form.closest("dialog"); // the effect may be on the page before the answer, and the form gone
  form.querySelector(":scope > .refusal")?.remove();
  form.ariaBusy = "true";
  hold(form.querySelectorAll("button"), "busy");
  try {
    const ack = await connection.command(command, values);
    if (!ack.ok) {
      refuse(form, ack.sentence ?? "");
      if (form.dataset.renews !== undefined) renew(form);
      return;
    }
    form.dispatchEvent(new CustomEvent("done", { bubbles: true }));
    if (form.dataset.then === "reload") return location.reload();
    if (form.dataset.then !== "stay") form.reset(); // else what was typed is what now stands
    if (dialog?.dataset.stays === undefined) dialog?.close();
  } catch {
    refuse(form, strip()?.dataset.failed ?? "");
  } finally {
    form.ariaBusy = null;
    release(form.querySelectorAll("button"), "busy");
  }
}

let refusals = 0;

/**
 * @param {HTMLFormElement} form
 * @param {string} sentence
 */
function refuse(form, sentence) {
  const said = document.createElement("p");
  said.className = "refusal";
  said.id = `refusal-${++refusals}`; // one of its own, or a morph takes it for another paragraph
  said.setAttribute("role", "alert");
  form.append(said);
  said.textContent = sentence;
}

/** `[data-opens=id]` opens a dialog, `[data-closes]` closes the one it is in. @param {MouseEvent} event */
function openOrClose(event) {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("summary")?.ariaDisabled === "true") return event.preventDefault(); // what it holds must wait
  const control = target?.closest("[data-opens], [data-closes]");
  if (!(control instanceof HTMLElement) || control.ariaDisabled === "true") return;
  if (isSlip(null, control.dataset.opens ?? "closed")) return;
  if (control.dataset.closes !== undefined) return control.closest("dialog")?.close();
  const dialog = document.getElementById(control.dataset.opens ?? "");
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
}

/** Say whether the page is live, and since when it is not. @param {Connection} connection */
function tell(connection) {
  const { contact, since } = connection;
  const live = contact === "live";
  const badge = document.getElementById("connection");
  if (badge) {
    badge.hidden = false;
    badge.querySelector(".dot")?.classList.toggle("hollow", !live);
    const word = badge.querySelector(".word");
    const { online, offline, lost } = badge.dataset;
    if (word) word.textContent = (live ? online : contact === "offline" ? lost : offline) ?? "";
  }
  const acts = document.querySelectorAll(":is(form[method=post], form[data-act]) button:not([data-closes]), [data-opens], details.add:not([open]) > summary");
  if (contact === "offline") {
    const said = strip();
    if (said?.hidden) {
      said.hidden = false;
      sayLost(said, hour(since ?? connection.heardAt), () => connection.retry());
    }
    hold(acts, "offline", said?.dataset.waits);
  } else if (live) {
    const said = strip();
    if (said) said.hidden = true;
    release(acts, "offline");
  }
}

const strip = () => document.getElementById("offline");

/**
 * Since when, what still works on this page, and of when what it shows is.
 * @param {HTMLElement} said
 * @param {string} time
 * @param {() => void} retry
 */
function sayLost(said, time, retry) {
  const { since = "", works = "", dated = "", retry: word = "" } = said.dataset;
  const at = (/** @type {string} */ sentence) => sentence.replace("{time}", time);
  const button = Object.assign(document.createElement("button"), { className: "btn touch", type: "button", textContent: word });
  button.addEventListener("click", retry);
  const words = document.createElement("p");
  words.append(Object.assign(document.createElement("b"), { textContent: at(since) }), ` ${works} ${at(dated)}`);
  said.replaceChildren(words, button);
}

/** A form that would leave the page stays while there is no line: what was typed would go with it. @param {SubmitEvent} event @param {Connection} connection */
function stay(event, connection) {
  const form = event.target;
  if (connection.contact === "offline" && form instanceof HTMLFormElement && form.method === "post") event.preventDefault();
}

/**
 * Controls that must wait keep their focus: they are marked, not disabled.
 * @param {Iterable<Element>} controls
 * @param {string} why
 * @param {string} [said] why, in words, where they must wait for something else than an answer
 */
function hold(controls, why, said = "") {
  for (const control of controls) {
    if (control.ariaDisabled === "true") continue;
    control.ariaDisabled = "true";
    control.setAttribute("data-held", why);
    if (said) control.setAttribute("aria-description", said);
  }
}

/**
 * @param {Iterable<Element>} controls
 * @param {string} why
 */
function release(controls, why) {
  for (const control of controls) {
    if (control.getAttribute("data-held") !== why) continue;
    control.ariaDisabled = null;
    control.removeAttribute("data-held");
    control.removeAttribute("aria-description");
  }
}
