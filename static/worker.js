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
/** The public page of a session, and the Word files of its document. */
const PUBLIC = /^\/p\/[^/]+$/;
const PUBLISHED = /^(\/p\/[^/]+)\/(es|en|bilingual)\.docx$/;
/** How long a kept public page is new enough, in ms. */
const FRESH_FOR = 600_000;
/** In a kept page this line is shown: of when it is (templates/published.html). */
const DATED = /(<p class="notice kept") hidden>/;

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

/** A page that links to a public page has it kept: `{keep: "/p/…"}`. */
self.addEventListener("message", (event) => {
  const path = event.data?.keep;
  if (PUBLIC.test(path)) event.waitUntil(keepPublic(path));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (FILES.has(url.pathname)) event.respondWith(file(request));
  // A file to download may take its time, and no page can stand in for it.
  else if (PUBLISHED.test(url.pathname)) event.respondWith(published(request));
  else if (request.mode === "navigate" && !/\.\w+$/.test(url.pathname)) event.respondWith(page(request, url));
});

const stranger = (path) => new Request(path, { credentials: "omit" });

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...FILES, ...PAGES].map(stranger));
  // A kept page names the files of its version of the program: those of an earlier one are asked for again.
  for (const path of await listPublic()) await keepPublic(path).catch(() => {});
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((each) => each.startsWith(PREFIX) && each !== CACHE).map((each) => caches.delete(each)));
}

/** The public pages that any version has kept. */
async function listPublic() {
  const paths = new Set();
  for (const name of (await caches.keys()).filter((each) => each.startsWith(PREFIX))) {
    for (const { url } of await (await caches.open(name)).keys()) {
      const { pathname } = new URL(url);
      if (PUBLIC.test(pathname)) paths.add(pathname);
    }
  }
  return paths;
}

/** Keep a public page in both languages, dated, and the Word files it names; or forget it. */
async function keepPublic(path) {
  const cache = await caches.open(CACHE);
  const before = await cache.match(path);
  if (Date.now() - Date.parse(before?.headers.get("date") ?? "") < FRESH_FOR) return;
  for (const address of [path, `${path}?language=es`, `${path}?language=en`]) {
    const answer = await fetch(stranger(address));
    if (!answer.ok) return forget(path);
    const words = await answer.text();
    if (!DATED.test(words)) return; // another's page, in the place of ours
    const headers = new Headers(answer.headers);
    headers.delete("content-length");
    await cache.put(address, new Response(words.replace(DATED, "$1>"), { headers }));
  }
  for (const layout of ["es", "en", "bilingual"]) {
    const address = `${path}/${layout}.docx`;
    const answer = await fetch(stranger(address));
    if (answer.ok) await cache.put(address, answer);
  }
}

/** What is public no more is kept no more. */
async function forget(path) {
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname === path || pathname.startsWith(`${path}/`)) await cache.delete(request);
  }
}

async function file(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? fetch(request);
}

/** A published file; without a line the one this device has kept. */
async function published(request) {
  try {
    return await fetch(request);
  } catch {
    return (await (await caches.open(CACHE)).match(request.url)) ?? Response.error();
  }
}

/** The page itself; without a line the public one asked for, or what is said then. */
async function page(request, url) {
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("no answer")));
  const asked = fetch(request);
  try {
    const answer = await Promise.race([asked, late]);
    if (PUBLIC.test(url.pathname) && answer.status === 404) await forget(url.pathname);
    return answer;
  } catch {
    asked.catch(() => {});
    const cache = await caches.open(CACHE);
    const address = url.pathname + url.search;
    const known = PAGES.has(address) || PUBLIC.test(url.pathname);
    return (known && (await cache.match(address))) || (await cache.match("/offline")) || Response.error();
  }
}
