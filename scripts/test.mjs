/**
 * `npm test`: what must hold before anything lands: types, lint and format, import rules, then the build and every test.
 * Chromium (for the tests in a real browser) comes from Debian; where it is missing and can be installed, it is.
 * Usage: node scripts/test.mjs [--only unit]
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { globSync } from "./glob.mjs";

const { values } = parseArgs({ options: { only: { type: "string" } } });

function run(title, command, args, env = {}) {
  const started = performance.now();
  console.log(`\n▶ ${title}`);
  const { status, error } = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
  if (error) console.error(String(error));
  if (status !== 0) {
    console.error(`✘ ${title} failed`);
    process.exit(status ?? 1);
  }
  console.log(`✔ ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

/** Path of a Chromium, installed from Debian if need and rights allow; undefined with a message otherwise. */
function findChromium() {
  const known = [
    process.env.TAU_CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ];
  const found = () => known.find((path) => path && existsSync(path));
  if (!found() && existsSync("/usr/bin/apt-get") && process.getuid?.() === 0) {
    console.log("\n▶ installing Chromium from Debian");
    const quiet = {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    };
    spawnSync("apt-get", ["update", "-qq"], quiet);
    spawnSync("apt-get", ["install", "-y", "-qq", "chromium"], quiet);
  }
  return found();
}

const tests = globSync("test", ".test.ts").filter((path) => !values.only || path.includes(`/${values.only}/`));
if (tests.length === 0) {
  console.error(`no test matches --only ${values.only}`);
  process.exit(1);
}
// First, because a missing browser must not show after minutes of other checks.
const needsBrowser = tests.some((path) => path.startsWith("test/e2e/"));
const chromium = needsBrowser ? findChromium() : undefined;
if (needsBrowser && chromium === undefined) {
  console.error("Chromium is missing: install it (Debian: apt-get install chromium) or name it in TAU_CHROMIUM.");
  process.exit(1);
}
if (!values.only) {
  run("types", "npm", ["run", "-s", "types"]);
  run("lint and format", "npm", ["run", "-s", "lint"]);
  run("import rules", "npm", ["run", "-s", "lint:deps"]);
  run("unused code and dependencies", "npm", ["run", "-s", "unused"]);
}
run("build", "npm", ["run", "-s", "build"]);
// Two files at a time: the machine that this must pass on has two cores.
run(
  "tests",
  process.execPath,
  ["--import", "tsx", "--test", "--test-reporter=spec", "--test-concurrency=2", ...tests],
  chromium === undefined ? {} : { TAU_CHROMIUM: chromium },
);
