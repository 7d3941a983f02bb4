/**
 * The page in another language, at once and in place: what is typed, opened, chosen and scrolled stays.
 *
 * The server says to all pages of a person that they read another language now. The page asks for itself
 * anew and takes over the words: live parts as they are always shown, and of everything else nothing but
 * its texts and labels. Nothing is added or taken away but words, so no state of anything is lost.
 */

/** @typedef {import("./connection.js").Connection} Connection */

/** Attributes that are words. Every one that templates fill with words is here (tests/test_languages.py). */
export const LABELS = [
  ...["title", "alt", "placeholder", "lang", "label"],
  ...["aria-label", "aria-description", "aria-roledescription", "aria-valuetext"],
  ...["data-online", "data-offline", "data-sentence", "data-failed", "data-none", "data-ends", "data-ended", "data-waiting", "data-how", "data-instead"],
  ...["data-lost", "data-since", "data-works", "data-dated", "data-waits", "data-retry", "data-saved", "data-other", "data-too-large"],
];
const WORDLESS = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "svg"]);
const TYPED = "input, textarea, select, dialog, [contenteditable], [data-live], form";

/**
 * Follow the language of the person whose page it is.
 * @param {Connection} connection
 * @param {(topic: string, html: string) => void} show shows a live part
 */
export function followLanguage(connection, show) {
  let wanted = document.documentElement.lang;
  let busy = false;
  /** @param {string | undefined} language */
  const turn = async (language) => {
    wanted = language ?? wanted;
    if (busy) return;
    busy = true;
    while (document.documentElement.lang !== wanted) {
      const next = await ask();
      if (next === null) break; // no network: joining again says it again
      if (next === "elsewhere" || next.documentElement.lang !== wanted) {
        location.reload(); // the answer to a form, or no longer this page
        return;
      }
      speak(next, show);
    }
    busy = false;
  };
  connection.on("language", ({ data }) => void turn(data.language));
  connection.on("joined", ({ language }) => void turn(language));
}

/** This page as the server has it now. @returns {Promise<Document | "elsewhere" | null>} */
async function ask() {
  const request = new XMLHttpRequest(); // it reads a document, which a policy of trusted types lets nobody parse
  request.open("GET", location.href);
  request.responseType = "document";
  await new Promise((resolve) => {
    request.onloadend = resolve;
    request.send();
  });
  if (!request.status) return null;
  const next = request.response;
  const same = next?.documentElement.dataset.page === document.documentElement.dataset.page;
  return request.status === 200 && same ? next : "elsewhere";
}

/**
 * @param {Document} next
 * @param {(topic: string, html: string) => void} show
 */
function speak(next, show) {
  document.documentElement.lang = next.documentElement.lang;
  document.title = next.title;
  for (const each of document.querySelectorAll(".refusal")) each.remove(); // said in the language before
  relabel(document.body, next.body);
  // Which language is chosen is the one state that has changed.
  for (const button of document.querySelectorAll("button[name=language]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("value") === next.documentElement.lang));
  }
  // A part that a page is served without, or that is closed by now, comes as it always does.
  for (const section of next.querySelectorAll("[data-live]")) {
    if (section.childElementCount) show(section.getAttribute("data-live") ?? "", section.outerHTML);
  }
  document.dispatchEvent(new CustomEvent("language", { detail: { next } }));
}

/**
 * Give an element the words of its like in another language.
 * @param {Element} shown
 * @param {Element} next
 */
export function relabel(shown, next) {
  for (const name of LABELS) {
    const value = next.getAttribute(name);
    if (value !== null && shown.hasAttribute(name) && shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  // What is empty there is filled by the page itself, which hears of the language as well.
  if (shown.hasAttribute("data-live") || WORDLESS.has(shown.tagName) || !next.hasChildNodes()) return;
  if (shown instanceof HTMLSelectElement && next instanceof HTMLSelectElement && !shown.querySelector("optgroup")) {
    // Names have another order in another language: each choice takes the words and the place of the same choice.
    const chosen = shown.value;
    for (const same of next.options) {
      const option = [...shown.options].find(({ value }) => value === same.value);
      if (option) {
        relabel(option, same);
        shown.append(option);
      }
    }
    shown.value = chosen;
    return;
  }
  const [own, others] = [[...shown.children], [...next.children]];
  const alike = own.length === others.length && own.every((each, at) => isLike(each, others[at]));
  if (alike) {
    words(shown, next);
    for (const [at, each] of own.entries()) relabel(each, /** @type {Element} */ (others[at]));
  } else if (!shown.matches(TYPED) && !shown.querySelector(TYPED) && !next.querySelector(TYPED)) {
    shown.replaceChildren(...[...next.childNodes].map((each) => document.importNode(each, true)));
  } else {
    // Something has come or gone meanwhile: each still finds its like, by its name or its place.
    const left = [...own];
    for (const other of others) {
      const at = left.findIndex((each) => isLike(each, other));
      if (at >= 0) relabel(/** @type {Element} */ (left.splice(at, 1)[0]), other);
    }
  }
}

/** @param {Element} one @param {Element | undefined} other */
const isLike = (one, other) => one.tagName === other?.tagName && one.id === other.id;

/**
 * The texts between an element's children.
 * @param {Element} shown
 * @param {Element} next
 */
function words(shown, next) {
  const [own, others] = [gaps(shown), gaps(next)];
  for (const [at, texts] of others.entries()) {
    const text = texts.map((each) => each.data).join("");
    const here = own[at] ?? [];
    if (here.map((each) => each.data).join("") === text || (!text.trim() && !shown.childElementCount)) continue;
    if (here[0]) here[0].data = text;
    else if (text.trim()) shown.insertBefore(document.createTextNode(text), shown.children[at] ?? null);
    for (const rest of here.slice(1)) rest.remove();
  }
}

/** The texts before each child, and after the last. @param {Element} element */
function gaps(element) {
  /** @type {Text[][]} */
  const found = [[]];
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) found.at(-1)?.push(/** @type {Text} */ (node));
    else if (node.nodeType === Node.ELEMENT_NODE) found.push([]);
  }
  return found;
}
