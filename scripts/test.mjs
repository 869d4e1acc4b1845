/**
 * `npm test`: what must hold before anything lands: the build, then every test, and beside them types, lint and format, import rules
 * and unused code. A check that fails says so at once, and again at the end.
 * `npm run test:unit`: tests that start no browser and take seconds, without the checks.
 * `--install` (or `CI` in the environment) installs from Debian what is missing: Chromium, without which a message says how, and
 * Valkey, without which the tests of the queue of many processes are skipped. Files of tests lie in memory where it has room.
 * Usage: node scripts/test.mjs [--unit] [--only FOLDER] [--install]
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { globSync } from "./glob.mjs";
import { createMemoryFolder, removeFolder } from "./memory-folder.mjs";
import { bundleTests } from "./test-bundle.mjs";

const { values } = parseArgs({
  options: {
    unit: { type: "boolean", default: false },
    only: { type: "string" },
    install: { type: "boolean", default: false },
  },
});

/**
 * Tests that start programs, browsers or threads, or train; `--unit` leaves them out. They come first, by what they take of a clock,
 * the longest at the head, so that none is left alone at the end. Folders end in a slash.
 */
const slow = [
  "test/e2e/stories.test.ts",
  "test/app/shared-trainings.test.ts",
  "test/evaluation/evaluation-command.test.ts",
  "test/faults/",
  "test/http/trainings/trainings.test.ts",
  "test/http/trainings/training-outcomes.test.ts",
  "test/http/trainings/training-disk-full.test.ts",
  "test/e2e/playground.test.ts",
  "test/recipes/recipes.test.ts",
  "test/app/many-machines.test.ts",
  "test/app/shared-real-packs.test.ts",
  "test/training/train-translation.test.ts",
  "test/cli/commands.test.ts",
  "test/inference/super-resolution-pack.test.ts",
  "test/onnx/web-runtime.test.ts",
  "test/inference/client.test.ts",
  "test/http/trainings/",
  "test/cli/upscale-cli.test.ts",
  "test/training/calibrate/calibrate-pack.test.ts",
  "test/training/dataset/generator-set.test.ts",
  "test/plugin/ui/learning.test.ts",
  "test/cli/train-cli.test.ts",
  "test/flow/trainer.test.ts",
  "test/http/sockets.test.ts",
  "test/inference/default-pack.test.ts",
  "test/training/encode/",
  "test/cli/",
  "test/e2e/",
  "test/recipes/",
  "test/importers/",
  "test/evaluation/upscaling/evaluate-upscaling.test.ts",
  "test/jobs/bull-queue.test.ts",
  "test/experts/sketch/kernels.test.ts",
  "test/evaluation/evaluate-styles.test.ts",
  "test/pretrain/",
  "test/inference/retrieval.test.ts",
  "test/platform/process-lock.test.ts",
  "test/platform/worker-pool.test.ts",
];
/** Place in `slow`; -1 = a quick one. */
const placeOf = (file) => slow.findIndex((name) => file.startsWith(name));

/** Titles of what failed. */
const failed = [];
/** Programs that run now. */
const running = new Set();

/** Runs a program to its end; without `env` beside others, so that its output comes in one piece when it ends. */
async function run(title, command, args, env) {
  const started = performance.now();
  if (env) console.log(`\n▶ ${title}`);
  const child = spawn(command, args, { stdio: env ? "inherit" : "pipe", env: { ...process.env, ...env } });
  running.add(child);
  const output = [];
  child.stdout?.on("data", (data) => output.push(data));
  child.stderr?.on("data", (data) => output.push(data));
  const code = await once(child, "close").then(([status]) => status, String);
  running.delete(child);
  if (!env) process.stdout.write(`\n▶ ${title}\n${Buffer.concat(output)}`);
  if (code === 0) console.log(`✔ ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  else {
    failed.push(title);
    console.error(`✘ ${title} failed (${code})`);
  }
}

/** One after another, because the tests have the other cores. */
async function check() {
  await run("lint and format", "npm", ["run", "-s", "lint"]);
  await run("import rules", "npm", ["run", "-s", "lint:deps"]);
  await run("unused code and dependencies", "npm", ["run", "-s", "unused"]);
  await run("types", "npm", ["run", "-s", "types"]);
}

const findChromium = () =>
  [
    process.env.TAU_CHROMIUM,
    // Without a browser's own windows, which take half as much again of the processor.
    "/usr/bin/chromium-headless-shell",
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ].find((file) => file && existsSync(file));

const findQueueServer = () =>
  ["valkey-server", "redis-server"]
    .flatMap((name) => (process.env.PATH ?? "").split(path.delimiter).map((folder) => path.join(folder, name)))
    .find((file) => existsSync(file));

function install(name) {
  console.log(`\n▶ installing ${name} from Debian`);
  const quiet = { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["update", "-qq"], quiet);
  spawnSync("apt-get", ["install", "-y", "-qq", name], quiet);
}

const tests = globSync("test", ".test.ts").filter(
  (file) => (!values.unit || placeOf(file) < 0) && (!values.only || file.includes(`/${values.only}/`)),
);
if (tests.length === 0) {
  console.error(`no test matches --only ${values.only}`);
  process.exit(1);
}
// Checked first, so that a missing browser does not show after minutes of other checks.
const needsBrowser = tests.some((file) => file.startsWith("test/e2e/"));
const mayInstall = values.install || process.env.CI;
if (needsBrowser && !findChromium() && mayInstall) install("chromium-headless-shell");
if (!values.unit && !findQueueServer() && mayInstall) install("valkey-server");
const chromium = needsBrowser ? findChromium() : undefined;
if (needsBrowser && chromium === undefined) {
  console.error(
    "Chromium is missing. On Debian, `npm test -- --install` as root installs it (apt-get install chromium-headless-shell); " +
      "elsewhere install it and name its program in TAU_CHROMIUM. `npm run test:unit` needs no browser.",
  );
  process.exit(1);
}
await run("build", "npm", ["run", "-s", "build"], {});
if (failed.length > 0) process.exit(1);
const inOrder = tests.filter((file) => placeOf(file) >= 0).toSorted((a, b) => placeOf(a) - placeOf(b));
const bundles = await bundleTests(
  inOrder,
  tests.filter((file) => placeOf(file) < 0),
);
const memoryFolder = createMemoryFolder();
if (memoryFolder) process.once("exit", () => removeFolder(memoryFolder));
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }))
  process.once(signal, () => {
    // A terminal signals all of them, a supervisor this process alone; of these two, node:test ends its files on SIGTERM only.
    for (const child of running) child.kill("SIGTERM");
    process.exit(code);
  });
const env = {
  ...lateOptimising(),
  ...(memoryFolder && { TMPDIR: memoryFolder }),
  TAU_TEST_BUNDLES: path.resolve("dist/test"),
  TAU_TEST_PROGRAMS: path.resolve("dist/server"),
  ...(chromium !== undefined && { TAU_CHROMIUM: chromium }),
};
const timesFile = path.resolve("dist/test/times.jsonl");
// More files than cores: many wait for a child or a timer.
const concurrency = `--test-concurrency=${availableParallelism() + 4}`;
const times = ["--import", pathToFileURL(path.resolve("scripts/test-times.mjs")).href];
// A file that takes so long hangs: the stories take four minutes, and on a busy machine thrice as long. One at full size may take hours.
const timeout = process.env.TAU_FULL_SIZE ? [] : ["--test-timeout=1500000"];
// Of the runner and, as it hands its options on, of its processes. It follows every promise, each of which a collection of young
// memory then has to look at: rarer ones save a quarter.
const memory = ["--max-semi-space-size=128", "--min-semi-space-size=16"];
const options = [
  ...times,
  ...memory,
  "--enable-source-maps",
  "--test",
  "--test-reporter=spec",
  concurrency,
  ...timeout,
];
const isWhole = !values.only && !values.unit;
await Promise.all([
  run("tests", process.execPath, [...options, ...bundles], { ...env, TAU_TEST_TIMES: timesFile }),
  isWhole && check(),
]);
printTimes();
if (failed.length > 0) {
  console.error(`✘ failed: ${failed.join(", ")}`);
  process.exit(1);
}

/**
 * Hundreds of processes live for a second or less, and spend a fifth of it on optimising code that then hardly runs: they do so later.
 * Of Node 24 on, there is no such number.
 */
function lateOptimising() {
  const { stdout } = spawnSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  if (!stdout.includes("--interrupt-budget ")) return {};
  const required = `--require=${JSON.stringify(path.resolve("test/fixtures/processes/late-optimising.cjs"))}`;
  return { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} ${required}`.trim() };
}

/** What the files took of the processor; says where the next second can be saved. */
function printTimes() {
  if (!existsSync(timesFile)) return;
  const files = readFileSync(timesFile, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .toSorted((a, b) => b.seconds - a.seconds);
  const sum = files.reduce((total, { seconds }) => total + seconds, 0);
  const most = files
    .slice(0, 12)
    .map(({ name, seconds }) => `${name.replace(/^dist\/test\/\d+\/(.*)\.test\.js$/, "$1")} ${seconds.toFixed(1)} s`);
  console.log(`processor time of ${files.length} files: ${sum.toFixed(0)} s; most: ${most.join(", ")}`);
}
