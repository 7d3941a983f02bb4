import { Idiomorph, io } from "../../vendor/live.js";
import { showFloor } from "../lib/floor.js";
import { follow } from "../lib/live.js";

showFloor(follow({ io, Idiomorph }));

/** The glossary: what is typed is looked for in both languages, without its accents and capitals. */
const field = /** @type {HTMLInputElement} */ (document.getElementById("sought"));
const found = /** @type {HTMLElement} */ (document.getElementById("found"));
const plain = (/** @type {string} */ text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const terms = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".terms > div")]).map((element) => ({
  element,
  words: plain(element.textContent ?? ""),
}));

function find() {
  const sought = plain(field.value.trim());
  let count = 0;
  for (const { element, words } of terms) {
    element.hidden = !words.includes(sought);
    if (!element.hidden) count += 1;
  }
  const said = count ? "" : (found.dataset.none ?? "");
  if (found.textContent !== said) found.textContent = said;
}
field.addEventListener("input", find);
field.closest(".sought")?.removeAttribute("hidden");
find();

/** One hand on the console: "/" goes to the glossary, Escape empties it. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target === field) {
    field.value = "";
    find();
  } else if (event.key === "/" && !(event.target instanceof HTMLElement && event.target.matches("input, textarea, select"))) {
    event.preventDefault();
    field.focus();
  }
});
