/** A disk that can't be written any more, or is full at the start: named by the API, readiness and the command line. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { readConfig } from "../../server/app/config.ts";
import { startServer } from "../../server/app/main.ts";
import { openJobDatabase } from "../../server/jobs/local/job-schema.ts";
import { problemOf, smallCatalogue } from "../http/harness.ts";
import { greyPng } from "../http/images.ts";
import { SmallInference } from "../http/small-inference.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const home = mkdtempSync(join(tmpdir(), "tau-unwritable-"));
const mounts: string[] = [];
function mount(name: string, ...args: string[]): string {
  const folder = join(home, name);
  mkdirSync(folder, { recursive: true });
  execFileSync("mount", [...args, folder], { stdio: "pipe" });
  if (!mounts.includes(folder)) mounts.push(folder);
  return folder;
}
let skip: string | false = false;
try {
  mount("full", "-t", "tmpfs", "-o", "size=64k", "tmpfs");
} catch (error) {
  skip = `no file system can be mounted here (${String(error).split("\n")[0]})`;
  console.log(`skipped: ${skip}`);
}
after(() => {
  for (const folder of mounts) execFileSync("umount", [folder]);
  rmSync(home, { recursive: true });
});

const start = (name: string) =>
  startServer(
    { ...readConfig({ data: join(home, name) }, {}), port: 0 },
    { inference: new SmallInference(), catalogue: smallCatalogue, log: silent, shutdownGraceMs: 500 },
  );

it("a disk that turns read-only is reported by the API, readiness and the next start, and a stop still ends well", {
  skip,
}, async () => {
  const server = await start("data");
  const headers = { Authorization: `Bearer ${server.token.value}`, "Content-Type": "application/json" };
  const base = `http://127.0.0.1:${server.port}`;
  // A disk with open files can't be remounted; a read-only copy in its place is the same for all but those files.
  cpSync(join(home, "data"), join(home, "copy"), { recursive: true });
  mount("data", "--bind", join(home, "copy"));
  mount("data", "-o", "remount,bind,ro");
  const upload = { method: "POST", headers: { ...headers, "Content-Type": "image/png" }, body: greyPng(8) as BodyInit };
  const refused = await problemOf(await fetch(`${base}/v1/images`, upload));
  assert.deepEqual([refused.code, refused.status], ["store_unavailable", 503], refused.detail);
  assert.match(refused.detail, /got EROFS/);
  const readiness = await fetch(`${base}/readyz`);
  assert.deepEqual(
    [readiness.status, await readiness.json()],
    [503, { status: "unavailable", detail: "the data folder can't be written" }],
  );
  await server.stop();
  await assert.rejects(start("data"), { code: "store_unavailable" });
});

it("a start on a full disk says so", { skip }, async () => {
  try {
    for (;;) writeFileSync(join(home, "full", "ballast"), Buffer.alloc(1024), { flag: "a" });
  } catch {
    await assert.rejects(start("full"), { code: "storage_full" });
  }
});

it("a database that can't be written is reported", async () => {
  mkdirSync(join(home, "database"));
  const database = openJobDatabase(join(home, "database"));
  database.run("PRAGMA query_only = 1");
  assert.throws(() => database.run("DELETE FROM job WHERE id = ?", "x"), {
    code: "store_unavailable",
    message: "expected a data disk that can be written, got SQLITE_READONLY",
  });
  await database.close();
});
