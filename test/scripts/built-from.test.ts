/** Whether a build is of the sources as they are: the record beside it, and what makes it old. */
import assert from "node:assert/strict";
import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { isCurrent, writeRecord } from "../../scripts/start/built-from.mjs";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const root = new URL("../../", import.meta.url).pathname;
const folder = temporaryFolder("built-from");
const source = join(folder, "source.ts");
const built = join(folder, "built");
const record = async (beganMs: number): Promise<void> => {
  await mkdir(built, { recursive: true });
  await writeRecord({ inputs: { [source]: {}, "node_modules/gone/index.js": {} } } as never, built, beganMs);
};

it("a build is current until one of its sources changes or goes, or where it was never made", async () => {
  process.chdir(root);
  await writeFile(source, "one");
  await utimes(source, 1000, 1000);
  assert.equal(isCurrent(built, root), false);
  await record(Date.now());
  assert.equal(isCurrent(built, root), true);
  await utimes(source, 1000, 2000);
  assert.equal(isCurrent(built, root), false);
  await record(Date.now());
  await writeFile(source, "other");
  await utimes(source, 1000, 2000);
  assert.equal(isCurrent(built, root), false);
  await record(Date.now());
  assert.equal(isCurrent(built, root), true);
  await rm(source);
  assert.equal(isCurrent(built, root), false);
});

it("a build is not current of a source that changed while it was made", async () => {
  await writeFile(source, "one");
  await record(Date.now() - 60_000);
  assert.equal(isCurrent(built, root), false);
});
