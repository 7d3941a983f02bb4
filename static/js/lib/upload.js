/**
 * Files are sent without leaving the page: what is refused is said where it was typed, and nothing typed or chosen is
 * lost. What the server would not even listen to is not sent. Without script the form is sent as it is.
 */
export function sendFiles() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.enctype !== "multipart/form-data" || !form.dataset.limit) return;
    event.preventDefault();
    if (form.ariaBusy !== "true") send(form);
  });
}

/** @param {HTMLFormElement} form */
function send(form) {
  const { limit, tooLarge = "", failed = "" } = form.dataset;
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input[type=file]"));
  const files = [...fields].flatMap((field) => [...(field.files ?? [])]);
  if (files.some((file) => file.size > Number(limit))) return refuse(form, tooLarge);
  form.ariaBusy = "true";
  const request = new XMLHttpRequest(); // it reads a document, which a policy of trusted types lets nobody parse
  request.open("POST", form.action);
  request.responseType = "document";
  request.onloadend = () => {
    form.ariaBusy = null;
    if (request.status === 200) location.assign(request.responseURL);
    else refuse(form, request.response?.getElementById("upload-result")?.textContent.trim() || failed);
  };
  request.send(new FormData(form));
}

/** @param {HTMLFormElement} form @param {string} sentence */
function refuse(form, sentence) {
  form.querySelector(":scope > .refusal")?.remove();
  const said = document.createElement("p");
  said.className = "refusal";
  said.setAttribute("role", "alert");
  form.append(said);
  said.textContent = sentence;
}
