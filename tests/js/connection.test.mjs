import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { TimedOut, connect } from "../../static/js/lib/connection.js";

/** Socket.IO's client as far as a connection uses it; the test is the server. */
class Socket extends EventEmitter {
  connected = false;
  active = true;
  sent = [];
  any = () => {};
  io = Object.assign(new EventEmitter(), { engine: Object.assign(new EventEmitter(), { close: () => this.lose() }) });
  volatile = { emit: (...message) => this.sent.push(message) };
  answers = { join: (_, answer) => answer({ ok: true, seq: 7, fragments: {} }) };

  onAny(listener) {
    this.any = listener;
  }
  connect() {
    queueMicrotask(() => {
      if (this.refused) return super.emit("connect_error", new Error("no"));
      this.connected = true;
      this.io.emit("open");
      super.emit("connect");
    });
    return this;
  }
  disconnect() {
    this.lose();
    return this;
  }
  lose() {
    if (!this.connected) return;
    this.connected = false;
    super.emit("disconnect", "transport close");
  }
  emit(name, values, ...rest) {
    this.sent.push([name, values, ...rest]);
    this.answers[name]?.(values, rest.at(-1));
  }
}

const page = async (prepare = () => {}) => {
  const socket = new Socket();
  prepare(socket);
  const left = [];
  const connection = connect({ io: () => socket, session: "s", page: "home", topics: ["agenda"], leave: (to) => left.push(to) });
  const told = [];
  for (const name of ["joined", "contact", "bye", "lost"]) connection.on(name, (data) => told.push([name, data]));
  await wait(1);
  return { socket, connection, left, told };
};

test("a page joins its session, and joins again after a loss", async () => {
  const { socket, connection, told } = await page();
  assert.deepEqual(socket.sent[0].slice(0, 2), ["join", { session: "s", page: "home", topics: ["agenda"] }]);
  assert.equal(connection.contact, "live");
  assert.equal(connection.since, null);
  socket.lose();
  assert.equal(connection.contact, "reconnecting");
  assert.ok(Math.abs(connection.since - Date.now()) < 1_000);
  socket.connect();
  await wait(1);
  assert.equal(connection.contact, "live");
  assert.deepEqual(told.map(([name]) => name), ["contact", "joined", "lost", "contact", "contact", "joined"]);
  connection.close();
});

test("an act on a page that has just come waits for the join, and for no line that was lost", async () => {
  const socket = new Socket();
  socket.answers.command = (_, answer) => answer({ ok: true, done: true });
  const connection = connect({ io: () => socket, session: "s", page: "home", leave: () => {} });
  const early = connection.command("floor.ask", {});
  assert.equal((await early).done, true);
  assert.deepEqual(socket.sent.map(([name]) => name), ["join", "command"]);
  socket.lose();
  await assert.rejects(connection.command("floor.ask", {}), TimedOut);
  connection.close();
});

test("an act on a page that never gets a line is given up when the page says so", async () => {
  const socket = new Socket();
  socket.refused = true;
  const connection = connect({ io: () => socket, session: "s", page: "home", leave: () => {} });
  const early = assert.rejects(connection.command("floor.ask", {}), TimedOut);
  connection.show("offline");
  await early;
  await assert.rejects(connection.command("floor.ask", {}), TimedOut);
  connection.close();
});

test("a page names what it was served with, until it is sent anew", async () => {
  const socket = new Socket();
  const connection = connect({ io: () => socket, session: "s", page: "home", topics: ["agenda", "floor"], shown: { agenda: "a", floor: "f" }, leave: () => {} });
  await wait(1);
  const marks = () => structuredClone(socket.sent.filter(([name]) => name === "join").at(-1)[1].shown);
  assert.deepEqual(Object.keys(marks()), ["agenda", "floor"]);
  socket.any("fragment", { topic: "floor", html: "" });
  socket.lose();
  socket.connect();
  await wait(1);
  assert.deepEqual(marks(), { agenda: "a" });
  connection.close();
});

test("an answer comes with its bytes, whatever kind of bytes the platform has", async () => {
  const { socket, connection } = await page();
  socket.answers["draft.sync"] = (_, answer) => answer({ ok: true }, new Uint8Array([1, 2]).buffer);
  assert.deepEqual(await connection.ask("draft.sync", {}, new Uint8Array()), { ack: { ok: true }, buffers: [new Uint8Array([1, 2])] });
  socket.answers["draft.sync"] = (_, answer) => answer({ ok: true }, Buffer.from([3]));
  assert.deepEqual((await connection.ask("draft.sync", {})).buffers, [new Uint8Array([3])]);
  connection.close();
});

test("a question is given up when contact is lost, and not asked without", async () => {
  const { socket, connection } = await page();
  const question = connection.ask("command", {});
  socket.lose();
  await assert.rejects(question, TimedOut);
  await assert.rejects(connection.ask("command", {}), TimedOut);
  connection.close();
});

test("a refusal is an answer", async () => {
  const { socket, connection } = await page();
  socket.answers.command = (_, answer) => answer({ ok: false, code: "access.denied", sentence: "No." });
  assert.equal((await connection.command("draft.adopt", {})).code, "access.denied");
  connection.close();
});

test("messages of the server are told under their names", async () => {
  const { socket, connection } = await page();
  const heard = [];
  connection.on("draft.updates", (each) => heard.push(each));
  socket.any("draft.updates", { draft: "d" }, new Uint8Array([9]).buffer);
  assert.deepEqual(heard, [{ data: { draft: "d" }, buffers: [new Uint8Array([9])] }]);
  connection.close();
});

test("silence is noticed: a sign of life is asked for, then the page is off line, then live at the first packet", async () => {
  const { socket, connection } = await page();
  await wait(2200);
  assert.ok(socket.sent.some(([name]) => name === "beat"));
  assert.equal(connection.contact, "live");
  await wait(1600);
  assert.equal(connection.contact, "offline");
  socket.io.engine.emit("packet", {});
  assert.equal(connection.contact, "live");
  connection.close();
});

test("who may no longer be here is sent where the reason says", async () => {
  const closed = await page();
  closed.socket.any("bye", { reason: "closed" });
  assert.deepEqual(closed.left, ["/s/s/closed"]);
  const out = await page();
  out.socket.any("bye", { reason: "signed_out" });
  assert.deepEqual(out.left, ["/"]);
  const refused = await page((socket) => Object.assign(socket, { refused: true, active: false }));
  assert.deepEqual(refused.left, ["/"]);
  const kept = await page((socket) => (socket.answers.join = (_, answer) => answer({ ok: false, code: "session.unknown" })));
  assert.deepEqual(kept.left, ["/"]);
});

test("a network that fails sends nobody away", async () => {
  const { connection, left } = await page((socket) => Object.assign(socket, { refused: true, active: true }));
  assert.deepEqual(left, []);
  connection.close();
});
