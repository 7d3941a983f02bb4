import { Idiomorph, io } from "../../vendor/live.js";
import { follow } from "../lib/live.js";

follow({ io, Idiomorph });

/** The time of resumption, from the sitting as it now stands. */
document.addEventListener("shown", () => {
  const at = document.getElementById("live-sitting")?.dataset.resumes ?? "";
  const shown = document.getElementById("resumes");
  if (!shown) return;
  shown.textContent = at;
  shown.closest("p")?.toggleAttribute("hidden", !at);
});

/** A screen of a room does not go to sleep; a device that cannot promise it shows the page all the same. */
const stayAwake = async () => {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => {});
};
document.addEventListener("visibilitychange", stayAwake);
void stayAwake();
