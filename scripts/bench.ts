/**
 * `npm run bench`: the speed and memory that the README promises, measured on this machine, written to docs/benchmarks.md.
 * Needs a built dist/ (it builds one) and the default pack. Usage: npm run bench [-- server|training]
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readFlowFile } from "../server/flow/weights.ts";
import { Catalogue, packsHome } from "../server/packs/catalogue.ts";
import { machine } from "./bench/measure.ts";
import { benchServer } from "./bench/server.ts";
import { benchTraining } from "./bench/training.ts";

const all = ["server", "training"];
const wanted = new Set(process.argv.length > 2 ? process.argv.slice(2) : all);
for (const name of wanted)
  if (!all.includes(name)) {
    console.error(`bench: expected ${all.join(" or ")}, got "${name}"`);
    process.exit(2);
  }
const rows: Array<readonly [what: string, value: string, goal: string]> = [];
const ms = (value: number): string => `${value.toFixed(0)} ms`;

if (wanted.has("server")) {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
  const server = await benchServer();
  rows.push(
    ["start to ready (packs verified, loaded, warmed up)", ms(server.readyMs), "≤ 5 s"],
    [
      "warm caption to four 128 px PNGs over HTTP, median (p95)",
      `${ms(server.fourImagesMs.median)} (${ms(server.fourImagesMs.p95)})`,
      "≤ 400 ms",
    ],
    ["warm caption to one PNG, median", ms(server.oneImageMs), ""],
    ["inference child, resident", `${server.childRssMb.toFixed(0)} MB`, "≤ 900 MB"],
    ["event-loop delay of the HTTP process, p99, child saturated", `${server.loopDelayP99Ms.toFixed(1)} ms`, "< 50 ms"],
    ["GET /healthz, p99, child saturated", `${server.healthP99Ms.toFixed(1)} ms`, "< 50 ms"],
    ["images a second, six clients", server.imagesPerSecond.toFixed(1), ""],
  );
}
if (wanted.has("training")) {
  const { folder, manifest } = (await Catalogue.open(packsHome())).entries[0]!;
  const { flow } = manifest.translations[0]!;
  const { architecture } = readFlowFile(await readFile(join(folder, flow)), manifest.id);
  const training = await benchTraining(architecture);
  const rate = (stepMs: number): string =>
    `${ms(stepMs)} a step, ${((training.batch * 1000) / stepMs).toFixed(0)} images/s`;
  const ratio =
    training.torchMs === undefined ? "" : `, ${(training.torchMs / training.oursMs).toFixed(2)} × PyTorch's speed`;
  rows.push(
    [
      `training step, ours (${(training.weights / 1e6).toFixed(1)} M weights, batch ${training.batch}, float32, 2 threads)`,
      `${rate(training.oursMs)}, ${training.gflopPerSecond.toFixed(0)} GFLOP/s${ratio}`,
      "≥ PyTorch eager",
    ],
    [
      "training step, PyTorch eager, same net, batch and threads, same run",
      training.torchMs === undefined ? training.torch : `${rate(training.torchMs)} (torch ${training.torch})`,
      "",
    ],
  );
}

const table = [
  "| what | measured | goal |",
  "| --- | --- | --- |",
  ...rows.map((row) => `| ${row.join(" | ")} |`),
].join("\n");
const text = `# Benchmarks\n\nWritten by \`npm run bench\` on: ${machine()}. Medians; other work on the machine makes them worse, never better.\n\n${table}\n`;
if (wanted.size === all.length) writeFileSync("docs/benchmarks.md", text);
console.log(text);
