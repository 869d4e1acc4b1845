/** The folder in memory of a run of the tests: what is left behind, and where it can't be. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { createMemoryFolder, removeFolder } from "../../scripts/memory-folder.mjs";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const skip = !existsSync("/proc/self/ns/pid") && "needs the /proc of Linux";

it("a run of the tests removes the folders of runs that were killed, and no other", { skip }, async () => {
  const memory = temporaryFolder("memory");
  const space = /\d+/.exec(await readlink("/proc/self/ns/pid"))![0];
  const { pid: dead } = spawnSync("true");
  const alive = `tau-tests-${space}-${process.ppid}-abcdef`;
  const elsewhere = `tau-tests-1${space}-${dead}-abcdef`;
  for (const name of [`tau-tests-${space}-${dead}-abcdef`, alive, elsewhere]) {
    await mkdir(join(memory, name));
    await writeFile(join(memory, name, "file"), "");
  }
  const folder = createMemoryFolder(memory, 0);
  assert.ok(folder !== undefined);
  assert.deepEqual(
    (await readdir(memory)).map((name) => join(memory, name)).sort(),
    [join(memory, alive), join(memory, elsewhere), folder].sort(),
  );
  assert.deepEqual(await readdir(folder), []);
  removeFolder(folder);
  assert.deepEqual((await readdir(memory)).sort(), [alive, elsewhere].sort());
});

it("where there is no memory, or too little, the tests write to the disk", { skip }, async () => {
  const memory = temporaryFolder("memory");
  assert.equal(createMemoryFolder(join(memory, "missing"), 0), undefined);
  assert.equal(createMemoryFolder(memory, Number.POSITIVE_INFINITY), undefined);
  assert.deepEqual(await readdir(memory), []);
});
