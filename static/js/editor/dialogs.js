import { el } from "./dom.js";

/** @typedef {import("./dom.js").Speak} Speak */
/** @typedef {import("./paste.js").Pasted} Pasted */

/**
 * Show a modal dialog and wait for the person's decision: the value of the button pressed, or "" for
 * Esc. The title takes the focus, so that Enter alone does nothing; the focus returns by itself.
 * @param {string} kind class of the dialog
 * @param {string} title
 * @param {Node[]} body
 * @param {[value: string, word: string, look?: string][]} choices
 * @returns {Promise<string>}
 */
function show(kind, title, body, choices) {
  const heading = el("h2", { tabindex: "-1", id: "dialog-title", autofocus: true }, title);
  const buttons = choices.map(([value, word, look]) => el("button", { class: `btn ${look ?? ""}`, value }, word));
  const dialog = el(
    "dialog",
    { class: `dialog ${kind}`, "aria-labelledby": "dialog-title" },
    el("form", { method: "dialog" }, heading, ...body, el("p", { class: "ends" }, ...buttons)),
  );
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  document.body.append(dialog);
  dialog.showModal();
  heading.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus();
      resolve(dialog.returnValue);
    });
  });
}

/**
 * Ask before a paragraph goes together with what belongs to it.
 * @param {Speak} t
 * @param {string} name
 * @param {number} count paragraphs that belong to it
 */
export async function askToDelete(t, name, count) {
  const body = [el("p", {}, t("ui.draft.delete.body", { count }))];
  const choice = await show("ask", t("ui.draft.delete.title", { name }), body, [
    ["", t("ui.draft.cancel")],
    ["yes", t("ui.draft.delete.yes", { count: count + 1 }), "primary"],
  ]);
  return choice === "yes";
}

/**
 * Show what a paste will become.
 * @param {Speak} t
 * @param {Pasted[]} pasted
 * @param {"es" | "en"} language of the text
 * @param {string} name of the paragraph it goes behind
 * @returns {Promise<"paragraphs" | "one" | "">}
 */
export async function previewPaste(t, pasted, language, name) {
  const count = pasted.length;
  const rows = pasted.map((each) =>
    el(
      "tr",
      { class: each.kind === "sub-item" ? "sub" : null },
      el("td", {}, t(`ui.draft.kind.${each.kind}`)),
      el("td", {}, each.label ? el("del", {}, each.label) : ""),
      el("td", { lang: language }, each.text),
    ),
  );
  const head = ["kind", "label", "text"].map((each) => el("th", { scope: "col" }, t(`ui.draft.paste.${each}`)));
  const table = el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
  const choice = await show(
    "paste",
    t("ui.draft.paste.title", { count, language: t(`ui.draft.language.${language}`) }),
    [el("p", {}, t("ui.draft.paste.where", { name })), el("div", { class: "pasted", tabindex: "0" }, table)],
    [
      ["", t("ui.draft.cancel")],
      ["one", t("ui.draft.paste.one")],
      ["paragraphs", t("ui.draft.paste.yes", { count }), "primary"],
    ],
  );
  return /** @type {"paragraphs" | "one" | ""} */ (choice);
}

/** Every key, by where it acts: keys and the word of `ui.draft.help.…`. @type {Record<string, [string, string][]>} */
const KEYS = {
  in_row: [
    ["↑ ↓", "rows"],
    ["← →", "languages"],
    ["Enter", "write"],
    ["[", "bracket"],
    ["E", "state"],
    ["N", "pending"],
    ["Alt ↑ ↓", "move"],
    ["?", "help"],
  ],
  writing: [
    ["Esc", "leave"],
    ["Enter", "enter_end"],
    ["Enter", "enter_inside"],
    ["Tab · Shift Tab", "indent"],
    ["[", "bracket_writing"],
    ["→", "cross"],
    ["↑ ↓", "lines"],
    ["Backspace", "backspace"],
    ["Alt ↑ ↓", "move"],
  ],
  anywhere: [
    ["Ctrl Z · Ctrl Shift Z", "undo"],
    ["Ctrl F", "find"],
    ["Ctrl Shift C", "copy"],
  ],
};

/**
 * The help sheet.
 * @param {Speak} t
 */
export async function showKeys(t) {
  const groups = Object.entries(KEYS).map(([place, keys]) =>
    el(
      "section",
      {},
      el("h3", { class: "label" }, t(`ui.draft.help.${place}`)),
      el(
        "dl",
        {},
        ...keys.flatMap(([pressed, word]) => [
          el("dt", {}, ...pressed.split(" ").flatMap((key) => (key === "·" ? [" · "] : [el("kbd", {}, key), " "]))),
          el("dd", {}, t(`ui.draft.help.${word}`)),
        ]),
      ),
    ),
  );
  await show("keys", t("ui.draft.help.title"), [el("div", { class: "keylist" }, ...groups)], [
    ["", t("ui.draft.close"), "primary"],
  ]);
}
