/**
 * The command that renders the style data, on two made-up sets of which one icon is broken: pixels and index agree, the broken one costs its own
 * row alone, licences are written. Skipped, saying so, where the packages of emoji data are not installed.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { writeToySets } from "./draw-toy-styles.ts";
import { pretrain, runNode } from "./python.ts";

const packages = join(pretrain, "data/node_modules");
const rowBytes = 4 * 128 * 128;

it("the renderer of styles writes a row for each line, leaves a broken drawing out, and writes licences", {
  skip: existsSync(packages) ? false : `no icon sets: looked for ${packages} (npm install in server/pretrain/data)`,
  timeout: 300_000,
}, async () => {
  const folder = temporaryFolder("render-styles");
  const out = join(folder, "out");
  await writeToySets(folder);
  const path = join(folder, "json/mingcute.json");
  const set = JSON.parse(await readFile(path, "utf8"));
  set.icons["broken-line"] = { body: '<path d="M0 0' };
  await writeFile(path, JSON.stringify(set));
  const flags = [
    "--sets",
    folder,
    "--out",
    out,
    "--clipart",
    join(folder, "none"),
    "--styles",
    "3",
    "--per-style",
    "8",
  ];
  const render = (...more: string[]) =>
    runNode("server/pretrain/data/styles/render-styles.mts", [...flags, "--workers", "1", ...more]);
  const { stdout } = await render();
  assert.match(stdout, /XML parse error/);
  const whole = await readFile(join(out, "index.jsonl"), "utf8");
  await render("--first", "96");
  assert.ok((await readFile(join(out, "index.jsonl"), "utf8")).length < whole.length);
  await render("--continue");
  assert.equal(await readFile(join(out, "index.jsonl"), "utf8"), whole);
  const lines = (await readFile(join(out, "index.jsonl"), "utf8")).trimEnd().split("\n");
  const index: { row: number; id: string; split: string; largeRow?: number }[] = lines.map((line) => JSON.parse(line));
  const pixels = await readFile(join(out, "images.rgba"));
  assert.ok(index.length > 170, `${index.length} drawings`);
  assert.ok(!index.some(({ id }) => id.includes("broken")));
  assert.ok(index.some(({ split }) => split === "heldOutFamily"));
  for (const { row } of index)
    assert.ok(pixels.subarray(row * rowBytes, (row + 1) * rowBytes).some((value) => value > 0));
  const large = index.filter(({ largeRow }) => largeRow !== undefined);
  assert.ok(large.length > 0 && (await stat(join(out, "images-256.rgba"))).size >= large.length * 4 * rowBytes);
  const { sets } = JSON.parse(await readFile(join(out, "licences.json"), "utf8"));
  assert.deepEqual(
    sets.map((drawn: { set: string; licence: string }) => [drawn.set, drawn.licence]),
    [
      ["mingcute", "MIT"],
      ["basil", "MIT"],
    ],
  );
  assert.match(await readFile(join(out, "licences.md"), "utf8"), /\| basil \| Toy \| A \| \[MIT\]/);
});
