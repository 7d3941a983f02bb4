import { Idiomorph, io } from "../../vendor/live.js";
import { hour } from "../lib/dom.js";
import { follow } from "../lib/live.js";

follow({ io, Idiomorph });

const clock = document.getElementById("clock");
const tick = () => {
  if (clock) clock.textContent = hour(new Date());
};
setInterval(tick, 1_000);
tick();

/** A screen of a room does not go to sleep; a device that cannot promise it shows the page all the same. */
const stayAwake = async () => {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => {});
};
document.addEventListener("visibilitychange", stayAwake);
void stayAwake();
