/** The camera as a scanner, where the browser reads codes by itself; a hand scanner needs none of it. */
const LOOK_EVERY = 250; // ms

/** @typedef {{ detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]> }} Detector */
const Detector = /** @type {{ new (options: { formats: string[] }): Detector } | undefined} */ (Reflect.get(globalThis, "BarcodeDetector"));
const codeField = /** @type {HTMLInputElement} */ (document.getElementById("code"));
const view = /** @type {HTMLVideoElement} */ (document.getElementById("camera-view"));
const start = /** @type {HTMLButtonElement} */ (document.getElementById("camera-start"));
const AGAIN = "scan-by-camera";

/** @param {Detector} detector */
async function look(detector) {
  const [found] = await detector.detect(view).catch(() => []);
  if (!found) return void setTimeout(look, LOOK_EVERY, detector);
  codeField.value = found.rawValue;
  codeField.form?.requestSubmit();
}

async function open() {
  if (!Detector) return;
  try {
    view.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    sessionStorage.removeItem(AGAIN);
    document.getElementById("camera-refused")?.removeAttribute("hidden");
    return;
  }
  sessionStorage.setItem(AGAIN, "yes"); // the next badge is read without asking again
  view.hidden = false;
  start.ariaPressed = "true";
  await view.play();
  // The badge that was just noted is still before the camera: it is given time to go.
  setTimeout(look, 1_500, new Detector({ formats: ["qr_code"] }));
}

if (Detector && navigator.mediaDevices) {
  document.getElementById("camera")?.removeAttribute("hidden");
  start.addEventListener("click", open);
  if (sessionStorage.getItem(AGAIN)) void open();
}
