/**
 * Keeps the shell of the pages on the device, so that a reload without a line still answers.
 *
 * Served as `/sw.js`, behind a line that says what is kept (`KEPT`, session_app/web/shell.py). What it keeps it
 * has asked for without a cookie: it is what a stranger may see. Nothing that a page asks for is ever kept.
 */
const PREFIX = "session-app-";
const CACHE = PREFIX + KEPT.version;
const FILES = new Set(KEPT.files);
const PAGES = new Set(KEPT.pages);
/** Until an unanswered page counts as no line, in ms: a network that swallows everything says nothing. */
const PATIENCE = 5_000;

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (FILES.has(url.pathname)) event.respondWith(file(request));
  // A file to download may take its time, and no page can stand in for it.
  else if (request.mode === "navigate" && !/\.\w+$/.test(url.pathname)) event.respondWith(page(request, url));
});

async function keep() {
  const cache = await caches.open(CACHE);
  const stranger = (path) => new Request(path, { credentials: "omit" });
  await cache.addAll([...FILES, ...PAGES].map(stranger));
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((each) => each.startsWith(PREFIX) && each !== CACHE).map((each) => caches.delete(each)));
}

async function file(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? fetch(request);
}

/** The page itself; without a line the guide one asked for, or what is said then. */
async function page(request, url) {
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("no answer")));
  const asked = fetch(request);
  try {
    return await Promise.race([asked, late]);
  } catch {
    asked.catch(() => {});
    const cache = await caches.open(CACHE);
    const known = PAGES.has(url.pathname + url.search) ? url.pathname + url.search : "/offline";
    return (await cache.match(known)) ?? Response.error();
  }
}
