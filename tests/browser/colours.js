/**
 * What is told by colour and shape alone, in the theme the page is in (WCAG 1.4.11): icons that stand for a
 * word and the edges of fields stand out from their ground by 3:1; in forced colours, which take grounds and
 * shadows away, what is pressed, chosen or current still differs from what is not. A line for each fault.
 */
(forced) => {
  const faults = [];
  const name = (each) => `${each.localName}.${each.getAttribute("class") ?? ""} “${(each.getAttribute("aria-label") ?? each.textContent.trim()).slice(0, 40)}”`;
  const isShown = (each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const scope = document.querySelector("dialog[open]") ?? document.body;
  const parse = (colour) => colour.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
  const ground = (each) => {
    for (let at = each; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
      if (a > 0.5) return [r, g, b];
    }
    return parse(getComputedStyle(document.documentElement).colorScheme === "dark" ? "rgb(0, 0, 0)" : "rgb(255, 255, 255)");
  };
  const light = (rgb) => rgb.slice(0, 3).map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)).reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
  const contrast = (one, other) => {
    const [more, less] = [light(one), light(other)].sort((a, b) => b - a);
    return (more + 0.05) / (less + 0.05);
  };

  for (const each of scope.querySelectorAll("button, summary, a[href], [role=img], .dot")) {
    const icon = each.matches("svg, .dot") ? each : each.querySelector("svg");
    if (!icon || !isShown(icon) || each.disabled || each.ariaDisabled === "true") continue;
    const style = getComputedStyle(icon);
    const dot = icon.matches(".dot:not(.hollow)");
    const found = contrast(parse(dot ? style.backgroundColor : style.color), ground(dot ? icon.parentElement : icon));
    if (found < 3) faults.push(`the mark of ${name(each.matches("svg, .dot") ? each.parentElement : each)} has ${found.toFixed(2)} : 1`);
  }
  for (const each of scope.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea")) {
    if (!isShown(each) || each.disabled) continue;
    const found = contrast(parse(getComputedStyle(each).borderTopColor), ground(each.parentElement));
    if (found < 3) faults.push(`the edge of ${each.id || each.name} has ${found.toFixed(2)} : 1`);
  }
  if (!forced) return [...new Set(faults)];
  const ATTRIBUTES = ["aria-pressed", "aria-current", "aria-checked", "aria-selected"];
  const look = (each) => {
    const { backgroundColor, borderTopColor, borderLeftColor, borderBottomColor, borderTopWidth, outlineStyle } = getComputedStyle(each);
    return [backgroundColor, borderTopColor, borderLeftColor, borderBottomColor, borderTopWidth, outlineStyle].join(" ");
  };
  for (const attribute of ATTRIBUTES) {
    for (const each of scope.querySelectorAll(`[${attribute}]:not([${attribute}=false])`)) {
      // A delegation that is away has a dashed edge of its own; a row is marked by its cell.
      if (!isShown(each) || each.matches(".conduct > *, [role=row]")) continue;
      const kin = each.matches("li a") ? [...each.closest("ul, ol").querySelectorAll("a")] : [...each.parentElement.children];
      const other = kin.find((one) => one !== each && one.localName === each.localName && isShown(one) && !(one.getAttribute(attribute) ?? "false").replace("false", ""));
      if (other && look(each) === look(other)) faults.push(`${name(each)} does not differ from what is not ${attribute}`);
    }
  }
  return [...new Set(faults)];
}
