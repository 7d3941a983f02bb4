/**
 * Who presides, on this page: what conducts the session waits while somebody else holds the gavel. The desk
 * refuses it all the same; here it is said before it is tried.
 */
import { CONDUCT } from "./contract.js";

const CONDUCTS = new Set(/** @type {readonly string[]} */ (CONDUCT));
const page = document.documentElement;

/** @returns {"mine" | "theirs" | "free"} */
function whose() {
  const holder = document.getElementById("live-gavel")?.dataset.holder ?? "";
  return holder === "" ? "free" : holder === page.dataset.person ? "mine" : "theirs";
}

/** @param {Element | null | undefined} form */
const conducts = (form) => form instanceof HTMLFormElement && CONDUCTS.has(form.action.split("/").at(-1) ?? "");

/** The buttons that conduct: of a form that does, and those that open nothing but such forms. */
function controls() {
  const found = [...document.querySelectorAll("form[data-act]")].filter(conducts).flatMap((form) => [...form.querySelectorAll("button:not([data-closes])")]);
  for (const opener of document.querySelectorAll("[data-opens], [data-in]")) {
    const opened = opener.getAttribute("data-opens") ?? opener.getAttribute("data-in") ?? "";
    const forms = [...(document.getElementById(opened)?.querySelectorAll("form[data-act]") ?? [])];
    if (forms.length && forms.every(conducts)) found.push(opener);
  }
  return found;
}

function mark() {
  page.dataset.gavel = whose();
  const waits = page.dataset.gavel === "theirs";
  for (const control of controls()) {
    if (waits && control.ariaDisabled !== "true") {
      control.ariaDisabled = "true";
      control.setAttribute("data-held", "gavel");
      control.setAttribute("aria-describedby", "gavel-reason");
    } else if (!waits && control.getAttribute("data-held") === "gavel") {
      control.ariaDisabled = null;
      control.removeAttribute("data-held");
      control.removeAttribute("aria-describedby");
    }
  }
}

/** Instead of what waits for the gavel, the remedy is offered: to take it. @param {Event} event */
function offer(event) {
  const control = event.target instanceof Element ? event.target.closest("[data-held='gavel']") : null;
  if (!control) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = document.getElementById("take-gavel");
  if (!(dialog instanceof HTMLDialogElement)) return;
  control.closest("dialog")?.close();
  dialog.showModal();
}

/** Keep the page's acts of conduct to whoever presides. */
export function showGavel() {
  document.addEventListener("click", offer, true);
  document.addEventListener("shown", mark);
  mark();
}
