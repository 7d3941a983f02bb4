/** Who pastes the whole link of a badge means its code. */
const field = document.getElementById("code");
field?.addEventListener("input", () => {
  if (!(field instanceof HTMLInputElement)) return;
  const code = /\/in\/([^/?#\s]+)/.exec(field.value)?.[1];
  if (code) field.value = code;
});
