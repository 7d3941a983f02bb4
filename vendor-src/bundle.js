/**
 * Bundles the third-party modules into static/vendor: `npm run vendor`.
 *
 * The result is committed, so that neither the server nor a fresh machine needs Node, and is the same
 * to the byte wherever it is made again from package-lock.json. Beside each bundle lie its types
 * (`.d.ts`) and, where its authors ask for one to be kept, their comments (`.LEGAL.txt`).
 */

import { createHash } from "node:crypto";
import { cp, readFile, readdir, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const FROM = "vendor-src";
const TO = "static/vendor";
const BUNDLES = ["editor", "live"];

const modules = new Map();
const sizes = [];
for (const name of BUNDLES) {
  const { metafile } = await build({
    entryPoints: [`${FROM}/${name}.js`],
    outfile: `${TO}/${name}.js`,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    sourcemap: false,
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
  });
  await cp(`${FROM}/${name}.js`, `${TO}/${name}.d.ts`);
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) modules.set(found[1], (modules.get(found[1]) ?? new Set()).add(name));
  }
  const bytes = await readFile(`${TO}/${name}.js`);
  const packed = gzipSync(bytes, { level: 9 }).length; // differs between versions of Node: told, not written
  console.log(`${TO}/${name}.js: ${bytes.length} bytes, ${packed} gzipped`);
  sizes.push({
    file: `${name}.js`,
    kb: (bytes.length / 1000).toFixed(1),
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
}

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
\`LICENSES.txt\`.

| File | kB | SHA-256 |
|---|---|---|
${sizes.map((each) => `| ${each.file} | ${each.kb} | \`${each.sha256}\` |`).join("\n")}

| Module | Version | Licence | In |
|---|---|---|---|
${rows.join("\n")}
`,
);
