import { Idiomorph, io } from "../../vendor/live.js";
import { leavePage } from "../lib/connection.js";
import { ask } from "../lib/door.js";
import { showFloor } from "../lib/floor.js";
import { follow } from "../lib/live.js";

const outside = document.getElementById("outside");

/** Nothing but that the door is closed, at once and with no further page to load; back by itself. */
function goOutside() {
  const main = document.getElementById("main");
  if (main && outside) {
    main.replaceChildren(outside);
    document.body.replaceChildren(main);
  }
  void ask({ room: new URL("./", location.href), enter: () => location.reload() });
}

if (!document.getElementById("live-sitting")) goOutside();
else showFloor(follow({ io, Idiomorph, leave: (path) => (path.endsWith("/closed") ? goOutside() : leavePage(path)) }));

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
