/** The notice before the door closes: how long it still is, by the server's clock. At its end it goes. */

/** @typedef {import("./connection.js").Connection} Connection */

const TICK = 200; // ms

/** @param {Connection} connection */
export function showSoon(connection) {
  const tick = () => {
    const clock = document.querySelector("#live-soon [data-deadline]");
    if (!(clock instanceof HTMLElement)) return;
    const left = Math.ceil((Number(clock.dataset.deadline) - connection.serverNow()) / 1000);
    const shown = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left <= 0) clock.closest("section")?.replaceChildren();
    else if (clock.textContent !== shown) clock.textContent = shown;
  };
  setInterval(tick, TICK);
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("shown", tick);
  tick();
}
