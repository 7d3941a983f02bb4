/** The form an event's target belongs to, if it is an act. @param {Event} event */
export const actOf = (event) =>
  event.target instanceof HTMLFormElement && event.target.matches("form[data-act]")
    ? event.target
    : null;

/**
 * A form's fields as the values of a command, as the server reads the same form without script:
 * what is chosen as true or false is a boolean, what the page says is a number is one, what is typed
 * stays text, what is left empty is left out. Fields that say they are of a list make one.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 * @returns {Record<string, string | boolean | number | string[]>}
 */
export function valuesOf(form, submitter) {
  /** @type {Record<string, string | boolean | number | string[]>} */
  const values = {};
  const listed = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[data-type=list]"));
  for (const field of listed) values[field.name] ??= [];
  for (const [name, value] of new FormData(form, submitter)) {
    if (name === "_back" || typeof value !== "string" || !value) continue;
    const list = values[name];
    if (Array.isArray(list)) {
      list.push(value);
      continue;
    }
    const field = form.elements.namedItem(name);
    const typed = field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type === "text");
    if (field instanceof HTMLElement && field.dataset.type === "number") values[name] = Number(value);
    else values[name] = !typed && (value === "true" || value === "false") ? value === "true" : value;
  }
  return values;
}

/** The zone of the clocks in the room; the device's own where this browser has never heard of it. */
function zone() {
  const timeZone = document.documentElement.dataset.zone;
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/**
 * The time of day as the clocks in the room show it, wherever this device thinks it is.
 * @param {number} moment in ms since 1970
 * @param {boolean} [seconds]
 */
export const hour = (moment, seconds = false) => {
  return new Date(moment).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds && { second: "2-digit" }),
    hourCycle: "h23",
    timeZone: zone(),
  });
};
