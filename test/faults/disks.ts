/** Disks that fill up, turn read-only or tear files, and a clock that jumps. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Goal } from "./goal.ts";
import { Ledger } from "./ledger.ts";
import { makeFolder, startTau } from "./tau-process.ts";

const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { stdio: "pipe" });

/** Why nothing can be mounted here. */
function cannotMount(): string | undefined {
  return process.getuid?.() === 0 && process.platform === "linux" ? undefined : "only root may mount a disk";
}

export const diskFull: Goal = {
  id: "F8",
  fault: "a disk that fills up while jobs come, and has room again",
  mark: "refused or failed as storage_full, no image half, and it works again",
  skip: cannotMount,
  async run(times) {
    const disk = await makeFolder();
    run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk);
    const tau = await startTau(join(disk, "data"));
    const ledger = new Ledger();
    let refused = 0;
    const codes = new Set<string>();
    try {
      await tau.ready();
      for (let time = 0; time < times; time++) {
        const ballast = join(disk, "ballast");
        for (let bytes = 1 << 20; bytes >= 4096; )
          try {
            writeFileSync(ballast, Buffer.alloc(bytes), { flag: "a" });
          } catch {
            bytes /= 2;
          }
        for (let index = 0; index < 40 && refused === time; index++) {
          const key = `full-${time}-${index}`;
          const response = await tau.draw(key);
          const answer = (await response.json()) as { id: string; code?: string };
          if (response.status === 507) refused++;
          else if (response.ok) ledger.note(key, answer as never);
          if (answer.code) codes.add(answer.code);
        }
        rmSync(ballast);
        const key = `room-${time}`;
        const job = await tau.start(key);
        ledger.note(key, job);
        await tau.until(job.id, ({ state }) => state === "done");
      }
      const count = await ledger.settle(tau, join(disk, "data"));
      const code = await tau.end("SIGTERM");
      return {
        isPassed: refused === times && [...codes].join() === "storage_full" && code === 0,
        figure: `${times} times: ${refused} refused as ${[...codes].join()}, ${count.done} done whole, ${count.failed} failed`,
      };
    } finally {
      await tau.end("SIGKILL");
      run("umount", disk);
    }
  },
};

export const readOnly: Goal = {
  id: "F8",
  fault: "a data folder that turns read-only",
  mark: "reported as store_unavailable by the API and readiness, exit code 0, refused at the next start",
  skip: cannotMount,
  async run(times) {
    let passed = 0;
    for (let time = 0; time < times; time++) {
      const home = await makeFolder();
      const [data, copy] = [join(home, "data"), join(home, "copy")];
      const tau = await startTau(data);
      await tau.ready();
      cpSync(data, copy, { recursive: true });
      run("mount", "--bind", copy, data);
      run("mount", "-o", "remount,bind,ro", data);
      try {
        const upload = await tau.ask("/v1/images", {
          method: "POST",
          body: onePixel,
          headers: { "Content-Type": "image/png" },
        });
        const { code } = (await upload.json()) as { code: string };
        const readiness = await tau.ask("/readyz");
        const exit = await tau.end("SIGTERM");
        const next = await startTau(data);
        const isRefused = /store_unavailable/.test(next.log) && (await next.end("SIGTERM")) === 1;
        if (code === "store_unavailable" && readiness.status === 503 && exit === 0 && isRefused) passed++;
      } finally {
        await tau.end("SIGKILL");
        run("umount", data);
      }
    }
    return { isPassed: passed === times, figure: `${passed} of ${times}` };
  },
};

const onePixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

export const tornFiles: Goal = {
  id: "B1, F8",
  fault: "images of finished jobs cut short, and the log of the database torn at its end after kill -9",
  mark: "damaged bytes are never served, the same request heals them, and the server starts",
  async run(times, random) {
    const dataDir = await makeFolder();
    let tau = await startTau(dataDir);
    let [served, healed] = [0, 0];
    for (let time = 0; time < times; time++) {
      await tau.ready();
      const { id } = await tau.start(`torn-${time}`, { seed: time });
      const { images } = await tau.until(id, ({ state }) => state === "done");
      const [first] = images;
      truncateSync(join(dataDir, "results", first!.sha256), Math.floor(random() * first!.bytes));
      if ((await tau.ask(first!.path)).status === 200) served++;
      const again = await tau.start(`again-${time}`, { seed: time });
      await tau.until(again.id, ({ state }) => state === "done");
      if ((await tau.ask(first!.path)).status === 200) healed++;
      await tau.end("SIGKILL");
      const log = join(dataDir, "tau.db-wal");
      // The last page is what a power cut can tear: commits before it were synced.
      if (existsSync(log)) writeFileSync(log, Buffer.alloc(Math.floor(random() * 4096), 0xa5), { flag: "a" });
      tau = await startTau(dataDir);
      const { state } = await tau.read(id);
      if (state !== "done") throw new Error(`${id}: expected a job that is done, got ${state}`);
    }
    await tau.end("SIGTERM");
    return {
      isPassed: served === 0 && healed === times,
      figure: `${times} of each: ${served} damaged images served, ${healed} healed, ${times} starts`,
    };
  },
};

export const twoServers: Goal = {
  id: "–",
  fault: "a second server on the same data folder",
  mark: "it refuses to start, the first goes on",
  async run(times) {
    const dataDir = await makeFolder();
    const tau = await startTau(dataDir);
    await tau.ready();
    const ledger = new Ledger();
    let refused = 0;
    for (let time = 0; time < times; time++) {
      const second = await startTau(dataDir);
      if (/config_invalid: data folder .* in use by process/.test(second.log)) refused++;
      await second.end("SIGKILL");
      ledger.note(`two-${time}`, await tau.start(`two-${time}`));
    }
    const count = await ledger.settle(tau, dataDir);
    await tau.end("SIGTERM");
    return {
      isPassed: refused === times && count.done === times,
      figure: `${refused} of ${times} refused, ${count.done} of ${times} jobs of the first done`,
    };
  },
};

const fakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

export const clockJumps: Goal = {
  id: "–",
  fault: "the clock jumps ten years ahead and back while jobs run, and between two starts",
  mark: "all jobs done, in the order in which they came, with revisions that grow",
  skip: () => (existsSync(fakeTime) ? undefined : "no libfaketime (Debian: apt-get install faketime)"),
  async run(times) {
    const dataDir = await makeFolder();
    const clock = join(await makeFolder(), "clock");
    const set = (offset: string): void => writeFileSync(clock, `${offset}\n`);
    // The monotonic clock, by which timeouts go, stays as it is.
    const env = {
      LD_PRELOAD: fakeTime,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
    const ledger = new Ledger();
    let [inOrder, growing] = [0, 0];
    for (let time = 0; time < times; time++) {
      set("+0");
      let tau = await startTau(dataDir, { env });
      process.kill(await tau.ready(), "SIGSTOP");
      const ids: string[] = [];
      const add = async (): Promise<void> => {
        const key = `clock-${ledger.size}`;
        const job = await tau.start(key);
        ledger.note(key, job);
        ids.push(job.id);
      };
      const revisionOf = async (id: string): Promise<number> => {
        const stream = await tau.ask(`/v1/generations/${id}/events`);
        const reader = stream.body!.getReader();
        let text = "";
        while (!/^id: \d+$/m.test(text)) text += Buffer.from((await reader.read()).value ?? []).toString();
        await reader.cancel();
        return Number(/^id: (\d+)$/m.exec(text)![1]);
      };
      await add();
      set("+3650d");
      await add();
      const before = await revisionOf(ids[0]!);
      set("-3650d");
      await add();
      const stoppedChild = tau.inferencePid;
      await tau.end("SIGKILL");
      if (stoppedChild !== undefined) process.kill(stoppedChild, "SIGKILL");
      tau = await startTau(dataDir, { env });
      await tau.ready();
      await add();
      await ledger.settle(tau, dataDir);
      if (ids.join() === [...ids].sort().join()) inOrder++;
      if ((await revisionOf(ids[0]!)) > before) growing++;
      await tau.end("SIGTERM");
    }
    return {
      isPassed: inOrder === times && growing === times,
      figure: `${ledger.size} of ${ledger.size} jobs ended; order kept ${inOrder} of ${times}, revisions ${growing} of ${times}`,
    };
  },
};
