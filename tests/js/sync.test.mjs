import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Outbox } from "../../static/js/editor/outbox.js";
import { TYPED } from "../../static/js/editor/binding.js";
import { DraftSync } from "../../static/js/editor/sync.js";
import { Shelf } from "./shelf.mjs";
import { Desk, Wire } from "./server.mjs";

const tab = async (desk, { person = "ana", shelf = null, connected = true } = {}) => {
  const wire = new Wire(desk, person);
  const outbox = new Outbox(shelf ? { indexedDB: shelf } : { memoryOnly: true });
  const sync = new DraftSync(wire, { draft: "d", session: "s", person, tab: "t", outbox });
  const told = { refused: [], paragraphs: [], structures: [], statuses: [] };
  sync.on("refused", (each) => told.refused.push(each));
  sync.on("paragraph", (each) => told.paragraphs.push(each));
  sync.on("structure", (each) => told.structures.push(each));
  sync.on("status", (each) => told.statuses.push(each));
  if (connected) wire.connect();
  await sync.open();
  return { wire, sync, told, outbox };
};
const type = ({ sync }, id, text, language = "es", at = sync.paragraphs.get(id).text(language).length) =>
  sync.paragraphs.get(id).doc.transact(() => sync.paragraphs.get(id).text(language).insert(at, text), TYPED);
const shown = ({ sync }, id, language = "es") => sync.paragraphs.get(id).text(language).toString();
const until = async (condition, ms = 8000) => {
  for (const end = Date.now() + ms; !condition(); await wait(10)) assert.ok(Date.now() < end, `${condition}`);
};
const updates = ({ wire }) => wire.log.filter(([name]) => name === "draft.update").length;

test("what is typed in one tab is gathered, stored, and shown in the other", async () => {
  const desk = new Desk(["p", "q"]);
  const [a, b] = [await tab(desk), await tab(desk, { person: "eva" })];
  for (const letter of "Acuerdan") type(a, "p", letter);
  assert.equal(a.sync.status.unsent, 1);
  assert.ok(a.sync.paragraphs.get("p").unsent);
  await until(() => a.sync.status.unsent === 0);
  assert.equal(desk.text("p"), "Acuerdan");
  assert.equal(updates(a), 1, "eight keys, one update");
  assert.ok(Math.abs((a.sync.status.saved ?? 0) - Date.now()) < 5_000);
  await until(() => shown(b, "p") === "Acuerdan");
});

test("a lost answer leads to a synchronisation and a second sending, and the words stand once", async () => {
  const desk = new Desk(["p"]);
  const a = await tab(desk);
  a.wire.losesAnswers = true;
  type(a, "p", "una vez");
  await until(() => desk.text("p") === "una vez");
  assert.equal(a.sync.status.unsent, 1, "not acknowledged, so not saved");
  a.wire.losesAnswers = false;
  await until(() => a.sync.status.unsent === 0);
  assert.equal(desk.text("p"), "una vez");
  assert.equal(desk.taken, 1);
});

test("a lost message is sent again", async () => {
  const desk = new Desk(["p"]);
  const a = await tab(desk);
  a.wire.losesMessages = true;
  type(a, "p", "perdida");
  await until(() => updates(a) === 1);
  a.wire.losesMessages = false;
  await until(() => a.sync.status.unsent === 0);
  assert.equal(desk.text("p"), "perdida");
});

test("two who write without contact find all their words merged when it is back", async () => {
  const desk = new Desk(["p"]);
  desk.write("p", "texto ");
  const [a, b] = [await tab(desk), await tab(desk, { person: "eva" })];
  a.wire.cut();
  b.wire.cut();
  assert.equal(a.sync.status.online, false);
  type(a, "p", "de Ana ");
  type(b, "p", "de Eva ");
  type(b, "p", "English", "en");
  a.sync.paragraphs.get("p").doc.transact(() => a.sync.paragraphs.get("p").text("es").delete(0, 6), TYPED);
  assert.equal(await a.sync.flush(), false, "flush does not wait for a network that is gone");
  a.wire.connect();
  b.wire.connect();
  await until(() => a.sync.status.unsent === 0 && b.sync.status.unsent === 0 && shown(a, "p") === shown(b, "p"));
  assert.equal(desk.text("p"), shown(a, "p"));
  assert.equal(desk.text("p", "en"), "English");
  assert.ok(["de Ana de Eva ", "de Eva de Ana "].includes(desk.text("p")));
});

test("after a reconnection nothing is sent for paragraphs without unsent edits", async () => {
  const desk = new Desk(["p", "q"]);
  const a = await tab(desk);
  type(a, "p", "x");
  await until(() => a.sync.status.unsent === 0);
  const before = updates(a);
  for (let round = 0; round < 3; round += 1) {
    a.wire.cut();
    a.wire.connect();
    await until(() => a.sync.status.online);
  }
  await wait(400);
  assert.equal(updates(a), before);
});

test("a desk that forgot acknowledged edits is given them again", async () => {
  const desk = new Desk(["p"]);
  const a = await tab(desk);
  type(a, "p", "uno ");
  await until(() => a.sync.status.unsent === 0);
  const { Y } = await import("../../static/vendor/editor.js");
  desk.paragraphs.set("p", new Y.Doc()); // restored from an older copy
  type(a, "p", "dos");
  await until(() => a.sync.status.unsent === 0);
  assert.equal(desk.text("p"), "uno dos");
  assert.deepEqual(a.told.refused, []);
});

test("a refusal gives the words back, begins the paragraph anew, and later edits are taken", async () => {
  const desk = new Desk(["p", "q"]);
  desk.write("p", "Adoptado. ");
  const [a, b] = [await tab(desk), await tab(desk, { person: "eva" })];
  a.wire.cut();
  type(a, "p", "tarde");
  type(a, "q", "a tiempo");
  desk.refusals.set("p", "paragraph.adopted");
  a.wire.connect();
  await until(() => a.told.refused.length === 1 && a.sync.status.unsent === 0);
  assert.deepEqual(a.told.refused, [
    { paragraph: "p", code: "paragraph.adopted", sentence: "(paragraph.adopted)", texts: { es: "Adoptado. tarde" } },
  ]);
  assert.equal(a.told.paragraphs.length, 1);
  assert.notEqual(a.told.paragraphs[0].paragraph.clientId, a.told.paragraphs[0].replaces.clientId);
  assert.equal(shown(a, "p"), "Adoptado. ");
  assert.equal(desk.text("q"), "a tiempo");
  desk.refusals.clear();
  type(a, "p", "ahora");
  await until(() => a.sync.status.unsent === 0 && shown(b, "p") === "Adoptado. ahora");
  assert.equal(a.told.refused.length, 1);
});

test("too fast is not a refusal", async () => {
  const desk = new Desk(["p"]);
  const a = await tab(desk);
  desk.refusals.set("p", "update.too_fast");
  type(a, "p", "deprisa");
  await until(() => updates(a) === 1);
  desk.refusals.clear();
  await until(() => a.sync.status.unsent === 0);
  assert.deepEqual(a.told.refused, []);
  assert.equal(desk.text("p"), "deprisa");
});

test("an afternoon's typing without contact, key by key, is taken whole", async () => {
  const desk = new Desk(["p"]);
  desk.write("p", "inicio ");
  const a = await tab(desk);
  a.wire.cut();
  for (let key = 0; key < 6000; key += 1) {
    type(a, "p", "abcdefghi "[key % 10]);
    if (key % 7 === 6) {
      const paragraph = a.sync.paragraphs.get("p");
      paragraph.doc.transact(() => paragraph.text("es").delete(paragraph.text("es").length - 1, 1), TYPED);
    }
  }
  a.wire.connect();
  await until(() => a.sync.status.unsent === 0);
  assert.deepEqual(a.told.refused, []);
  assert.equal(desk.text("p"), shown(a, "p"));
  assert.ok(updates(a) <= 3);
});

test("paragraphs come and go; what was unsent in one that goes is given back", async () => {
  const desk = new Desk(["p"]);
  const { Y } = await import("../../static/vendor/editor.js");
  const a = await tab(desk);
  desk.paragraphs.set("n", new Y.Doc());
  desk.write("n", "nuevo");
  desk.restructure();
  await until(() => a.sync.paragraphs.has("n") && shown(a, "n") === "nuevo");
  assert.deepEqual(a.told.structures.at(-1).added, ["n"]);
  type(a, "n", " y más");
  desk.paragraphs.delete("n");
  desk.restructure();
  await until(() => a.told.refused.length === 1);
  assert.equal(a.told.refused[0].code, "paragraph.gone");
  assert.equal(a.told.refused[0].texts.es, "nuevo y más");
  assert.ok(!a.sync.paragraphs.has("n"));
  assert.equal(a.sync.status.unsent, 0);
});

test("flush sends what is still being gathered and says when it is stored", async () => {
  const desk = new Desk(["p", "q"]);
  const a = await tab(desk);
  type(a, "p", "x");
  type(a, "q", "y");
  const start = Date.now();
  assert.equal(await a.sync.flush(), true);
  assert.ok(Date.now() - start < 140);
  assert.equal(desk.text("p") + desk.text("q"), "xy");
});

test("a tab closed without contact leaves its words on the device; the next one sends them and types on", async () => {
  const desk = new Desk(["p"]);
  desk.write("p", "texto");
  const shelf = new Shelf();
  const a = await tab(desk, { shelf });
  type(a, "p", " enviado");
  await until(() => a.sync.status.unsent === 0);
  a.wire.cut();
  type(a, "p", " sin red");
  a.sync.close();
  await a.outbox.close();
  assert.equal(shelf.size, 1);

  const other = await tab(desk, { person: "eva", shelf });
  assert.equal(shown(other, "p"), "texto enviado", "another person on this device is not given them");
  assert.equal(shelf.size, 1);

  const again = await tab(desk, { shelf });
  assert.equal(shown(again, "p"), "texto enviado sin red");
  type(again, "p", ", y más");
  await until(() => again.sync.status.unsent === 0);
  assert.equal(desk.text("p"), "texto enviado sin red, y más");
  await until(() => shelf.size === 0);
});

test("an outbox opened while its own tab still lives makes no second writer of one client id", async () => {
  const desk = new Desk(["p"]);
  const shelf = new Shelf();
  const a = await tab(desk, { shelf });
  a.wire.cut();
  type(a, "p", "primero ");
  await wait(150);
  const b = await tab(desk, { shelf });
  type(b, "p", "segundo ");
  await until(() => b.sync.status.unsent === 0);
  type(a, "p", "tercero ");
  a.wire.connect();
  await until(() => a.sync.status.unsent === 0 && shown(a, "p") === shown(b, "p"));
  for (const word of ["primero", "segundo", "tercero"]) assert.equal(desk.text("p").split(word).length, 2, word);
  assert.deepEqual([...a.told.refused, ...b.told.refused], []);
  await until(() => shelf.size === 0);
});

test("words refused after a reload are given back once and do not come back", async () => {
  const desk = new Desk(["p"]);
  const shelf = new Shelf();
  const a = await tab(desk, { shelf });
  a.wire.cut();
  type(a, "p", "zombi");
  a.sync.close();
  await a.outbox.close();
  desk.refusals.set("p", "paragraph.adopted");
  const again = await tab(desk, { shelf });
  await until(() => again.told.refused.length === 1);
  assert.equal(again.told.refused[0].texts.es, "zombi");
  await until(() => shelf.size === 0);
  assert.equal(shown(again, "p"), "");
  const third = await tab(desk, { shelf });
  await wait(100);
  assert.deepEqual(third.told.refused, []);
});

test("words kept for a paragraph that is gone are given back", async () => {
  const desk = new Desk(["p", "q"]);
  const shelf = new Shelf();
  const a = await tab(desk, { shelf });
  a.wire.cut();
  type(a, "p", "hola", "en");
  a.sync.close();
  await a.outbox.close();
  desk.paragraphs.delete("p");
  const again = await tab(desk, { shelf });
  await until(() => again.told.refused.length === 1);
  assert.deepEqual(again.told.refused[0], { paragraph: "p", code: "paragraph.gone", sentence: "", texts: { en: "hola" } });
  await until(() => shelf.size === 0);
});

test("a device without a database still sends", async () => {
  const desk = new Desk(["p"]);
  const broken = { open: () => { throw new Error("no"); } };
  const a = await tab(desk, { shelf: broken });
  assert.equal(await a.outbox.isLasting(), false);
  type(a, "p", "x");
  await until(() => a.sync.status.unsent === 0);
});

test("four who type at random over a bad network all have what the desk has in the end", async () => {
  const desk = new Desk(["p", "q"]);
  const tabs = [];
  for (const person of ["ana", "eva", "luz", "sol"]) tabs.push(await tab(desk, { person }));
  for (let round = 0; round < 120; round += 1) {
    const one = tabs[Math.floor(Math.random() * 4)];
    const id = Math.random() < 0.5 ? "p" : "q";
    const dice = Math.random();
    if (dice < 0.06) one.wire.joined ? one.wire.cut() : one.wire.connect();
    else if (dice < 0.1) one.wire.losesAnswers = !one.wire.losesAnswers;
    else if (dice < 0.8) type(one, id, "abc ", dice < 0.5 ? "es" : "en", Math.floor(Math.random() * shown(one, id, dice < 0.5 ? "es" : "en").length));
    else {
      const paragraph = one.sync.paragraphs.get(id);
      if (paragraph.text("es").length > 6) paragraph.doc.transact(() => paragraph.text("es").delete(2, 3), TYPED);
    }
    await wait(10);
  }
  for (const one of tabs) {
    one.wire.losesAnswers = false;
    if (!one.wire.joined) one.wire.connect();
  }
  await until(() => tabs.every((one) => one.sync.status.unsent === 0 && one.sync.status.online), 20000);
  await wait(50);
  for (const one of tabs) {
    for (const id of ["p", "q"])
      for (const language of ["es", "en"]) assert.equal(shown(one, id, language), desk.text(id, language));
    assert.deepEqual(one.told.refused, []);
  }
});

test("behind a closed door nothing that is typed is kept on the device", async () => {
  const [desk, shelf] = [new Desk(["p"]), new Shelf()];
  desk.rights.off_device = true;
  const a = await tab(desk, { shelf });
  assert.equal(await a.outbox.isLasting(), false);
  a.wire.losesAnswers = true;
  type(a, "p", "a puerta cerrada");
  await until(() => desk.text("p") !== "");
  await a.outbox.flush();
  await wait(200);
  assert.equal(shelf.size, 0);
  a.sync.close();
  await wait(50);
  assert.equal(shelf.size, 0, "nor when the page is left");
});

test("when the door closes on an open text no more of it is kept, and what was kept goes once it is saved", async () => {
  const [desk, shelf] = [new Desk(["p"]), new Shelf()];
  const a = await tab(desk, { shelf });
  a.wire.losesMessages = true;
  type(a, "p", "antes ");
  await until(() => shelf.size === 1);
  const kept = async () => (await a.outbox.kept("d", "ana")).map((each) => each.update.length);
  const before = await kept();
  type(a, "p", "todavía ");
  desk.tellRights({ off_device: true });
  type(a, "p", "a puerta cerrada");
  await wait(200);
  assert.deepEqual(await kept(), before, "not even what waited to be kept");
  assert.equal(a.sync.status.unsent, 1);
  a.wire.losesMessages = false;
  await until(() => a.sync.status.unsent === 0);
  assert.equal(desk.text("p"), "antes todavía a puerta cerrada");
  await until(() => shelf.size === 0);
  desk.tellRights({ off_device: false });
  await until(() => !a.outbox.offDevice);
  a.wire.losesMessages = true;
  type(a, "p", " abierta");
  await until(() => shelf.size === 1);
  a.sync.close(); // or it goes on trying to send, and the run never ends
});

test("what a closing door stops stays its author's, and goes when they are back", async () => {
  const [desk, shelf] = [new Desk(["p"]), new Shelf()];
  const a = await tab(desk, { shelf });
  desk.refusals.set("p", "door.closed");
  type(a, "p", "antes de cerrar");
  await until(() => desk.refused > 0);
  await until(() => shelf.size === 1);
  a.sync.close();
  assert.deepEqual(a.told.refused, []);
  desk.refusals.clear();

  // Behind the door they may only read: the words wait, and are not refused.
  desk.rights = { writable: [], may: ["draft:read"], off_device: true };
  const back = await tab(desk, { shelf });
  await wait(300);
  assert.deepEqual([back.told.refused, desk.text("p"), shelf.size], [[], "", 1]);
  desk.tellRights({ writable: ["en", "es"], off_device: false });
  await until(() => desk.text("p") === "antes de cerrar");
  await until(() => shelf.size === 0);
  assert.deepEqual(back.told.refused, []);
  back.sync.close();
});
