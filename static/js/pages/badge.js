/** One's own badge: its code is fetched anew when its minute ends. Off line it is good for a minute more. */
const GOOD_FOR = 60_000; // ms beyond its own minute, as the desk reads it
const TRY_EVERY = 5_000; // ms while the desk does not answer

const figure = /** @type {HTMLElement} */ (document.getElementById("presence"));
const said = /** @type {HTMLElement} */ (document.getElementById("presence-said"));
/** When the code that is shown stops being the newest, by this device's clock. */
let until = Date.now() + Number(figure.dataset.left);
let timer = 0;

async function renew() {
  clearTimeout(timer);
  const answer = await fetch(figure.dataset.code ?? "", { cache: "no-store", redirect: "manual" }).catch(() => null);
  if (answer && !answer.ok && answer.status < 500) return location.reload(); // signed out, or not accredited any more
  if (answer?.ok) show(await answer.json());
  else tell();
  wait();
}

/** @param {{code: string, qr: string, left: number}} fresh */
function show({ code, qr, left }) {
  const image = figure.querySelector("img");
  const shown = figure.querySelector("code");
  if (image) image.src = qr;
  if (shown) shown.textContent = code;
  until = Date.now() + left;
  figure.classList.remove("ended");
  said.hidden = true;
}

/** What somebody at the door must know: how long it is good for, or that it is not. */
function tell() {
  const over = Date.now() - until;
  const ended = over >= GOOD_FOR;
  figure.classList.toggle("ended", ended);
  said.hidden = over < 0;
  const sentence = (ended ? said.dataset.ended : said.dataset.ends) ?? "";
  if (said.textContent !== sentence) said.textContent = sentence;
}

function wait() {
  clearTimeout(timer);
  timer = window.setTimeout(renew, Math.max(until - Date.now(), 0) || TRY_EVERY);
}

// A phone that has slept shows an old code: it asks as soon as somebody looks.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  if (Date.now() >= until) {
    tell();
    void renew();
  }
});
window.addEventListener("online", () => void renew());
wait();
