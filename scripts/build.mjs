/**
 * Builds everything into dist/: the plugin (what Figma imports), the playground page, and the server with its
 * children (server-bundle.mjs); the plugin's files carry all they need.
 * Usage: node scripts/build.mjs [--port N] [--no-minify]
 */
import { rm, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { buildPlugin } from "./build-plugin.mjs";
import { licencesOf } from "./licences.mjs";
import { serverBundle, serverPrograms } from "./server-bundle.mjs";
import { writeRecord } from "./start/built-from.mjs";

const { values } = parseArgs({
  options: { port: { type: "string", default: "7826" }, "no-minify": { type: "boolean", default: false } },
});
const minify = !values["no-minify"];
const started = performance.now();
const beganMs = Date.now();

await rm("dist", { recursive: true, force: true });
const [{ metafile }] = await Promise.all([
  build({
    entryPoints: serverPrograms,
    ...serverBundle,
    outdir: "dist/server",
    splitting: true,
    // Lines and names only: traces show no more, and reading a trace loads the whole map first.
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
  }),
  buildPlugin({ outDir: "dist", port: Number(values.port), minify }),
]);
await writeFile("dist/server/LICENCES.txt", await licencesOf(metafile));
await writeRecord(metafile, "dist/server", beganMs);
process.stderr.write(`built dist/ in ${Math.round(performance.now() - started)} ms\n`);
