/**
 * The floor on a page: the speaker's clock, and one's own place on the list.
 *
 * The server sets a deadline; this page only asks how far off it is by the server's own clock, so that
 * all screens agree whatever their clocks say and however long they slept.
 */

/** @typedef {import("./connection.js").Connection} Connection */

const TICK = 200; // ms
const NEAR = 30; // seconds left when it is said that time is nearly up

/** @param {Connection} connection */
export function showFloor(connection) {
  const tick = () => {
    const clock = document.querySelector("#live-floor .clock");
    if (clock instanceof HTMLElement) showClock(clock, connection.serverNow());
  };
  setInterval(tick, TICK);
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("shown", (event) => {
    if (/** @type {CustomEvent<{topic: string}>} */ (event).detail.topic !== "floor") return;
    showPlace();
    tick();
  });
  showPlace();
  tick();
}

/**
 * @param {HTMLElement} clock
 * @param {number} now of the server, milliseconds
 */
function showClock(clock, now) {
  const { deadline, left: standing, limit } = clock.dataset;
  // What is known of the server's clock may be a little behind: nobody is shown more than they were given.
  const left = deadline ? Math.min(Math.ceil((Number(deadline) - now) / 1000), Number(limit)) : Number(standing);
  const shown = clock.querySelector(".left");
  if (shown) shown.textContent = minutes(left);
  clock.classList.toggle("near", left <= NEAR && left > 0);
  clock.classList.toggle("over", left <= 0);
  clock.style.setProperty("--spoken", String(Math.min(1, Math.max(0, 1 - left / Number(limit)))));
  if (deadline) announce(left);
}

/** Said once at half a minute and once at the end; every second would be noise. @param {number} left */
function announce(left) {
  const said = document.querySelector("#live-floor .said");
  if (!(said instanceof HTMLElement)) return;
  const due = left <= 0 ? said.dataset.over : left <= NEAR ? said.dataset.near : "";
  if (said.textContent !== due) said.textContent = due ?? "";
}

/** @param {number} seconds */
function minutes(seconds) {
  const all = Math.abs(seconds);
  return `${seconds < 0 ? "−" : ""}${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;
}

/** One's own delegation waits: its place instead of the button that asks. */
function showPlace() {
  const mine = document.querySelector("#live-floor .mine");
  const form = mine?.querySelector("form.place");
  if (!mine || !(form instanceof HTMLFormElement)) return;
  const own = document.documentElement.dataset.delegation;
  const queue = [...document.querySelectorAll("#live-floor .queue > li")];
  const at = queue.findIndex((each) => each instanceof HTMLElement && each.dataset.delegation === own && each.dataset.kind === "speech");
  const waits = at >= 0;
  form.hidden = !waits;
  mine.classList.toggle("waits", waits);
  if (!waits) return;
  const request = form.elements.namedItem("request");
  if (request instanceof HTMLInputElement) request.value = queue[at]?.id.replace("request-", "") ?? "";
  const where = form.querySelector(".where");
  const said = at === 0 ? form.dataset.first : form.dataset.place?.replace("{place}", String(at + 1));
  if (where && where.textContent !== said) where.textContent = said ?? "";
}
