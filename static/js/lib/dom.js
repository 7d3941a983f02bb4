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

/** An hour and minute of this device's clock. @param {Date} moment */
export const hour = (moment) =>
  moment.toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
