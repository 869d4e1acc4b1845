/** A lock that one process holds: refused while it lives, taken over when it is gone, also when another one has its id by now. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { takeLock } from "../../server/platform/files/process-lock.ts";
import { openWorkFolder } from "../../server/training/work-folder.ts";
import { AppError } from "../../shared/problem.ts";
import { testProgram } from "../fixtures/processes/test-program.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const folder = temporaryFolder("lock");
const path = join(folder, "lock");
const take = (): (() => void) => takeLock(path, (pid) => new AppError("config_invalid", `in use by process ${pid}`));
const refused = { code: "config_invalid", message: `in use by process ${process.ppid}` };

describe("a lock", () => {
  it("a lock is held once, by id and start, and given up", async () => {
    const release = take();
    assert.match(await readFile(path, "utf8"), new RegExp(`^${process.pid}\\b`));
    assert.throws(take, { message: `in use by process ${process.pid}` });
    release();
    assert.equal(existsSync(path), false);
  });

  it("a lock of a process that lives is refused; one whose id another process has by now is taken over", async (context) => {
    await writeFile(path, String(process.ppid));
    assert.throws(take, refused);
    const stat = await readFile(`/proc/${process.ppid}/stat`, "utf8").catch(() => undefined);
    if (stat === undefined) return context.skip("this system does not say when a process started");
    const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]!;
    await writeFile(path, `${process.ppid} ${start}`);
    assert.throws(take, refused);
    await writeFile(path, `${process.ppid} ${Number(start) + 1}`);
    take()();
    // As this very process would find it after a start that gave it the same id.
    await writeFile(path, `${process.pid} 1`);
    take()();
    assert.equal(existsSync(path), false);
  });

  it("a lock that another process has taken since is left to it", async () => {
    const release = take();
    await writeFile(path, `${process.ppid} 1`);
    release();
    assert.equal(await readFile(path, "utf8"), `${process.ppid} 1`);
    await rm(path);
  });
});

describe("two processes that find a lock left behind at once", () => {
  it("take it over one at a time, in every one of 150 rounds", async () => {
    const takers = [1, 2].map(() =>
      spawn(process.execPath, testProgram("platform/lock-taker"), { stdio: ["ignore", 2, 2, "ipc"] }),
    );
    // A child has room for a message before it listens.
    let shared = 0;
    for (let round = 0; round < 150; round++) {
      const contested = join(folder, `contested-${round}`);
      await writeFile(contested, "999999999 1");
      const atMs = Date.now() + (round === 0 ? 3000 : 10);
      const answers = takers.map(async (taker) => {
        const answer = once(taker, "message");
        taker.send({ path: contested, atMs });
        return ((await answer) as [{ isTaken: boolean }])[0].isTaken;
      });
      if ((await Promise.all(answers)).filter(Boolean).length !== 1) shared++;
    }
    assert.equal(shared, 0, `${shared} of 150 rounds had not one holder`);
    for (const taker of takers) taker.disconnect();
  });
});

describe("a work folder", () => {
  it("a work folder is refused while another process works in it, or waited for as long as the caller says", async () => {
    const work = join(folder, "work");
    (await openWorkFolder(work)).release();
    const child = spawn("sleep", ["600"], { stdio: "ignore" });
    try {
      await writeFile(join(work, "lock"), String(child.pid));
      await assert.rejects(openWorkFolder(work, 10), {
        code: "config_invalid",
        message: /expected no other process that trains here, got process \d+; wait for it or stop it$/,
      });
      setTimeout(() => child.kill(), 200);
      const { release } = await openWorkFolder(work, 60_000);
      assert.equal(child.killed, true);
      release();
    } finally {
      child.kill();
    }
  });
});
