// The two servers: how each is prepared, started, ended, and how an editor reaches it.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, openSync } from "node:fs";
import { createServer, connect } from "node:net";
import { join } from "node:path";
import { HocuspocusEditor } from "./hocuspocus.js";
import { now, sleep, usage } from "./measure.js";
import { SessionAppEditor, signIn } from "./session-app.js";

export const LANGUAGES = ["es", "en"];
const HERE = import.meta.dirname;
const ROOT = join(HERE, "..", "..");
const BIN = join(ROOT, ".venv", "bin");
const STARTS_WITHIN = 20_000;

export const EDITORS = { "session-app": SessionAppEditor, hocuspocus: HocuspocusEditor };

/** What an editor's texts are, in few characters. */
export function fingerprint(editor, paragraphs) {
  const hash = createHash("sha256");
  for (let place = 0; place < paragraphs; place++) {
    for (const language of LANGUAGES) hash.update(`${editor.text(place, language)}\n`);
  }
  return hash.digest("hex");
}

/** A server process on a free port of the loopback, with a data folder of its own. */
class Peer {
  /** What each editor needs to be let in. */
  keys = [];

  constructor(data, facts) {
    this.data = data;
    this.facts = facts;
  }

  async start() {
    this.port = await freePort();
    const { command, environment = {} } = this.command();
    const log = openSync(`${this.data}.log`, "a");
    const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("SESSION_APP_"));
    this.process = spawn(command[0], command.slice(1), {
      env: { ...Object.fromEntries(kept), NODE_ENV: "production", ...environment },
      stdio: ["ignore", log, log],
    });
    this.ended = new Promise((resolve) => this.process.once("exit", resolve));
    const limit = now() + STARTS_WITHIN;
    while (!(await answers(this.port))) {
      if (this.process.exitCode !== null || now() > limit) {
        throw new Error(`${this.name} did not start: see ${this.data}.log`);
      }
      await sleep(50);
    }
    await this.admit();
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What all editors know. */
  get room() {
    const { session, draft, paragraphs } = this.facts;
    return { url: this.url, session, draft, paragraphs };
  }

  usage() {
    return usage(this.process.pid);
  }

  async kill(signal = "SIGKILL") {
    if (this.process?.exitCode === null) this.process.kill(signal);
    await this.ended;
  }

  /** Let the editors in, where that takes something. */
  async admit() {}

  /** Bring in the texts, where they are not there yet. */
  async fill() {}

  /** Throws if the store is not sound. */
  check() {}
}

export class SessionApp extends Peer {
  name = "session-app";
  docs = this.facts.paragraphs.length;

  /** Prepare the data all rounds start from. */
  static prepare(data, editors) {
    const script = join(HERE, "prepare.py");
    const made = execFileSync(join(BIN, "python"), [script, data, String(editors + 1)]);
    return JSON.parse(made);
  }

  constructor(data, facts, prepared) {
    super(data, facts);
    cpSync(prepared, data, { recursive: true });
  }

  command() {
    const port = String(this.port);
    return { command: [join(BIN, "session-app"), "serve", "--data", this.data, "--port", port] };
  }

  async admit() {
    this.keys = [];
    for (const badge of this.facts.badges) this.keys.push(await signIn(this.url, badge));
  }

  check() {
    execFileSync(join(BIN, "session-app"), ["verify", "--data", this.data]);
  }
}

export class Hocuspocus extends Peer {
  name = "hocuspocus";
  docs = 1;

  constructor(data, facts) {
    super(data, facts);
    mkdirSync(data);
  }

  command() {
    const environment = { PORT: String(this.port), DATA: this.data };
    return { command: [process.execPath, join(HERE, "hocuspocus-server.js")], environment };
  }

  /** Write the texts of our prepared draft: both peers begin with the same ones. */
  async fill() {
    const first = new HocuspocusEditor(this.room, null, { heard() {}, acknowledged() {} });
    await first.open();
    first.docs[0].transact(() => {
      this.facts.texts.forEach((pair, paragraph) => {
        for (const language of LANGUAGES) first.text(paragraph, language).insert(0, pair[language]);
      });
    });
    while (first.sent.length) await sleep(10);
    first.close();
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true) || socket.destroy());
    socket.once("error", () => resolve(false));
  });
}
