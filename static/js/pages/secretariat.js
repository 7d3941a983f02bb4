import { Idiomorph, io } from "../../vendor/live.js";
import { showGavel } from "../lib/gavel.js";
import { follow } from "../lib/live.js";
import { sendFiles } from "../lib/upload.js";

follow({ io, Idiomorph });
showGavel();
sendFiles();

/** What a refused list says is read before anything else. */
document.getElementById("import-result")?.focus();

/** On a narrow window the sections are one line: the one shown is in sight. */
document.querySelector(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

/** The figure beside the section is the one the page shows. */
document.addEventListener("shown", (event) => {
  const { topic } = /** @type {CustomEvent<{topic: string}>} */ (event).detail;
  const connected = document.getElementById("live-connections")?.dataset.connected;
  const figure = document.getElementById("count-secretariat");
  if (topic === "connections" && figure && connected) figure.textContent = connected;
});
