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
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let next;
  const tick = () => {
    clearTimeout(next);
    const clock = document.querySelector("#live-floor .clock");
    const now = connection.serverNow();
    if (clock instanceof HTMLElement) showClock(clock, now);
    next = setTimeout(tick, Math.min(TICK, untilNextSecond(clock, now)));
  };
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
 * Milliseconds until another second is to be shown: each page looks then, so that all turn together.
 * @param {Element | null} clock
 * @param {number} now
 */
function untilNextSecond(clock, now) {
  const deadline = clock instanceof HTMLElement ? Number(clock.dataset.deadline) : NaN;
  if (!deadline) return TICK;
  const left = deadline - now;
  return left - Math.floor(left / 1000) * 1000 + 1;
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

/** One's own delegation on the list, or with the floor: its place instead of the button that asks. */
function showPlace() {
  const mine = document.querySelector("#live-floor .mine");
  if (!(mine instanceof HTMLElement)) return;
  const own = document.documentElement.dataset.delegation;
  const isOwn = (/** @type {HTMLElement} */ each) => each.dataset.delegation === own;
  const queue = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#live-floor .queue > li")]);
  const now = /** @type {HTMLElement | null} */ (document.querySelector("#live-floor .now[data-request]"));
  for (const each of queue.filter(isOwn)) mark(each, mine.dataset.you ?? "");
  const speaks = now && isOwn(now) ? now : null;
  const forms = /** @type {HTMLFormElement[]} */ ([...mine.querySelectorAll("form.place")]);
  for (const [index, form] of forms.entries()) {
    // The first of the forms says that one has the floor; each says where the request of its kind waits.
    const at = queue.findIndex((each) => isOwn(each) && each.dataset.kind === form.dataset.kind);
    const request = index === 0 && speaks ? speaks : queue[at];
    form.hidden = !request;
    if (!request) continue;
    if (request === speaks) say(form, "", filled(form.dataset.speaks, speaks.dataset), "", form.dataset.yield);
    else {
      const before = (queue[at - 1] ?? now)?.dataset.name;
      const { ordinal, name, at: time } = request.dataset;
      const where = filled(before ? form.dataset.after : form.dataset.first, { name: before, time });
      say(form, ordinal, filled(form.dataset.says, { name }), where, form.dataset.withdraw);
    }
    const field = form.elements.namedItem("request");
    if (field instanceof HTMLInputElement) field.value = request.dataset.request ?? request.id.replace("request-", "");
  }
  mine.classList.toggle("waits", !forms[0]?.hidden);
}

/** @param {HTMLElement} request @param {string} you */
function mark(request, you) {
  const names = request.querySelector(".names");
  if (request.querySelector(".you")) return;
  const word = document.createElement("span");
  word.className = "you";
  word.textContent = ` ${you}`;
  names?.insertBefore(word, names.querySelector("small"));
}

/**
 * @param {string | undefined} sentence
 * @param {Record<string, string | undefined>} values
 */
const filled = (sentence, values) => (sentence ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/**
 * @param {HTMLFormElement} form
 * @param {string | undefined} ordinal
 * @param {string} said
 * @param {string} where
 * @param {string | undefined} act what its button does
 */
function say(form, ordinal, said, where, act) {
  for (const [part, text] of [[".ordinal", ordinal], [".said", said], ["small", where], [".word", act]]) {
    const shown = form.querySelector(part ?? "");
    if (shown && shown.textContent !== text) shown.textContent = text ?? "";
  }
}
