import { Idiomorph, io } from "../../vendor/live.js";
import { follow } from "../lib/live.js";

follow({ io, Idiomorph });

/** What is refused is read before anything else. */
document.getElementById("code-error")?.focus();

/** A screen there is already keeps its name and its audience: those of a new one are asked only for one. */
const which = document.getElementById("screen");
const ask = () => {
  for (const each of document.querySelectorAll(".fresh")) {
    each.toggleAttribute("hidden", which instanceof HTMLSelectElement && which.value !== "");
  }
};
which?.addEventListener("change", ask);
ask();
