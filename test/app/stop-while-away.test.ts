/**
 * A stop while the queue server is away, or does not answer: every process ends, and what a worker had goes on at another one. While the
 * server is there jobs go back at once.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { testProgram } from "../fixtures/processes/test-program.ts";
import { untilExit } from "../fixtures/until-exit.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { type QueueServer, startQueueServer, withoutQueueServer } from "../jobs/queue-server.ts";

/** A supervisor kills what still runs then (deploy/tau.service). */
const killMs = 30_000;
const long = 600_000;

interface Started {
  readonly child: ChildProcess;
  readonly data: string;
  log(): string;
}

describe("a stop with a queue server that may be away", { skip: withoutQueueServer, timeout: 360_000 }, () => {
  let home: string;
  let queueServer: QueueServer;
  const children: ChildProcess[] = [];
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "tau-stop-"));
    queueServer = await startQueueServer(true);
  });
  after(async () => {
    for (const child of children) await untilExit(child, "SIGKILL");
    await queueServer.stop();
    await rm(home, { recursive: true, force: true });
  });

  /** Resolves once it serves, or its worker is ready. @param imageMs how long images are held back */
  async function start(name: string, command: readonly string[], imageMs = 0): Promise<Started> {
    const [program = "", ...args] = command;
    const data = join(home, name);
    const env = {
      ...process.env,
      TAU_QUEUE_URL: queueServer.url,
      TAU_STORE_URL: pathToFileURL(join(home, "store")).href,
      TAU_REQUESTS_PER_MINUTE: "999999",
      TAU_LOG_LEVEL: "info",
      TAU_TEST_IMAGE_MS: String(imageMs),
      TAU_TEST_GRACE_MS: "1000",
    };
    const child = spawn(process.execPath, [...testProgram(program), ...args, "--data", data], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    children.push(child);
    let text = "";
    child.stderr.on("data", (more) => (text += String(more)));
    const sign = program.startsWith("http") && !args.includes("--with-worker") ? "listening" : "inference is ready";
    const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
    await waitUntil(name, () => text.includes(`"${sign}"`) || isOver());
    assert.equal(isOver(), false, text);
    return { child, data, log: () => text };
  }
  const startServer = (name: string, ...args: string[]) => start(name, ["http/serve-small", "--port", "0", ...args]);
  const startWorker = (name: string, imageMs = 0) => start(name, ["app/work-small"], imageMs);

  /** The exit code after SIGTERM; SIGKILL where a supervisor would have had to. Fails where something kept the process alive. */
  async function stopped({ child, log }: Started): Promise<number | string> {
    const kill = setTimeout(() => child.kill("SIGKILL"), killMs);
    const code = await untilExit(child, "SIGTERM").finally(() => clearTimeout(kill));
    assert.doesNotMatch(log(), /did not stop within/);
    return code;
  }
  async function ask({ data, log }: Started, path: string, body?: object): Promise<Generation> {
    const token = (await readFile(join(data, "token"), "utf8")).trim();
    const port = /"port":(\d+),.*"msg":"listening"/.exec(log())![1];
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
    assert.ok(response.ok, await response.clone().text());
    return (await response.json()) as Generation;
  }

  const isIn = async (server: Started, state: string, id: string): Promise<boolean> =>
    (await ask(server, `/v1/generations/${id}`)).state === state;

  /** Resolves once it runs. @returns its id */
  async function startJob(server: Started): Promise<string> {
    let id = "";
    await waitUntil("a server that knows its worker", async () => {
      const begun = await ask(server, "/v1/generations", { condition: { caption: "bird" } }).catch(() => undefined);
      id = begun?.id ?? "";
      return begun !== undefined;
    });
    await waitUntil("a job that runs", () => isIn(server, "running", id));
    return id;
  }

  it("while it is there, a worker puts a job back that does not end in time", async () => {
    const [server, worker] = await Promise.all([startServer("server-0"), startWorker("worker-0", long)]);
    const id = await startJob(server);
    assert.equal(await stopped(worker), 0, worker.log());
    assert.ok(await isIn(server, "queued", id));
    assert.doesNotMatch(worker.log(), /could not be ended or put back/);
    const next = await startWorker("worker-next");
    await waitUntil("its end at another worker", () => isIn(server, "done", id));
    assert.equal(await stopped(next), 0, next.log());
    assert.equal(await stopped(server), 0, server.log());
  });

  for (const signal of ["SIGKILL", "SIGSTOP"] as const)
    it(`after ${signal} of the queue server a server, a worker and both in one process stop with exit code 0`, async () => {
      const started = await Promise.all([
        startServer(`${signal}-server`),
        startWorker(`${signal}-worker`),
        startServer(`${signal}-both`, "--with-worker"),
      ]);
      process.kill(queueServer.child.pid!, signal);
      // Long enough for commands to wait for an answer.
      await sleep(1000);
      const codes = await Promise.all(started.map(stopped));
      assert.deepEqual(codes, [0, 0, 0], started.map(({ log }) => log()).join("\n"));
      for (const { log } of started) assert.match(log(), /"msg":"stopped"/);
      await queueServer.restart();
    });

  it("a worker with a job says that it leaves it, stops with exit code 0, and another worker ends the job", async () => {
    const [server, worker] = await Promise.all([startServer("server"), startWorker("worker-1", long)]);
    const id = await startJob(server);
    await untilExit(queueServer.child, "SIGKILL");
    assert.equal(await stopped(worker), 0, worker.log());
    assert.match(worker.log(), new RegExp(`"jobs":\\["${id}"\\].*other workers go on with them`));
    await queueServer.restart();
    await startWorker("worker-2");
    await waitUntil("a job that another worker ended", () => isIn(server, "done", id).catch(() => false));
    assert.equal(await stopped(server), 0, server.log());
  });
});
