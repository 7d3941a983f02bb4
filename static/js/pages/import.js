/**
 * The import of a list, corrected in place: what is typed in a cell is kept when the cell is left, and the step is
 * shown anew. Without script each row has its button. What cannot be sent stays in its cell and is sent when the
 * line is back.
 */
import { Idiomorph, io } from "../../vendor/live.js";
import { follow, show } from "../lib/live.js";

const connection = follow({ io, Idiomorph });

/** Corrections on their way, one after the other: each answer shows the whole step. */
let last = Promise.resolve();
/** Forms whose correction did not get through. @type {Set<string>} */
const unsent = new Set();

document.getElementById("import-result")?.focus();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.row === undefined) return;
  event.preventDefault();
  correct(form, event.submitter);
});

document.addEventListener("change", (event) => {
  const cell = event.target;
  if (cell instanceof HTMLInputElement && cell.form?.dataset.row !== undefined) correct(cell.form, null);
});

/** A file may be dropped anywhere on the step's ground, not on its field alone. */
const ground = document.querySelector("form.dropping");
const field = document.getElementById("file");
if (ground instanceof HTMLFormElement && field instanceof HTMLInputElement) {
  ground.addEventListener("dragover", (event) => event.preventDefault());
  ground.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    field.files = event.dataTransfer.files;
  });
}

connection.on("contact", () => {
  if (connection.contact !== "live") return;
  for (const id of [...unsent]) {
    const form = document.getElementById(id);
    unsent.delete(id);
    if (form instanceof HTMLFormElement) correct(form, null);
  }
});

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
function correct(form, submitter) {
  const values = new FormData(form, submitter);
  // A row that is being typed in stays so until its button says that it is done.
  if (!submitter && form.dataset.editing) values.set("edit", form.dataset.editing);
  const { id, action } = form;
  last = last.then(() => send(id, action, values));
}

/**
 * @param {string} id
 * @param {string} action
 * @param {FormData} values
 */
async function send(id, action, values) {
  try {
    const answer = await fetch(action, { method: "POST", body: values, headers: { "X-Part": "import" } });
    if (answer.headers.get("X-Part") !== "import") return location.reload();
    const html = await answer.text();
    const before = document.activeElement;
    show("import", html, Idiomorph);
    if (before && !before.isConnected) goOn();
  } catch {
    unsent.add(id);
    say(document.getElementById("import-said")?.dataset.waiting ?? "");
  }
}

/** What was corrected is done and gone from its place: on to the next, or to the step's own button. */
function goOn() {
  const next = document.querySelector(".fixrow [aria-invalid]") ?? document.querySelector("#live-import .btn.primary");
  if (next instanceof HTMLElement) next.focus();
}

/** @param {string} sentence */
function say(sentence) {
  const said = document.getElementById("import-said");
  if (!said) return;
  said.textContent = sentence;
  said.hidden = !sentence;
}
