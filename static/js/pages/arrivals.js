/** At the door: the code is renewed when it has run out. What cannot be renewed is not shown: it would be refused. */
const RETRY = 5_000; // ms
const box = /** @type {HTMLElement} */ (document.getElementById("at-door"));
const image = /** @type {HTMLImageElement} */ (document.getElementById("door-qr"));
const code = /** @type {HTMLElement} */ (document.getElementById("door-code"));

async function renew() {
  const answer = await fetch(`/s/${document.documentElement.dataset.session}/arrivals/code`, { cache: "no-store" }).catch(() => null);
  const shown = answer?.ok ? await answer.json().catch(() => null) : null;
  box.classList.toggle("stale", !shown);
  if (shown) {
    image.src = shown.qr;
    code.textContent = shown.code;
  }
  setTimeout(renew, shown ? shown.left * 1_000 : RETRY);
}
setTimeout(renew, Number(box.dataset.left) * 1_000);
