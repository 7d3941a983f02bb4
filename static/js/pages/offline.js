/** The page for when there is no line: it says what waits on this device, and leaves by itself. */
export {}; // a module: its names are its own

const ASK_EVERY = 1_500; // ms
const ANSWER_WITHIN = 2_500;

async function comeBack() {
  const options = { method: "HEAD", cache: /** @type {const} */ ("no-store"), signal: AbortSignal.timeout(ANSWER_WITHIN) };
  const answer = await fetch("/offline", options).catch(() => null);
  if (answer?.ok) location.replace(location.pathname === "/offline" ? "/" : location.href);
  else setTimeout(comeBack, ASK_EVERY);
}

/** How many paragraphs written on this device wait for the line. */
async function countWaiting() {
  const known = (await indexedDB.databases?.()) ?? [];
  if (!known.some((each) => each.name === "session-app-outbox")) return 0;
  return new Promise((resolve) => {
    const opening = indexedDB.open("session-app-outbox");
    opening.onerror = () => resolve(0);
    opening.onsuccess = () => {
      const database = opening.result;
      try {
        const counting = database.transaction("kept").objectStore("kept").count();
        counting.onsuccess = () => {
          resolve(counting.result);
          database.close(); // or a page that opens it anew would wait for us
        };
        counting.onerror = () => resolve(0);
      } catch {
        resolve(0); // it is there, and empty
      }
    };
  });
}

async function showWaiting() {
  const count = Number(await countWaiting().catch(() => 0));
  if (!count) return;
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-waiting]"))) {
    each.hidden = false;
    each.textContent = (each.dataset.waiting ?? "").replace("{count}", String(count));
  }
}

const PUBLIC = /^\/p\/[^/]+$/;
/** As the server writes them in a title. @type {Record<string, string>} */
const WRITTEN = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'" };

/** The public pages this device has kept, by their own titles, in both languages. */
async function listKept() {
  /** @type {HTMLElement[]} */
  const rows = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const { pathname, search, searchParams } = new URL(request.url);
      if (!PUBLIC.test(pathname) || !searchParams.has("language")) continue;
      const words = (await (await cache.match(request))?.text()) ?? "";
      const title = /<title>([^<]*)/.exec(words)?.[1] ?? "";
      const text = title.replace(/&(amp|lt|gt|#34|#39);/g, (written) => WRITTEN[written] ?? written);
      const link = Object.assign(document.createElement("a"), { href: pathname + search, textContent: text });
      const row = Object.assign(document.createElement("li"), { lang: searchParams.get("language") ?? "" });
      row.append(link);
      rows.push(row);
    }
  }
  return rows;
}

async function showKept() {
  document.getElementById("public")?.replaceChildren(...(await listKept().catch(() => [])));
}

document.getElementById("retry")?.addEventListener("click", () => location.reload());
addEventListener("online", () => void comeBack());
void showWaiting();
void showKept();
setTimeout(comeBack, ASK_EVERY);
