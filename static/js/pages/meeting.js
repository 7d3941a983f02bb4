/**
 * The agenda as it is edited: titles and what else is said of an item are saved as they are left, items are moved
 * by dragging, by keys and by buttons. Every move and change is one act, as the forms of the page do it. The facts and
 * settings below it follow the session without taking away what is being filled in.
 */
const agenda = () => /** @type {HTMLElement} */ (document.getElementById("live-programme"));
const rows = () => /** @type {HTMLElement[]} */ ([...agenda().querySelectorAll(".programme-items > li")]);
const rowOf = (/** @type {EventTarget | null} */ target) =>
  target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(".programme-items > li[data-item]")) : null;

/** @typedef {HTMLTextAreaElement | HTMLSelectElement | HTMLInputElement} Field */

/** The fields of an item's form, wherever they stand. @param {HTMLElement} row @returns {Field[]} */
const fieldsOf = (row) =>
  /** @type {Field[]} */ ([...row.querySelectorAll("textarea, .amend select, .amend input[type=number]")]);

/** What a field would hold if nobody had touched it here. @param {Field} field */
const saved = (field) => field.dataset.now ?? "";

const isTouched = (/** @type {HTMLElement} */ row) => fieldsOf(row).some((field) => field.value !== saved(field));

/** Of an item that is being changed: its digest as it was when that began. @type {Map<string, string>} */
const began = new Map();

agenda().addEventListener("focusin", ({ target }) => {
  const row = rowOf(target);
  if (row && !isTouched(row)) began.set(row.dataset.item ?? "", row.dataset.digest ?? "");
});

/** Before the act is sent: it names the item as it was when the change began; the next attempt, as it is now. */
document.addEventListener("submit", (event) => {
  const form = event.target instanceof HTMLFormElement && event.target.matches("form.amend") ? event.target : null;
  const row = form && rowOf(form);
  if (!form || !row) return;
  const [item, digest] = [row.dataset.item ?? "", row.dataset.digest ?? ""];
  const seen = form.elements.namedItem("seen");
  if (seen instanceof HTMLInputElement) seen.value = began.get(item) ?? digest;
  began.set(item, digest);
}, true);

agenda().addEventListener("change", ({ target }) => {
  const row = rowOf(target);
  if (row && fieldsOf(row).some((field) => field === target)) save(row);
});

/** What was last sent of an item: its fields, in order. @type {Map<string, string>} */
const sent = new Map();

/**
 * One change of an item after the other: the next is made to what has come back of the last.
 * @param {HTMLElement} row
 */
function save(row, tries = 30) {
  const form = row.querySelector("form.amend");
  if (!(form instanceof HTMLFormElement) || !isTouched(row)) return;
  const values = fieldsOf(row).map((field) => field.value).join("\n");
  const onItsWay = form.querySelector(".refusal") ? undefined : sent.get(row.id);
  if (onItsWay === values) return;
  if ((form.ariaBusy === "true" || onItsWay !== undefined) && tries > 0) {
    setTimeout(() => save(row, tries - 1), 100);
    return;
  }
  sent.set(row.id, values);
  form.requestSubmit();
}

/**
 * What was refused is read where it was done, also where that was folded, and with what had come while the answer was
 * on its way: the next attempt names that.
 */
new MutationObserver((changes) => {
  for (const more of agenda().querySelectorAll("details.more:not([open])")) {
    if (more.querySelector(".refusal")) more.toggleAttribute("open", true);
  }
  for (const { addedNodes, target } of changes) {
    const row = [...addedNodes].some((each) => each instanceof Element && each.matches(".amend > .refusal")) && rowOf(target);
    if (row) began.set(row.dataset.item ?? "", row.dataset.digest ?? "");
  }
}).observe(/** @type {Node} */ (agenda().parentNode), { childList: true, subtree: true });

/** What is chosen follows the item, unless it has been touched here; a field is as high as its title. */
function settle() {
  for (const row of rows()) {
    // One's own change has come back: what is typed next is typed on that.
    if (sent.get(row.id) === fieldsOf(row).map(saved).join("\n")) {
      sent.delete(row.id);
      began.set(row.dataset.item ?? "", row.dataset.digest ?? "");
    }
    // What has been refused is read with what has come meanwhile: the next attempt names that.
    if (row.querySelector(".amend > .refusal")) began.set(row.dataset.item ?? "", row.dataset.digest ?? "");
    const untouched = !row.contains(document.activeElement) || !isTouched(row);
    for (const field of fieldsOf(row)) {
      if (field instanceof HTMLSelectElement) {
        if (untouched) field.value = saved(field);
      } else if (field.defaultValue !== saved(field)) {
        field.defaultValue = saved(field); // of what is being typed in, the page leaves it as it was
      }
      if (field instanceof HTMLTextAreaElement) fit(field);
    }
  }
}

/** @param {HTMLTextAreaElement} field */
function fit(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}
agenda().addEventListener("input", ({ target }) => target instanceof HTMLTextAreaElement && fit(target));
window.addEventListener("resize", settle);

/* Moving ------------------------------------------------------------------------------------- */

/** What was moved here, and what had the focus: it goes along. */
let moved = { item: "", focus: "", from: -1 };

/** @param {HTMLElement} row @param {Partial<Record<"direction" | "after" | "before", string>>} where */
function move(row, where) {
  const form = row.querySelector("form.drop");
  if (!(form instanceof HTMLFormElement)) return;
  for (const name of ["direction", "after", "before"]) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = where[/** @type {"after"} */ (name)] ?? "";
  }
  remember(row);
  form.requestSubmit();
}

/** @param {HTMLElement} row */
function remember(row) {
  const focus = document.activeElement;
  moved = { item: row.id, focus: row.contains(focus) ? (focus?.id || steps(focus)) : "", from: rows().indexOf(row) };
}

/** Which of an item's step buttons this is. @param {Element | null} control */
const steps = (control) => (control?.matches(".step") ? `.step[aria-label="${CSS.escape(control.ariaLabel ?? "")}"]` : "");

document.addEventListener("submit", (event) => {
  const form = event.target instanceof Element ? event.target.closest(".steps form:not(.drop)") : null;
  const row = rowOf(form);
  if (form && row) {
    const direction = /** @type {HTMLInputElement | null} */ (form.querySelector("[name=direction]"))?.value;
    moved = { item: row.id, focus: `.steps form:nth-of-type(${direction === "up" ? 1 : 2}) .step`, from: rows().indexOf(row) };
  }
}, true);

function follow() {
  const row = moved.item ? document.getElementById(moved.item) : null;
  const at = row ? rows().indexOf(row) : -1;
  if (!row || at === moved.from) return;
  const [said, focus] = [document.getElementById("moved"), moved.focus];
  moved = { item: "", focus: "", from: -1 };
  if (said) said.textContent = (said.dataset.sentence ?? "").replace("{place}", `${at + 1}`).replace("{total}", `${rows().length}`);
  if (!focus) return;
  const control = focus.startsWith(".") ? row.querySelector(focus) : document.getElementById(focus);
  const able = control instanceof HTMLButtonElement && control.disabled ? row.querySelector(".step:not(:disabled)") : control;
  if (able instanceof HTMLElement) able.focus();
  row.scrollIntoView({ block: "nearest" });
}

agenda().addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (!row) return;
  const direction = event.altKey && { ArrowUp: "up", ArrowDown: "down", Home: "first", End: "last" }[event.key];
  if (direction) {
    event.preventDefault();
    move(row, { direction });
  } else if (event.target instanceof HTMLTextAreaElement && event.key === "Enter") {
    event.preventDefault(); // a title is one line; Enter leaves it as it now is
    save(row);
  } else if (event.target instanceof HTMLTextAreaElement && event.key === "Escape") {
    event.target.value = saved(event.target);
    fit(event.target);
  }
});

/** The row that is dragged, where its pointer is, and where it would go. @type {{row: HTMLElement, pointer: number, y: number, scrolls: number, to: HTMLElement | null, below: boolean} | null} */
let dragged = null;

agenda().addEventListener("pointerdown", (event) => {
  const grip = event.target instanceof Element ? event.target.closest(".grip") : null;
  const row = rowOf(grip);
  if (!grip || !row || event.button !== 0) return;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  dragged = { row, pointer: event.pointerId, y: event.clientY, scrolls: 0, to: null, below: false };
  row.classList.add("dragged");
});

agenda().addEventListener("pointermove", (event) => {
  if (dragged?.pointer !== event.pointerId) return;
  dragged.y = event.clientY;
  aim();
  dragged.scrolls ||= requestAnimationFrame(scrollAlong);
});

/** Mark where the item would go. */
function aim() {
  unmark();
  if (!dragged) return;
  const { y } = dragged;
  const over = rows().find((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return y >= top && y < bottom;
  });
  const last = rows().at(-1);
  dragged.to = over ?? (last && y >= last.getBoundingClientRect().bottom ? last : (rows()[0] ?? null));
  if (!dragged.to) return;
  const { top, height } = dragged.to.getBoundingClientRect();
  dragged.below = y > top + height / 2;
  if (dragged.to !== dragged.row) dragged.to.classList.add(dragged.below ? "drop-below" : "drop-above");
}

const EDGE = 96; // px from an end of the window within which the page goes along
const STRIDE = 14; // px at most between two frames

/** An agenda is longer than a window: near an end of it the page moves under the item. */
function scrollAlong() {
  if (!dragged) return;
  dragged.scrolls = 0;
  const [above, below] = [EDGE - dragged.y, dragged.y - (window.innerHeight - EDGE)];
  const by = above > 0 ? -Math.min(above, EDGE) : Math.min(Math.max(below, 0), EDGE);
  if (!by) return;
  const before = window.scrollY;
  window.scrollBy(0, (by / EDGE) * STRIDE);
  if (window.scrollY === before) return;
  aim();
  dragged.scrolls = requestAnimationFrame(scrollAlong);
}

agenda().addEventListener("pointerup", (event) => {
  if (dragged?.pointer !== event.pointerId) return;
  const { row, to, below } = dragged;
  end();
  if (to && to !== row) drop(row, to, below);
});
agenda().addEventListener("pointercancel", end);
document.addEventListener("keydown", ({ key }) => key === "Escape" && end());

function end() {
  unmark();
  dragged?.row.classList.remove("dragged");
  dragged = null;
}

const unmark = () => {
  for (const row of rows()) row.classList.remove("drop-above", "drop-below");
};

/**
 * Say where the item goes by a neighbour that has a name here: a closed one off whose roster one is has none.
 * @param {HTMLElement} row
 * @param {HTMLElement} to
 * @param {boolean} below
 */
function drop(row, to, below) {
  const order = rows().filter((each) => each !== row);
  const at = order.indexOf(to) + (below ? 1 : 0);
  const [before, after] = [order[at], order[at - 1]];
  if (rows().indexOf(row) === at) return;
  if (after?.dataset.item) move(row, { after: after.dataset.item });
  else if (before?.dataset.item) move(row, { before: before.dataset.item });
  else move(row, { direction: after ? "last" : "first" });
}

/* Facts and settings ------------------------------------------------------------------------- */

const forms = () => /** @type {HTMLFormElement[]} */ ([...document.querySelectorAll("#live-meeting form[data-act]")]);

/** @param {HTMLFormElement} form @returns {Field[]} */
const choices = (form) => /** @type {Field[]} */ ([...form.querySelectorAll("[data-now]")]);

/** What the fields were last known to stand at, by id. @type {Map<string, string>} */
const stood = new Map();
/** What has been typed or chosen here otherwise than it stands, by id. @type {Map<string, string>} */
const touched = new Map();
/** Of a form that holds what somebody else has changed meanwhile: the digest it was filled in on. @type {Map<string, string>} */
const filledOn = new Map();
/** The digest a form last named. @type {Map<string, string>} */
const named = new Map();
/** What a form says of itself, by the attribute that holds its words. @type {Map<string, "saved" | "other">} */
const says = new Map();

/**
 * A form follows the session field by field: what nobody has touched here takes what now stands. Where somebody
 * else has changed what is being changed here, both are told: this form keeps naming what it was filled in on, so
 * that the server refuses it once, in words.
 * @param {HTMLFormElement} form
 */
function catchUp(form) {
  const seen = form.elements.namedItem("seen");
  for (const field of choices(form)) {
    const [before, now] = [stood.get(field.id) ?? saved(field), saved(field)];
    stood.set(field.id, now);
    if (touched.get(field.id) === now) touched.delete(field.id);
    const wanted = touched.get(field.id) ?? now;
    if (field.value !== wanted) field.value = wanted; // choices change places with the language
    if (field instanceof HTMLInputElement) field.defaultValue = now;
    if (before === now || wanted === now || !(seen instanceof HTMLInputElement)) continue;
    if (!filledOn.has(form.id)) filledOn.set(form.id, named.get(form.id) ?? seen.value);
    says.set(form.id, "other");
  }
  if (!choices(form).some(({ id }) => touched.has(id))) {
    filledOn.delete(form.id);
    if (says.get(form.id) === "other") says.delete(form.id);
  }
  if (seen instanceof HTMLInputElement) {
    named.set(form.id, seen.value);
    seen.value = filledOn.get(form.id) ?? seen.value;
  }
  say(form);
}

/** @param {HTMLFormElement} form */
function say(form) {
  const said = document.getElementById(`${form.id}-said`);
  if (said) said.textContent = said.dataset[says.get(form.id) ?? ""] ?? "";
}

/** What was refused has been read: the next attempt names what now stands. */
document.addEventListener("submit", ({ target }) => {
  if (!(target instanceof HTMLFormElement) || !filledOn.delete(target.id)) return;
  const [seen, now] = [target.elements.namedItem("seen"), named.get(target.id)];
  if (seen instanceof HTMLInputElement && now) setTimeout(() => (seen.value = now));
});

/** Who adds one item adds the next. */
document.addEventListener("done", ({ target }) => {
  if (target instanceof Element && target.closest("#add-item")) document.getElementById("es-new")?.focus();
});

document.addEventListener("done", ({ target }) => {
  if (!(target instanceof HTMLFormElement) || !forms().includes(target)) return;
  says.set(target.id, "saved");
  say(target);
});

document.addEventListener("input", ({ target }) => {
  const form = target instanceof Element ? /** @type {HTMLFormElement | null} */ (target.closest("#live-meeting form")) : null;
  if (form) touch(form);
});

/** @param {HTMLFormElement} form */
function touch(form) {
  for (const field of choices(form)) {
    if (field.value === saved(field)) touched.delete(field.id);
    else touched.set(field.id, field.value);
  }
  if (says.get(form.id) === "saved") says.delete(form.id);
  say(form);
}

document.addEventListener("shown", (event) => {
  const { topic } = /** @type {CustomEvent<{topic: string}>} */ (event).detail;
  if (topic === "meeting") for (const form of forms()) catchUp(form);
  if (topic !== "programme") return;
  settle();
  follow();
});
settle();
for (const form of forms()) {
  touch(form); // a browser that comes back to the page fills in what had been typed
  catchUp(form);
}
