import { Idiomorph, io } from "../../vendor/live.js";
import { leavePage } from "../lib/connection.js";
import { hour as hourOf } from "../lib/dom.js";
import { ask } from "../lib/door.js";
import { showFloor } from "../lib/floor.js";
import { follow } from "../lib/live.js";

/** @typedef {import("../lib/connection.js").Connection} Connection */

/** Silence after which nothing of a closed part stays on a screen: people may be coming back in. */
const NEUTRAL_AFTER = 7_000; // ms
const LOOK_EVERY = 250; // ms
const COME_BACK_EVERY = 3_000; // ms
const SMALLEST = 0.6;
const LONG = 24; // letters of a delegation's name

const frame = /** @type {HTMLElement | null} */ (document.querySelector(".frame"));
const outside = document.getElementById("outside");
const { program, own } = frame?.dataset ?? {};

/** Nothing but that the door is closed, at once and with no further page to load; back by itself. */
function goOutside() {
  showOnly(outside);
  void ask({ room: new URL("./", location.href), enter: () => void comeBack(location.pathname) });
}

/** @param {HTMLElement | null} section */
function showOnly(section) {
  delete document.body.dataset.lost;
  if (frame) frame.replaceChildren(...(section ? [section] : []));
}

/**
 * Load a page once there is somebody to answer: nobody stands at this screen to press a key when the browser
 * has a page of its own instead. @param {string} path
 */
async function comeBack(path) {
  const answer = await fetch(path, { cache: "no-store" }).catch(() => null);
  if (answer && answer.status < 500) return location.replace(path);
  setTimeout(() => void comeBack(path), COME_BACK_EVERY);
}

/** This screen has been withdrawn, or signed out: it is at its beginning again. @param {string} path */
function leave(path) {
  if (path.endsWith("/closed")) return goOutside();
  if (own === undefined) return leavePage(path);
  showOnly(null);
  void comeBack("/screen");
}

/** @param {Connection} connection */
function run(connection) {
  showFloor(connection);
  connection.on("joined", (/** @type {{program?: string}} */ joined) => {
    delete document.body.dataset.lost;
    renew(joined.program);
  });
  connection.on("contact", () => tellSignal(connection));
  setInterval(() => {
    showHour(connection);
    guard(connection);
  }, LOOK_EVERY);
  document.addEventListener("shown", () => {
    showResumption();
    quieten();
    translate();
    shorten();
    fit();
  });
  addEventListener("resize", fit);
  quieten();
  translate();
  shorten();
  fit();
}

/** Pages of another version of the program do not go with this server; each is loaded anew once. @param {string | undefined} now */
function renew(now) {
  if (!now || now === program || sessionStorage.getItem("program") === now) return;
  sessionStorage.setItem("program", now);
  void comeBack(location.pathname);
}

/** The room's time, by the server's clock. @param {Connection} connection */
function showHour(connection) {
  const shown = document.getElementById("hour");
  if (!shown || !Number.isFinite(connection.clock.within)) return;
  const hour = hourOf(connection.serverNow());
  if (shown.textContent !== hour) shown.textContent = hour;
}


/** A small badge says since when; the frame stays as it was. @param {Connection} connection */
function tellSignal(connection) {
  const badge = document.getElementById("signal");
  if (!badge) return;
  if (connection.contact === "live") badge.hidden = true;
  if (connection.contact !== "offline" || !badge.hidden) return;
  const hour = hourOf(connection.serverNow());
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (badge.querySelectorAll("[data-sentence]"))) {
    each.textContent = (each.dataset.sentence ?? "").replace("{time}", hour);
  }
  badge.hidden = false;
}

/**
 * What is shown behind a door does not outlast the line: after some seconds of silence it is gone from the page,
 * and comes back with a new line only. @param {Connection} connection
 */
function guard(connection) {
  const sitting = document.getElementById("live-sitting");
  const behind = sitting !== null && (sitting.dataset.mode ?? "open") !== "open";
  if (!behind || document.body.dataset.lost !== undefined) return;
  if (Date.now() - connection.lastHeard < NEUTRAL_AFTER) return;
  document.body.dataset.lost = "";
  for (const each of document.querySelectorAll("[data-live]")) each.replaceChildren();
  document.getElementById("live-screen")?.setAttribute("data-shows", "");
  connection.socket.io.engine?.close(); // whatever is heard next comes with all there is to show
}

/** The time of resumption, from the sitting as it now stands. */
function showResumption() {
  const at = document.getElementById("live-sitting")?.dataset.resumes ?? "";
  const shown = document.getElementById("resumes");
  if (!shown) return;
  shown.textContent = at;
  shown.closest("p")?.toggleAttribute("hidden", !at);
}

/** Nobody listens to a room's screen. */
function quieten() {
  for (const each of document.querySelectorAll(".frame [aria-live='polite']")) each.setAttribute("aria-live", "off");
}

/** The words of the speakers' list that a screen says in both languages. */
function translate() {
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#live-floor .now [data-kind]"))) {
    const said = ["es", "en"].map((language) => {
      const word = document.createElement("span");
      word.lang = language;
      word.textContent = frame?.getAttribute(`data-${each.dataset.kind}-${language}`) ?? "";
      return word;
    });
    each.replaceChildren(...each.querySelectorAll("svg"), /** @type {Node} */ (said[0]), " · ", /** @type {Node} */ (said[1]));
  }
}

/** A name of many words: its code is enough of those who wait, and stands before the words of who speaks. */
function shorten() {
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#live-floor .queue > li"))) {
    const names = /** @type {HTMLElement | null} */ (each.querySelector(".names"));
    if (!names) continue;
    names.dataset.short = each.dataset.delegation ?? "";
    each.classList.toggle("long", (names.firstChild?.textContent?.trim().length ?? 0) > LONG);
  }
  const now = document.querySelector("#live-floor .now");
  now?.classList.toggle("long", (now.getAttribute("data-name") ?? "").length > LONG);
}

/** The server has chosen letters and pages by widths it knows; a wider face gets smaller letters, and no word is cut off. */
function fit() {
  const columns = /** @type {HTMLElement | null} */ (document.querySelector("#live-screen .cols"));
  if (!columns) return;
  let fit = 1;
  columns.style.removeProperty("--fit");
  while (columns.scrollHeight > columns.clientHeight && fit > SMALLEST) {
    fit -= 0.03;
    columns.style.setProperty("--fit", String(fit));
  }
}

if (!document.getElementById("live-sitting")) goOutside();
else run(follow({ io, Idiomorph, leave }));

/** A screen of a room does not go to sleep; a device that cannot promise it shows the page all the same. */
const stayAwake = async () => {
  if (document.visibilityState !== "visible") return;
  const lock = await navigator.wakeLock?.request("screen").catch(() => null);
  lock?.addEventListener("release", () => void stayAwake(), { once: true });
};
document.addEventListener("visibilitychange", stayAwake);
void stayAwake();
