import { Idiomorph, io } from "../../vendor/live.js";
import { follow } from "../lib/live.js";

follow({ io, Idiomorph });

/** Whoever is left outside a door that closes reads that first. */
const notice = document.querySelector(".door-notice");
let outside = false;
document.addEventListener("shown", () => {
  const now = notice?.checkVisibility() ?? false;
  const heading = notice?.querySelector(".said");
  if (now && !outside && heading instanceof HTMLElement) heading.focus();
  outside = now;
});
