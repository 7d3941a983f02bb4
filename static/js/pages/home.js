import { Idiomorph, io } from "../../vendor/live.js";
import { showFloor } from "../lib/floor.js";
import { follow } from "../lib/live.js";

showFloor(follow({ io, Idiomorph }));

/** On a phone the places under the thumb are parts of this page: which one is in its address. */
const narrow = matchMedia("(max-width: 899px)");
const PARTS = ["agenda", "documents"];

function tellPlace() {
  const part = location.hash.slice(1);
  const here = narrow.matches && PARTS.includes(part) ? part : "home";
  for (const place of document.querySelectorAll(".places [data-place]")) {
    if (place.getAttribute("data-place") === here) place.setAttribute("aria-current", "page");
    else place.removeAttribute("aria-current");
  }
}
document.addEventListener("click", (event) => {
  const place = event.target instanceof Element ? event.target.closest(".places [data-place=documents]") : null;
  if (!place || !narrow.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  location.hash = "documents";
});
window.addEventListener("hashchange", () => {
  tellPlace();
  scrollTo(0, 0);
});
narrow.addEventListener("change", tellPlace);
tellPlace();

/** What lies under one's own place can be scrolled out from under it, however high it is. */
const observer = new ResizeObserver(([mine]) => {
  document.documentElement.style.setProperty("--asking", `${mine?.target.getBoundingClientRect().height ?? 0}px`);
});
/** @type {Element | null} */
let watched = null;
function watch() {
  const mine = document.querySelector("#live-floor .mine");
  if (mine === watched) return;
  observer.disconnect();
  if (mine) observer.observe(mine);
  watched = mine;
}
document.addEventListener("shown", watch);
watch();

/** What else can be asked for closes when one has asked, or looks elsewhere. */
const more = () => /** @type {HTMLDetailsElement | null} */ (document.getElementById("ask-more"));
const isWithin = (/** @type {Element | null} */ at) => at?.closest("#ask-more, .mine .tools") !== null;
document.addEventListener("click", ({ target }) => {
  const open = more();
  if (open?.open && target instanceof Element && !isWithin(target)) open.open = false;
});
document.addEventListener("keydown", (event) => {
  const open = more();
  if (event.key !== "Escape" || !open?.open) return;
  open.open = false;
  open.querySelector("summary")?.focus();
});
document.addEventListener("submit", ({ target }) => {
  const open = more();
  if (!open || !(target instanceof Element) || !target.closest(".mine .tools")) return;
  document.addEventListener("shown", () => (open.open = false), { once: true });
});

/** In which languages one reads the paragraph before the room: this device remembers. */
const READS = "text-language";
const choices = document.querySelector(".text-language");
/** @param {string} language */
function read(language) {
  document.documentElement.dataset.text = language;
  for (const each of choices?.querySelectorAll("button") ?? []) {
    each.setAttribute("aria-pressed", String(each.dataset.text === language));
  }
}
choices?.removeAttribute("hidden");
choices?.addEventListener("click", (event) => {
  const chosen = event.target instanceof Element ? event.target.closest("button")?.dataset.text : "";
  if (!chosen) return;
  read(chosen);
  localStorage.setItem(READS, chosen);
});
const readOn = () => read(localStorage.getItem(READS) ?? document.documentElement.lang);
document.addEventListener("language", readOn);
readOn();
