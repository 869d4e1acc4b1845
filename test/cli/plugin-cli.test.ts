/** `tau plugin` as an administrator runs it: a bundle that calls one address, and nothing else. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { buildPlugin } from "../../scripts/build-plugin.mjs";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tauIn } from "./run-tau.ts";

const folder = temporaryFolder("plugin-cli");
before(async () => {
  await buildPlugin({ outDir: folder });
});
const plugin = (...args: string[]) => tauIn(folder)("plugin", "--built", join(folder, "plugin"), ...args);

test("tau plugin writes manifest and bundle for a team's address, with name and id", async () => {
  const out = join(folder, "out");
  const result = await plugin(
    "--url",
    "https://tau.example.com/",
    "--name",
    "Tau at Example",
    "--id",
    "123",
    "--out",
    out,
  );
  assert.deepEqual([result.code, result.err], [0, ""]);
  const [manifest, main, ui] = await Promise.all(
    ["manifest.json", "main.js", "ui.html"].map((name) => readFile(join(out, name), "utf8")),
  );
  const { name, id, networkAccess, menu } = JSON.parse(manifest!);
  assert.deepEqual([name, id], ["Tau at Example", "123"]);
  assert.deepEqual(networkAccess.allowedDomains, ["https://tau.example.com"]);
  assert.match(networkAccess.reasoning, /cleaned names as captions, to your team's own Tau server/);
  assert.ok(menu.length > 5);
  for (const text of [main!, ui!]) {
    assert.ok(text.includes("https://tau.example.com"));
    assert.ok(!text.includes("localhost:7826"));
  }
});

test("tau plugin refuses addresses that Figma or its own security refuse, and says what it expects", async () => {
  const others = ["?team=7", "/?", "#pad", "/path"].map((end) => `https://tau.example.com${end}`);
  for (const url of [
    ...others,
    "https://me:pass@tau.example.com",
    "http://tau.example.com",
    "https://10.0.0.7",
    "tau.example.com",
  ]) {
    const result = await plugin("--url", url, "--out", join(folder, "none"));
    assert.equal(result.code, 1, url);
    assert.match(result.err, /--url: expected an address without a path, https/);
  }
  assert.equal((await plugin()).code, 2);
});

test("tau plugin refuses a name or id that is no line, and writes nothing", async () => {
  const out = join(folder, "unnamed");
  for (const [flag, value] of [
    ["--name", ""],
    ["--name", "  "],
    ["--name", "x".repeat(1000)],
    ["--id", "12\n3"],
    ["--id", "1\u0000"],
  ] as const) {
    const { code, err } = await plugin("--url", "https://tau.example.com", flag, value, "--out", out);
    assert.equal(code, 1, value);
    const said = value.length > 300 ? "a text of 1000 characters" : JSON.stringify(value);
    assert.equal(err, `tau plugin: config_invalid: ${flag}: expected a line of 1 to 200 characters, got ${said}\n`);
  }
  assert.ok(!existsSync(out));
});

test("tau plugin refuses an --out that is a file in one line", async () => {
  const out = join(folder, "a-file");
  await writeFile(out, "");
  const { code, err } = await plugin("--url", "https://tau.example.com", "--out", out);
  assert.deepEqual(
    [code, err],
    [1, `tau plugin: invalid_request: --out: expected a folder that can be made, got "${out}"\n`],
  );
});
