/** A page of an earlier version of the program: it makes way for the new one once nothing would be lost. */
const LOOK_EVERY = 1_000; // ms

/**
 * Compare the desk's program with the page's, at every join; where they differ, say so and load the page
 * anew as soon as nothing typed would go with it.
 * @param {import("./connection.js").Connection} connection
 * @param {() => boolean} unsaved
 */
export function renewWith(connection, unsaved) {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let watch;
  connection.on("joined", ({ program }) => {
    const { program: mine } = document.documentElement.dataset;
    if (!program || !mine || program === mine || watch) return;
    const note = document.getElementById("renewed");
    if (note) {
      note.hidden = false;
      note.textContent = note.dataset.sentence ?? "";
    }
    const renew = () => {
      if (unsaved() || connection.contact !== "live") return;
      clearInterval(watch);
      location.reload();
    };
    watch = setInterval(renew, LOOK_EVERY);
  });
}

/** Whether a field of the page holds what its reader has typed, or a dialog is open. */
export const isTypedIn = () =>
  document.querySelector("dialog[open]") !== null ||
  [...document.querySelectorAll("input, textarea")].some(
    (each) =>
      (each instanceof HTMLTextAreaElement || (each instanceof HTMLInputElement && !/^(hidden|checkbox|radio|submit)$/.test(each.type))) &&
      each.value !== each.defaultValue,
  );
