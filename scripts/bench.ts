/**
 * `npm run bench`: measures the speed and memory that the README promises on this machine and writes them to docs/benchmarks.md.
 * It builds dist/ and needs the default pack. Usage: npm run bench [-- server|history|edits|encoding|training|upscaling|biggan|recipes ...],
 * or one of those that are no part of the table: npm run bench -- guidance [FOLDER] and npm run bench -- diversity [--styles A,B]
 * [--values 0.3,0.5] [--every 3] [--folder DIR], which compare variants; npm run bench -- restyle [--most N], the targets of the flow
 * between styles; npm run bench -- captions [--style NAME], what captions as designers type them find; npm run bench -- scaling [captions] [upscales] [--side 256] [--rounds N], what many workers do together, which needs valkey-server or redis-server; and
 * npm run bench -- throughput [PROVIDER], images a second of one child with 1, 8 and 64 images at once.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readFlowFile } from "../server/flow/weights.ts";
import { openBasePack } from "../server/packs/base-pack.ts";
import { Catalogue, packsHome } from "../server/packs/catalogue.ts";
import { startProgramsOf } from "../server/platform/processes/spawn.ts";
import { benchBigGan } from "./bench/biggan.ts";
import { benchCaptions } from "./bench/captions/captions.ts";
import type { Cost } from "./bench/cost.ts";
import { benchDiversity, diversityOptionsOf } from "./bench/drawing/diversity.ts";
import { benchGuidance } from "./bench/drawing/guidance.ts";
import { machine } from "./bench/measure.ts";
import { benchRecipes } from "./bench/recipes.ts";
import { benchRestyle } from "./bench/restyle.ts";
import { benchEdits, restyled } from "./bench/serving/edits.ts";
import { benchHistory } from "./bench/serving/history.ts";
import { benchScaling } from "./bench/serving/scaling.ts";
import { benchServer } from "./bench/serving/server.ts";
import { benchThroughput } from "./bench/serving/throughput.ts";
import { benchEncoding } from "./bench/training/encoding.ts";
import { benchTraining } from "./bench/training/training.ts";
import { benchUpscaling } from "./bench/upscaling.ts";

const all = ["server", "history", "edits", "encoding", "training", "upscaling", "biggan", "recipes"];
const args = process.argv.slice(2);
if (args[0] === "guidance") {
  await benchGuidance(args[1]);
  process.exit(0);
}
if (args[0] === "diversity") {
  await benchDiversity(diversityOptionsOf(args.slice(1)));
  process.exit(0);
}
if (args[0] === "restyle" || args[0] === "captions" || args[0] === "throughput" || args[0] === "scaling") {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
  startProgramsOf(resolve("dist/server"));
  if (args[0] === "restyle") await benchRestyle(args.slice(1));
  else if (args[0] === "captions") await benchCaptions(args.slice(1));
  else if (args[0] === "throughput") await benchThroughput(args[1]);
  else await benchScaling(args.slice(1));
  process.exit(0);
}
const wanted = new Set(args.length > 0 ? args : all);
for (const name of wanted)
  if (!all.includes(name)) {
    console.error(`bench: expected ${all.join(" or ")}, got "${name}"`);
    process.exit(2);
  }
const rows: Array<readonly [what: string, value: string, goal: string]> = [];
const ms = (value: number): string => `${value.toFixed(0)} ms`;

const { folder: pack, manifest } = (await Catalogue.open(packsHome())).entries[0]!;
execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
startProgramsOf(resolve("dist/server"));
if (wanted.has("server")) {
  const server = await benchServer();
  rows.push(
    ["start to ready (packs verified, loaded, warmed up)", ms(server.readyMs), "≤ 5 s"],
    [
      "warm caption to four 128 px PNGs over HTTP, median (p95)",
      `${ms(server.fourImagesMs.median)} (${ms(server.fourImagesMs.p95)})`,
      "≤ 400 ms",
    ],
    [
      "the same for four that differ, by the plugin's default of diversity",
      `${ms(server.fourIdeasMs.median)} (${ms(server.fourIdeasMs.p95)})`,
      "≤ 300 ms",
    ],
    ["warm caption to one PNG, median", ms(server.oneImageMs), ""],
    ["inference child, resident", `${server.childRssMb.toFixed(0)} MB`, "≤ 900 MB"],
    ["event-loop delay of the HTTP process, p99, child saturated", `${server.loopDelayP99Ms.toFixed(1)} ms`, "< 50 ms"],
    ["GET /healthz, p99, child saturated", `${server.healthP99Ms.toFixed(1)} ms`, "< 50 ms"],
    ["images a second, six clients", server.imagesPerSecond.toFixed(1), ""],
  );
}
if (wanted.has("history")) {
  const { jobs, startMs, pageMs, searches, addMs, takeAndFinishMs } = await benchHistory();
  const spread = ({ median, p95 }: { readonly median: number; readonly p95: number }): string =>
    `${median.toFixed(1)} ms (${p95.toFixed(1)} ms)`;
  rows.push(
    [`stores and queue opened with ${jobs.toLocaleString("en")} finished generations`, ms(startMs), "≤ 5 s"],
    ["of those: a page of 50 of the list, median (p95)", spread(pageMs), "≤ 20 ms"],
    ...searches.map(
      ({ q, found, spread: times }) =>
        [`of those: search "${q}", first ${found} found, median (p95)`, spread(times), "≤ 50 ms"] as const,
    ),
    ["a job put on the disk before it is accepted, median (p95)", spread(addMs), ""],
    ["its start and its end put there, median (p95)", spread(takeAndFinishMs), ""],
  );
}
if (wanted.has("edits")) {
  const { fields, eightImagesMs, everyConditionMs, inversionMs, restyleMs } = await benchEdits();
  rows.push(
    ["cached caption and style to eight PNGs over HTTP, median", ms(eightImagesMs), "≤ 600 ms"],
    [`the same with ${fields.join(", ")} at once`, ms(everyConditionMs), "≤ 600 ms"],
    ["inversion of an image over HTTP (known condition, new image), median", ms(inversionMs), "≤ 60 ms"],
    [
      `restyle of ${restyled} images, ${restyled} generations sent at once, to the last PNG, median`,
      ms(restyleMs),
      "≤ 2 s",
    ],
  );
}
if (wanted.has("encoding")) {
  const { images, whole, again, parts, networksMs } = await benchEncoding(await openBasePack(pack));
  const cost = (part: Cost): string =>
    `${part.ms.toFixed(1)} ms an image, ${part.cpuMs.toFixed(1)} ms of processor time`;
  const rateAndCost = (part: Cost): string => `${(1000 / part.ms).toFixed(0)} images/s (${cost(part)})`;
  rows.push(
    [
      `training folder of ${images} PNG files, 128 to 512 px, read, validated and encoded by every expert, from opening the experts on, by a process that did nothing before: median of five (least to most)`,
      `${rateAndCost(whole)} (${(1000 / whole.mostMs).toFixed(0)} to ${(1000 / whole.leastMs).toFixed(0)} images/s)`,
      "≥ 100 images/s",
    ],
    ["another such folder by the same processes, median", rateAndCost(again), ""],
    ...parts.map((part) => [`of it: ${part.what}`, cost(part), ""] as const),
    ["of it: the networks of all experts alone, in one thread", `${networksMs.toFixed(1)} ms an image`, ""],
  );
}
if (wanted.has("training")) {
  const { flow } = manifest.translations[0]!;
  const { architecture } = readFlowFile(await readFile(join(pack, flow)), manifest.id);
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
    ["of it: matrix products", ms(training.profile.products), ""],
    ["of it: operators on weights", ms(training.profile.onWeights), ""],
    ["of it: other operators on activations", ms(training.profile.onActivations), ""],
    [
      "of it: outside the runtime's run (gradients that it copies out, the optimiser, dropout masks)",
      ms(training.profile.step - training.profile.run),
      "",
    ],
    [
      "training step, PyTorch eager, same net, batch and threads, same run",
      training.torchMs === undefined
        ? training.torch
        : `${rate(training.torchMs)}, of which matrix products ${ms(training.torchProductsMs ?? 0)} (torch ${training.torch})`,
      "",
    ],
  );
}
if (wanted.has("upscaling")) {
  const { seconds, largeSeconds, rates, ratios, peakMb } = await benchUpscaling();
  for (const { detail, seconds: spent } of seconds)
    rows.push([
      `512 × 512 px enlarged to 2048 × 2048 px in the inference child, detail ${detail}, median`,
      `${spent.toFixed(2)} s`,
      "≤ 6 s",
    ]);
  for (const { what, median: spent, least } of largeSeconds)
    rows.push([
      `1024 × 1024 px enlarged to 4096 × 4096 px, detail 0: ${what}; median and least of three`,
      `${spent.toFixed(1)}, ${least.toFixed(1)} s`,
      "≤ 15 s",
    ]);
  rows.push([
    "inference child, peak resident, 1024 × 1024 px to 4096 × 4096 px",
    `${peakMb.toFixed(0)} MB`,
    "≤ 1200 MB",
  ]);
  for (const { what, scale, secondsPerMegapixel } of rates)
    rows.push([`${what}, ×${scale}, for each megapixel of the result`, `${secondsPerMegapixel.toFixed(3)} s`, ""]);
  for (const { what, scale, median, least, most } of ratios)
    rows.push([
      `${what}, ×${scale}, 64 px, times as long as tau, detail 1, pair by pair: median (least to most)`,
      `${median.toFixed(1)} × (${least.toFixed(1)} to ${most.toFixed(1)})`,
      "≥ 5 ×",
    ]);
}

if (wanted.has("biggan")) {
  const { imageSeconds, firstImageSeconds, peakMb } = await benchBigGan();
  rows.push(
    [
      "BigGAN-256 of random weights, imported as a published one, for each image, median of four (the first)",
      `${imageSeconds.toFixed(2)} s (${firstImageSeconds.toFixed(2)} s)`,
      "",
    ],
    ["its process, peak resident", `${peakMb.toFixed(0)} MB`, "≤ 3000 MB"],
  );
}

if (wanted.has("recipes")) {
  const { drawSeconds, encodeSeconds, stepSeconds, hours, peakMb } = await benchRecipes();
  rows.push(
    ["resnet-to-biggan at its full size, random weights: BigGAN-256 draws an image", `${drawSeconds.toFixed(2)} s`, ""],
    ["ResNet-50 encodes it at 224 px", `${encodeSeconds.toFixed(3)} s`, ""],
    ["a step of the flow, batch 256", `${stepSeconds.toFixed(2)} s`, ""],
    ["the whole recipe with its defaults, extrapolated", `${hours.toFixed(1)} h`, ""],
    ["peak resident", `${peakMb.toFixed(0)} MB`, "≤ 3000 MB"],
  );
}

const table = [
  "| what | measured | goal |",
  "| --- | --- | --- |",
  ...rows.map((row) => `| ${row.join(" | ")} |`),
].join("\n");
const file = "docs/benchmarks.md";
const text = `# Benchmarks\n\nHow fast Tau is and what memory it takes, written by \`npm run bench\` on this machine. Medians; other\nwork on it makes them worse, never better.\n\n    ${machine()}\n\n${table}\n`;
/** What people wrote below the table stays. */
const notes = /\n## Notes\n[\s\S]*$/.exec(readFileSync(file, "utf8"))?.[0] ?? "";
if (wanted.size === all.length) writeFileSync(file, text + notes);
console.log(text);
