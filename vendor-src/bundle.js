/**
 * Bundles what browsers run into static/vendor: `npm run vendor`.
 *
 * Two kinds of bundles. `editor.js` and `live.js` hold the third-party modules, for our own to import as
 * they are written. `bundled/` holds each of our pages as one small file, with all it needs; the server
 * sends it in the place of the page's module for as long as that is made of the same sources
 * (`sources.json`; session_app/web/shell.py).
 *
 * The result is committed, so that neither the server nor a fresh machine needs Node, and is the same
 * to the byte wherever it is made again from package-lock.json. Beside each bundle of third-party modules
 * lie its types (`.d.ts`); all their licences are in LICENSES.txt.
 */

import { createHash } from "node:crypto";
import { cp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const FROM = "vendor-src";
const TO = "static/vendor";
const BUNDLES = ["editor", "live"];
const TYPED = [...BUNDLES, "yjs"];
/** The modules that pages name; the others are imported by these. */
/** The drafting page's line comes before the rest of it, in a bundle of its own that the other imports. */
const LINE = "js/editor/line.js";
const AFTER_THE_LINE = "js/pages/draft.js";
const ENTRIES = ["js/lib/shell.js", LINE];
for (const file of await readdir("static/js/pages")) ENTRIES.push(`js/pages/${file}`);

/** We connect by WebSocket alone; the other transports would be a tenth of the script of a page. */
const websocketOnly = {
  name: "websocket-only",
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /engine\.io-client\/build\/esm\/transports\/index\.js$/ }, () => ({
      contents: 'import { WS } from "./websocket.js"; export const transports = { websocket: WS };',
    }));
    // They are also exported by name, and would stay for what they do when they are loaded.
    onResolve({ filter: /\/(polling-\w+|webtransport)(\.node)?\.js$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace(".node", "")),
      sideEffects: false,
    }));
  },
};

/** A page takes from the third-party modules only what it uses of them. */
const fromSources = {
  name: "from-sources",
  setup({ onResolve }) {
    onResolve({ filter: /\/vendor\/(editor|live)\.js$/ }, ({ path }) => ({
      path: resolve(FROM, path.split("/").at(-1)),
    }));
  },
};

const lineApart = {
  name: "line-apart",
  setup({ onResolve }) {
    onResolve({ filter: /\/(line|connection)\.js$/ }, () => ({ path: `../${LINE.slice("js/".length)}`, external: true }));
  },
};

const OPTIONS = {
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  minify: true,
  sourcemap: false,
  preserveSymlinks: true, // a checkout that borrows another's node_modules makes the same
  metafile: true,
  logLevel: "warning",
};

/** @param {string | Buffer} bytes */
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** @param {string} file */
async function tellSize(file) {
  const bytes = await readFile(file);
  const packed = gzipSync(bytes, { level: 9 }).length; // differs between versions of Node: told, not written
  console.log(`${file}: ${bytes.length} bytes, ${packed} gzipped`);
  return bytes;
}

const modules = new Map();
const sizes = [];
for (const name of BUNDLES) {
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: [`${FROM}/${name}.js`],
    outfile: `${TO}/${name}.js`,
    legalComments: "linked",
    plugins: [websocketOnly],
  });
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) modules.set(found[1], (modules.get(found[1]) ?? new Set()).add(name));
  }
  const bytes = await tellSize(`${TO}/${name}.js`);
  sizes.push({
    file: `${name}.js`,
    kb: (bytes.length / 1000).toFixed(1),
    sha256: sha256(bytes),
  });
}
for (const name of TYPED) await cp(`${FROM}/${name}.js`, `${TO}/${name}.d.ts`);

const bundled = `${TO}/bundled`;
await rm(bundled, { recursive: true, force: true });
const sources = { files: {}, bundles: {} };
for (const name of ENTRIES.sort()) {
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: [`static/${name}`],
    outfile: `${bundled}/${name}`,
    legalComments: "none",
    banner: { js: "/* Licences: /static/vendor/LICENSES.txt */" },
    plugins: [websocketOnly, fromSources, ...(name === AFTER_THE_LINE ? [lineApart] : [])],
  });
  const inputs = Object.keys(metafile.inputs);
  const own = inputs.filter((each) => each.startsWith("static/"));
  // Third-party sources are not there to be compared; the bundle made of the same ones is.
  const vendored = BUNDLES.filter((each) => inputs.includes(`${FROM}/${each}.js`)).map((each) => `${TO}/${each}.js`);
  const made = [...own, ...vendored].sort();
  for (const file of made) sources.files[file.slice("static/".length)] = sha256(await readFile(file));
  sources.bundles[name] = made.map((file) => file.slice("static/".length));
  await tellSize(`${bundled}/${name}`);
}
// They share a module, so it is both bundles or none.
sources.bundles[LINE] = sources.bundles[AFTER_THE_LINE] = [...new Set([...sources.bundles[LINE], ...sources.bundles[AFTER_THE_LINE]])].sort();
sources.files = Object.fromEntries(Object.entries(sources.files).sort(([one], [other]) => (one < other ? -1 : 1)));
await writeFile(`${bundled}/sources.json`, `${JSON.stringify(sources, null, 1)}\n`);

const licences = [];
const rows = [];
for (const name of [...modules.keys()].sort()) {
  const home = `node_modules/${name}`;
  const { version, license } = JSON.parse(await readFile(`${home}/package.json`, "utf8"));
  rows.push(`| ${name} | ${version} | ${license} | ${[...modules.get(name)].join(", ")} |`);
  const file = (await readdir(home)).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? await readFile(`${home}/${file}`, "utf8") : `${license}, as its package.json says.`;
  licences.push(`${name} ${version} (${license})\n\n${text.replace(/\r\n/g, "\n").trim()}\n`);
}
await writeFile(`${TO}/LICENSES.txt`, licences.join(`\n${"-".repeat(80)}\n\n`));
await writeFile(
  `${TO}/VENDORED.md`,
  `<!-- Written by \`npm run vendor\`; do not edit. -->
# Third-party modules in this folder

Bundled from \`package-lock.json\` with \`npm ci && npm run vendor\`. Their licences are in
\`LICENSES.txt\`. \`bundled/\` holds our own pages, each with what it uses of these modules;
\`bundled/sources.json\` names what they are made of.

| File | kB | SHA-256 |
|---|---|---|
${sizes.map((each) => `| ${each.file} | ${each.kb} | \`${each.sha256}\` |`).join("\n")}

| Module | Version | Licence | In |
|---|---|---|---|
${rows.join("\n")}
`,
);
