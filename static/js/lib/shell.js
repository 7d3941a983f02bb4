/** Has the device keep what pages need without a line (static/worker.js), where the browser can. */
const WORKER = "/sw.js";
// The one address a worker of ours is ever started from.
// @ts-ignore: not in the types of the DOM yet
const policy = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: () => WORKER });

async function install() {
  // A device that will not keep anything shows the pages all the same.
  const worker = await navigator.serviceWorker?.register(policy?.createScriptURL("") ?? WORKER).catch(() => {});
  if (!worker) return;
  keepPublic();
  document.addEventListener("shown", keepPublic);
}

/** @type {Set<string>} */
const asked = new Set();

/** What a page links to as public is kept as well. */
function keepPublic() {
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-keep]"))) {
    const keep = each.dataset.keep ?? "";
    if (asked.has(keep)) continue;
    asked.add(keep);
    void navigator.serviceWorker.ready.then(({ active }) => active?.postMessage({ keep }));
  }
}

// After the page itself: what is kept for later must not hold up what is read now.
if (document.readyState === "complete") void install();
else addEventListener("load", () => void install(), { once: true });
