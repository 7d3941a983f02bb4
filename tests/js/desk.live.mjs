/**
 * The browser's side against the real desk, over real sockets: `npm run test:live`. It starts a
 * demonstration of its own on a free port and ends it.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, connect as dial } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { io } from "socket.io-client";
import { TYPED } from "../../static/js/editor/binding.js";
import { Outbox } from "../../static/js/editor/outbox.js";
import { DraftSync } from "../../static/js/editor/sync.js";
import { connect } from "../../static/js/lib/connection.js";

let desk, demo, folder;
const open = [];

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "desk-"));
  const port = await freePort();
  demo = spawn(".venv/bin/session-app", ["demo", "--data", join(folder, "data"), "--port", String(port), "--json"]);
  let complaint = "";
  demo.stderr.on("data", (data) => (complaint += data));
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: demo.stdout }).once("line", resolve);
    demo.once("exit", () => reject(new Error(complaint)));
  });
  desk = JSON.parse(line);
});

after(async () => {
  for (const { sync, connection } of open) {
    sync.close();
    connection.close();
  }
  demo.kill();
  await rm(folder, { recursive: true, force: true });
});

const signIn = async (role) => {
  const { code } = desk.roles.find((each) => each.role === role);
  const headers = { origin: desk.url, "content-type": "application/x-www-form-urlencoded" };
  const answer = await fetch(`${desk.url}/in`, { method: "POST", redirect: "manual", headers, body: `code=${code}` });
  assert.equal(answer.status, 303);
  return answer.headers.getSetCookie()[0].split(";")[0];
};

const tab = async (role, { url = desk.url } = {}) => {
  const cookie = await signIn(role);
  const page = await (await fetch(`${desk.url}/s/${desk.session}/draft`, { headers: { cookie } })).text();
  const { draft, person } = JSON.parse(/<script type="application\/json" id="page">(.*?)<\/script>/s.exec(page)[1]);
  const left = [];
  const options = { extraHeaders: { cookie, origin: desk.url, host: new URL(desk.url).host }, forceNew: true };
  const connection = connect({ io, session: desk.session, page: "draft", url, options, leave: (to) => left.push(to) });
  const outbox = new Outbox({ memoryOnly: true });
  const sync = new DraftSync(connection, { draft, session: desk.session, person, tab: "t", outbox });
  const refused = [];
  sync.on("refused", (each) => refused.push(each));
  await sync.open();
  const made = { connection, sync, refused, left, cookie, id: sync.structure.rows[3].id };
  open.push(made);
  return made;
};

const type = ({ sync }, id, text, language = "es") => {
  const paragraph = sync.paragraphs.get(id);
  const ytext = paragraph.text(language);
  paragraph.doc.transact(() => ytext.insert(ytext.length, text), TYPED);
};
const shown = ({ sync }, id, language = "es") => sync.paragraphs.get(id).texts()[language];
const until = async (condition, ms = 15000) => {
  for (const end = Date.now() + ms; !condition(); await wait(10)) assert.ok(Date.now() < end, `${condition}`);
};

/** A way to the desk that can be closed to every packet without anybody being told. */
const tunnel = async () => {
  const { port, hostname } = new URL(desk.url);
  let shut = false;
  const sockets = new Set();
  const server = createServer((near) => {
    const far = dial(Number(port), hostname);
    for (const [from, to] of [[near, far], [far, near]]) {
      sockets.add(from);
      from.on("data", (data) => shut || to.write(data));
      from.on("error", () => {});
      from.on("close", () => to.destroy());
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => (server.close(), [...sockets].forEach((each) => each.destroy())));
  const { port: own } = server.address();
  return { url: `http://127.0.0.1:${own}`, shut: () => (shut = true), reopen: () => (shut = false) };
};

test("two delegations write in one paragraph; both have both, and the desk has acknowledged", async () => {
  const [a, b] = [await tab("drafting-can"), await tab("drafting-mex")];
  const before = shown(a, a.id);
  assert.ok(before.length > 10, "the demonstration has text");
  type(a, a.id, " Canadá");
  type(b, a.id, " México 😀");
  await until(() => a.sync.status.unsent + b.sync.status.unsent === 0 && shown(a, a.id) === shown(b, a.id));
  for (const words of ["Canadá", "México 😀"]) assert.ok(shown(a, a.id).includes(words));
  assert.deepEqual([...a.refused, ...b.refused], []);
  const start = Date.now();
  type(a, a.id, "!");
  await until(() => shown(b, a.id).includes("!"));
  console.log(`  from key to the other screen: ${Date.now() - start} ms, 150 of them gathering`);
});

test("a new paragraph arrives with its object, and its words with it", async () => {
  const [a, b] = [await tab("drafting-can"), await tab("drafting-slv")];
  const [row] = a.sync.structure.rows.slice(-1);
  const op = [...crypto.getRandomValues(new Uint8Array(26))].map((each) => "abcdefghijklmnopqrstuvwxyz234567"[each % 32]).join("");
  const values = { op, draft: a.sync.draft, section: row.section, after: row.id, kind: "item" };
  const ack = await a.connection.command("paragraph.add", values);
  assert.ok(ack.ok, JSON.stringify(ack));
  await until(() => a.sync.paragraphs.has(ack.paragraph) && b.sync.paragraphs.has(ack.paragraph));
  type(a, ack.paragraph, "Nuevo");
  type(a, ack.paragraph, "New", "en");
  await until(() => shown(b, ack.paragraph) === "Nuevo" && shown(b, ack.paragraph, "en") === "New");
});

test("whoever may only read is refused, gets the words back, and has the desk's text again", async () => {
  const a = await tab("secretariat");
  const writes = a.sync.writable.length > 0;
  const b = writes ? await tab("delegate-hnd") : a;
  assert.deepEqual(b.sync.writable, []);
  const text = shown(b, b.id);
  type(b, b.id, " no debe");
  await until(() => b.refused.length === 1);
  assert.ok(b.refused[0].sentence && b.refused[0].code, JSON.stringify(b.refused[0]));
  assert.equal(b.refused[0].texts.es, `${text} no debe`);
  await until(() => shown(b, b.id) === text && b.sync.status.unsent === 0);
});

test("behind a network that swallows everything the page knows within four seconds, and mends itself", async () => {
  const way = await tunnel();
  const [a, b] = [await tab("drafting-can", { url: way.url }), await tab("drafting-mex")];
  way.shut();
  const start = Date.now();
  await until(() => a.connection.contact === "offline");
  const noticed = Date.now() - start;
  assert.ok(noticed < 4000, `${noticed}`);
  assert.ok(Math.abs(a.connection.since - start) < 1_000, "when the server was last heard");
  type(a, a.id, " sin red");
  type(b, a.id, " con red");
  await wait(7000);
  way.reopen();
  const opened = Date.now();
  await until(() => a.sync.status.unsent === 0 && a.sync.status.online && shown(a, a.id) === shown(b, a.id), 20000);
  console.log(`  loss noticed after ${noticed} ms, back ${Date.now() - opened} ms after the network`);
  assert.ok(shown(b, a.id).includes("sin red") && shown(b, a.id).includes("con red"));
  assert.deepEqual(a.refused, []);
});

test("three who type, erase, undo and redo in one paragraph are never refused, and end alike", async () => {
  const tabs = [await tab("drafting-can"), await tab("drafting-mex"), await tab("drafting-slv")];
  const id = tabs[0].sync.structure.rows[5].id;
  for (let round = 0; round < 400; round += 1) {
    const { sync } = tabs[Math.floor(Math.random() * 3)];
    const language = Math.random() < 0.7 ? "es" : "en";
    const paragraph = sync.paragraphs.get(id);
    const ytext = paragraph.text(language);
    const undo = paragraph.undo(language);
    const dice = Math.random();
    const at = Math.floor(Math.random() * (ytext.length + 1));
    if (dice < 0.45) paragraph.doc.transact(() => ytext.insert(at, "[país] "), TYPED);
    else if (dice < 0.7) paragraph.doc.transact(() => ytext.delete(Math.min(at, Math.max(0, ytext.length - 4)), Math.min(4, ytext.length)), TYPED);
    else if (dice < 0.9) undo.undo();
    else undo.redo();
    if (dice < 0.1) undo.stopCapturing();
    await wait(10);
  }
  await until(() => tabs.every(({ sync }) => sync.status.unsent === 0));
  await until(() => tabs.every((each) => shown(each, id) === shown(tabs[0], id) && shown(each, id, "en") === shown(tabs[0], id, "en")));
  for (const { refused } of tabs) assert.deepEqual(refused, []);
});

test("who signs out is sent to the entrance", async () => {
  const a = await tab("drafting-mex");
  await fetch(`${desk.url}/out`, { method: "POST", redirect: "manual", headers: { cookie: a.cookie, origin: desk.url } });
  await until(() => a.left.length === 1);
  assert.equal(a.left[0], "/");
});
