/**
 * Builds everything into dist/: the plugin (what Figma imports), the playground page, and the server with its
 * children. Dependencies stay outside the server's bundle; the plugin's files carry all they need.
 * Usage: node scripts/build.mjs [--port N] [--no-minify]
 */
import { rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { buildPlugin } from "./build-plugin.mjs";

const { values } = parseArgs({
  options: { port: { type: "string", default: "7826" }, "no-minify": { type: "boolean", default: false } },
});
const minify = !values["no-minify"];
const started = performance.now();

await rm("dist", { recursive: true, force: true });
await Promise.all([
  build({
    entryPoints: {
      cli: "server/cli.ts",
      child: "server/inference/child.ts",
      trainer: "server/training/child.ts",
      encoder: "server/training/encode-thread.ts",
      tiles: "server/packs/tile-thread.ts",
    },
    outdir: "dist/server",
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: true,
    logLevel: "warning",
  }),
  buildPlugin({ outDir: "dist", port: Number(values.port), minify }),
]);
process.stderr.write(`built dist/ in ${Math.round(performance.now() - started)} ms\n`);
