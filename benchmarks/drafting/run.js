// Fifty editors on one draft: session-app beside Hocuspocus, in alternating rounds.  See ../README.md.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as Y from "yjs";
import { Crew } from "./crew.js";
import { now, quantile, sleep, spread } from "./measure.js";
import { EDITORS, fingerprint, Hocuspocus, SessionApp } from "./peers.js";

const KILLED_AFTER = 2500; // ms of typing until the server is killed
const KILL_STAGE = 3000;
const DRAINS_WITHIN = 30_000;

const { values: given } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "8" },
    editors: { type: "string", default: "50" },
    rate: { type: "string", default: "5" },
    warmup: { type: "string", default: "2" },
    threads: { type: "string", default: String(Math.max(1, Math.min(2, availableParallelism() - 2))) },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const option = Object.fromEntries(
  ["rounds", "seconds", "editors", "rate", "warmup", "threads"].map((name) => [
    name,
    Number(given[name]),
  ]),
);
const slots = Math.ceil((option.warmup + option.seconds + KILL_STAGE / 1000) * option.rate) + 50;

const quiet = { heard() {}, acknowledged() {} };

/** Somebody who comes now and sees what the server has. */
async function newcomer(peer) {
  const editor = new EDITORS[peer.name](peer.room, peer.keys.at(-1), quiet);
  await editor.open();
  editor.close();
  return editor;
}

async function drained(crew) {
  const since = now();
  while (now() - since < DRAINS_WITHIN) {
    if ((await crew.ask("upToDate")).every(Boolean)) return now() - since;
    await sleep(20);
  }
  return NaN;
}

const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** One round of one peer: type, compare, kill, look what is left. */
async function play(peer) {
  const crew = new Crew(peer, { ...option, docs: peer.docs, slots });
  try {
    await crew.open();
    const measured = await typing(peer, crew);
    const prints = (await crew.ask("prints")).flat();
    const left = fingerprint(await newcomer(peer), peer.room.paragraphs.length);
    const converged = prints.every((print) => print === left);
    const refused = total(await crew.ask("refused"));
    const lost = await killing(peer, crew);
    return { ...measured, converged, refused, ...lost };
  } finally {
    await crew.end();
  }
}

async function typing(peer, crew) {
  const start = now() + 200;
  const from = start + option.warmup * 1000;
  const to = from + option.seconds * 1000;
  const typed = crew.ask("type", { start, from, to, end: to });
  await sleep(from - now());
  const [before, counted] = [peer.usage(), total(crew.typed)];
  const busy = await typed;
  const drain = await drained(crew);
  const keystrokes = total(crew.typed) - counted;
  const after = peer.usage();
  const latencies = (await crew.ask("latencies")).flatMap((each) => [...each]);
  const sorted = Float64Array.from(latencies).sort();
  return {
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    cpu: ((after.cpu - before.cpu) * 1e6) / (keystrokes * (option.editors - 1)),
    rss: after.rss,
    drain,
    keystrokes,
    busy: Math.max(...busy),
  };
}

async function killing(peer, crew) {
  const start = now();
  const typed = crew.ask("type", { start, from: Infinity, to: Infinity, end: start + KILL_STAGE });
  await sleep(KILLED_AFTER);
  await peer.kill("SIGKILL");
  await typed;
  const seen = new Int32Array(crew.typed.length);
  for (const { number, have } of (await crew.ask("have")).flat()) {
    have.forEach((count, stream) => {
      if (Math.floor(stream / crew.docs) !== number) seen[stream] = Math.max(seen[stream], count);
    });
  }
  await peer.start();
  const { docs } = await newcomer(peer);
  await peer.kill("SIGTERM");
  peer.check();
  const missing = (counts) =>
    total(
      crew.clients.map((client, stream) =>
        Math.max(0, counts[stream] - Y.getState(docs[stream % crew.docs].store, client)),
      ),
    );
  return {
    acknowledged: total(crew.acknowledged),
    lost: missing(crew.acknowledged),
    seen: total(seen),
    lostSeen: missing(seen),
  };
}

const FIGURES = {
  p50: ["keystroke to another client, median", "ms"],
  p99: ["keystroke to another client, p99", "ms"],
  cpu: ["server CPU per (keystroke, receiver)", "us"],
  rss: ["server memory, peak", "MB"],
};

function report(results) {
  const { editors, rate, seconds, rounds } = option;
  const [ours, theirs] = [results["session-app"], results.hocuspocus];
  console.log(
    `${editors} editors on one draft, ${rate} keystrokes/s each for ${seconds} s; ` +
      `${rounds} rounds: median (lowest-highest)`,
  );
  console.log(row("", "session-app", "Hocuspocus", "ratio of a round"));
  for (const [figure, [title, unit]] of Object.entries(FIGURES)) {
    const values = [ours, theirs].map((all) => all.map((each) => each[figure]));
    const ratios = values[0].map((value, round) => value / values[1][round]);
    console.log(row(`${title}, ${unit}`, ...[...values, ratios].map(spread)));
  }
  const counts = (all, lost, of) =>
    [lost, of].map((count) => total(all.map((each) => each[count]))).join(" of ");
  for (const [title, ...names] of [
    ["acknowledged keystrokes lost by SIGKILL", "lost", "acknowledged"],
    ["keystrokes others had seen, lost by SIGKILL", "lostSeen", "seen"],
  ]) {
    console.log(row(title, counts(ours, ...names), counts(theirs, ...names)));
  }
  const converged = (all) => `${all.filter((each) => each.converged).length} of ${all.length}`;
  console.log(row("rounds with all clients and the server equal", converged(ours), converged(theirs)));
  const busy = Math.max(...[...ours, ...theirs].map((each) => each.busy));
  const limit = busy > 0.7 ? ": the driver was the limit, these figures say nothing" : "";
  console.log(`busiest driver thread ${Math.round(busy * 100)} %${limit}`);
}

const row = (title, ...cells) => title.padEnd(46) + cells.map((cell) => cell.padEnd(24)).join("");

/** What must hold in every round whatever the machine does. */
function broken(results) {
  return results["session-app"].filter(
    (each) => each.lost || each.lostSeen || each.refused || !each.converged,
  );
}

const PEERS = { "session-app": SessionApp, hocuspocus: Hocuspocus };

async function main() {
  const build = join(import.meta.dirname, "..", "..", "build");
  mkdirSync(build, { recursive: true });
  // Not in the system's temporary folder: where that is memory, durable writes cost nothing.
  const folder = mkdtempSync(join(build, "bench-"));
  const prepared = join(folder, "prepared");
  const facts = SessionApp.prepare(prepared, option.editors);
  const results = { "session-app": [], hocuspocus: [] };
  const names = Object.keys(PEERS).filter((name) => !given.only || name === given.only);
  let peer;
  process.on("exit", () => peer?.process?.kill("SIGKILL"));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
  for (let round = 0; round < option.rounds; round++) {
    for (const name of round % 2 ? names.toReversed() : names) {
      peer = new PEERS[name](join(folder, `${name}-${round}`), facts, prepared);
      await peer.start();
      await peer.fill();
      const result = await play(peer);
      results[name].push(result);
      if (given.json) console.log(JSON.stringify({ round, peer: name, ...result }));
    }
  }
  rmSync(folder, { recursive: true });
  report(results);
  return broken(results).length ? 1 : 0;
}

process.exit(await main());
