/** Building elements and saying words: no markup is ever made from strings. */

/** @typedef {string | {one?: string, other: string}} Message */
/**
 * @typedef {((key: string, params?: Record<string, string | number>) => string)
 *   & {learn: (strings: Record<string, Message>, language: string) => void}} Speak
 */

/**
 * An element. Attributes whose name begins with "on" are listeners; false and null leave one out,
 * true writes it empty.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";
const ICONS = "/static/icons.svg";
let kept = false;

/**
 * Keep the icons in the page itself: one that is drawn later, without a network, would be fetched in
 * vain. Their ids get a prefix, so that they are nobody else's.
 */
export async function keepIcons() {
  const request = new XMLHttpRequest(); // it reads a document, which a policy of trusted types lets nobody parse
  request.open("GET", ICONS);
  request.responseType = "document";
  await new Promise((resolve) => {
    request.onloadend = resolve;
    request.send();
  });
  const read = request.response?.documentElement;
  if (!read) return;
  for (const symbol of read.querySelectorAll("symbol")) symbol.id = `i-${symbol.id}`;
  document.body.append(el("div", { hidden: true }, document.importNode(read, true)));
  kept = true;
}

/**
 * An icon of static/icons.svg; a word stands beside it or in the name of what holds it.
 * @param {string} shape
 */
export function icon(shape) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", kept ? `#i-${shape}` : `${ICONS}#${shape}`);
  svg.append(use);
  return svg;
}

/**
 * What the page says, from the catalogue it came with. A sentence that depends on a number is chosen
 * by `count`; what stands in braces is filled in.
 * @param {Record<string, Message>} strings
 * @param {string} language
 * @returns {Speak}
 */
export function speaker(strings, language) {
  let known = strings;
  let rules = new Intl.PluralRules(language);
  const t = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ params = {}) => {
    const message = known[key] ?? key;
    const forms = /** @type {Record<string, string>} */ (message);
    const text = typeof message === "string" ? message : (forms[rules.select(Number(params.count))] ?? forms.other);
    return text.replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? "…"));
  };
  /** Speak another language from now on. */
  t.learn = (/** @type {Record<string, Message>} */ other, /** @type {string} */ spoken) => {
    known = other;
    rules = new Intl.PluralRules(spoken);
  };
  return t;
}

/**
 * The element the page was served with.
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {E}
 */
export function part(selector, within = document) {
  const found = within.querySelector(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return /** @type {E} */ (found);
}
