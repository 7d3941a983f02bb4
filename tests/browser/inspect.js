/**
 * What axe-core does not look at, on the page as it stands: nothing runs off it or lies over anything else,
 * every control is large enough and can be reached, icons and focus stand out, and no sentence is in one
 * language under the `lang` of the other. Returns a line for each fault.
 */
({ least, phrases, patterns }) => {
  const faults = [];
  const name = (each) => {
    const at = each.id ? `#${each.id}` : `.${each.getAttribute("class") ?? ""}`;
    const says = each.getAttribute("aria-label") ?? each.textContent.trim().replaceAll(/\s+/g, " ");
    return `${each.localName}${at} “${says.slice(0, 40)}”`;
  };
  const dialog = document.querySelector("dialog[open]");
  const scope = dialog ?? document.body;
  const isShown = (each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const isClipped = (each) => {
    for (let at = each; at; at = at.parentElement) {
      if (getComputedStyle(at).clipPath !== "none") return true;
    }
    return false;
  };

  // The page itself never scrolls sideways.
  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth + 1) faults.push(`the page is ${root.scrollWidth - innerWidth} px wider than the window`);

  // Controls: large enough, and under the finger when they have come into view.
  const places = [...document.querySelectorAll("*")].filter((each) => each.scrollTop || each.scrollLeft).map((each) => [each, each.scrollTop, each.scrollLeft]);
  const controls = [...scope.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")];
  for (const each of controls) {
    if (!isShown(each) || (isClipped(each) && !each.matches(".skip"))) continue;
    const target = each.matches("[type=radio], [type=checkbox]") ? (each.closest("label") ?? each) : each;
    const inSentence = getComputedStyle(target).display === "inline";
    const { width, height } = target.getBoundingClientRect();
    if (least && !inSentence && !each.matches(".skip") && (width < least - 0.5 || height < least - 0.5)) {
      faults.push(`${name(each)} is ${Math.round(width)} × ${Math.round(height)}, less than ${least}`);
    }
    if (each.disabled || each.matches(".skip")) continue;
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
    const at = target.getClientRects()[0];
    if (!at) continue;
    const hit = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
    if (!hit || !(target.contains(hit) || hit.contains(target))) faults.push(`${name(each)} lies under ${hit ? name(hit) : "the edge of the window"}`);
  }
  for (const [each, top, left] of places) each.scrollTo({ top, left, behavior: "instant" });

  // Texts: none cut off, none over another.
  const lines = [];
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const own = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !isShown(own) || own.closest("option, script, [aria-hidden=true] svg") || isClipped(own)) continue;
    const box = { left: -Infinity, right: Infinity, top: -Infinity, bottom: Infinity };
    let cuts = null, floats = false;
    for (let at = own; at && at !== document.documentElement; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (["fixed", "sticky"].includes(style.position) || (style.position === "absolute" && style.zIndex !== "auto")) floats = true;
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = at.getBoundingClientRect();
      for (const side of ["left", "top"]) box[side] = Math.max(box[side], edge[side]);
      for (const side of ["right", "bottom"]) box[side] = Math.min(box[side], edge[side]);
      const hides = ["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis" && at !== document.body;
      if (hides && !cuts) cuts = { at, edge };
    }
    range.selectNodeContents(walker.currentNode);
    for (const each of range.getClientRects()) {
      if (cuts && (each.right > cuts.edge.right + 1 || each.left < cuts.edge.left - 1)) faults.push(`${name(own)} is cut off by ${name(cuts.at)}`);
      const line = {
        own, floats,
        left: Math.max(each.left, box.left), right: Math.min(each.right, box.right),
        top: Math.max(each.top + each.height / 4, box.top), bottom: Math.min(each.bottom - each.height / 4, box.bottom),
      };
      if (line.right - line.left > 1 && line.bottom - line.top > 1) lines.push(line);
    }
  }
  const laid = lines.filter((each) => !each.floats);
  for (const [index, one] of laid.entries()) {
    for (const other of laid.slice(index + 1)) {
      if (one.own === other.own) continue;
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 2 && down > 2) faults.push(`${name(one.own)} lies over ${name(other.own)}`);
    }
  }

  // Languages: a sentence of the catalogue is under the `lang` it is in.
  const sets = { es: new Set(phrases.es), en: new Set(phrases.en) };
  const shapes = {};
  for (const each of ["es", "en"]) {
    shapes[each] = patterns[each].map((parts) => new RegExp(`^${parts.map((part) => RegExp.escape?.(part) ?? part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+")}$`));
  }
  const isIn = (language, text) => sets[language].has(text) || shapes[language].some((each) => each.test(text));
  const said = (text, element) => {
    const words = text.trim().replaceAll(/\s+/g, " ");
    // Codes of delegations and the program's own names have no language.
    if (words.length < 3 || /^[a-z_.:]+$|^[A-Z]+$/.test(words)) return;
    const own = element.closest("[lang]").lang;
    if (!own) return; // what a file of somebody else's says: nobody knows its language
    const other = own === "es" ? "en" : "es";
    if (isIn(other, words) && !isIn(own, words)) faults.push(`${name(element)} says “${words.slice(0, 60)}” under lang=${own}`);
  };
  for (const each of document.body.querySelectorAll("*")) {
    for (const attribute of ["aria-label", "title", "placeholder", "alt"]) {
      if (each.hasAttribute(attribute)) said(each.getAttribute(attribute), each);
    }
    if (each.matches("script, style, noscript")) continue;
    for (const node of each.childNodes) if (node.nodeType === Node.TEXT_NODE) said(node.data, each);
  }
  return [...new Set(faults)];
}
