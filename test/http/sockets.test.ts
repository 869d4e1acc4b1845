/** On real sockets: both loopback addresses, a port in use, slow and rude clients, bodies over the limit, a graceful stop. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "../../server/app/config.ts";
import { startServer } from "../../server/app/main.ts";
import { type ListenTimings, listen } from "../../server/http/listen.ts";
import { openJobDatabase } from "../../server/jobs/local/job-schema.ts";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { InversionSchema } from "../../shared/contract/generations/inversion.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { testProgram } from "../fixtures/processes/test-program.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { untilExit } from "../fixtures/until-exit.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { createHarness, problemOf, smallCatalogue, token } from "./harness.ts";
import { greyPng } from "./images.ts";
import { createGate, SmallInference } from "./small-inference.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

async function startSmall(inference = new SmallInference(), port = 0, shutdownGraceMs = 2000) {
  const dataDir = await mkdtemp(join(tmpdir(), "tau-socket-"));
  const config = { ...readConfig({ data: dataDir }, {}), port };
  const started = startServer(config, { inference, catalogue: smallCatalogue, log: silent, shutdownGraceMs });
  started.catch(() => rm(dataDir, { recursive: true, force: true }));
  const server = await started;
  const headers = { Authorization: `Bearer ${server.token.value}`, "Content-Type": "application/json" };
  const base = `http://127.0.0.1:${server.port}`;
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(base + path, { ...init, headers: { ...headers, ...init.headers } });
  const start = async (count = 1) => {
    const body = JSON.stringify({ condition: { caption: "bird" }, count });
    return (await (await ask("/v1/generations", { method: "POST", body })).json()) as Generation;
  };
  return { server, dataDir, ask, start, remove: () => rm(dataDir, { recursive: true, force: true }) };
}

/** Sends raw text and resolves with all that comes back until the server closes. */
async function talk(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => {
    answer += data.toString("latin1");
  });
  socket.on("error", () => undefined);
  socket.write(text);
  if (!socket.closed) await once(socket, "close");
  return answer;
}

const quick: ListenTimings = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 10_000,
  idleTimeoutMs: 900,
  connectionsMax: 64,
  connectionsSurplusMax: 64,
  pipelinedMax: 4,
};

const lastEvent = (text: string): Generation => JSON.parse(text.trimEnd().split("data: ").at(-1)!) as Generation;

describe("the listening server", () => {
  it("the listening server answers on both loopback addresses, with its token in a file for its owner alone", async () => {
    const small = await startSmall();
    for (const host of ["127.0.0.1", "[::1]", "localhost"])
      assert.equal((await fetch(`http://${host}:${small.server.port}/healthz`)).status, 200, host);
    const { mode } = await stat(small.server.token.path);
    assert.equal(mode & 0o777, 0o600);
    assert.equal((await readFile(small.server.token.path, "utf8")).trim(), small.server.token.value);
    assert.equal(small.server.token.isNew, true);
    assert.equal((await small.ask("/v1/meta")).status, 200);
    await small.server.stop();
    await small.remove();
  });

  // Goal C3.
  it("the listening server inverts an uploaded image, and cancels an inversion in the child when its client hangs up", async () => {
    const inference = new SmallInference();
    const small = await startSmall(inference);
    const sent = await small.ask("/v1/images", {
      method: "POST",
      headers: { "Content-Type": "image/png" },
      body: greyPng(8) as BodyInit,
    });
    const { digest: image } = (await sent.json()) as { digest: string };
    const invert = (signal?: AbortSignal) =>
      small.ask("/v1/inversions", { method: "POST", body: JSON.stringify({ image }), ...(signal ? { signal } : {}) });
    assert.equal(InversionSchema.parse(await (await invert()).json()).latent.length, 4);
    const gate = createGate();
    inference.gate = gate.closed;
    const client = new AbortController();
    const answer = assert.rejects(invert(client.signal), { name: "AbortError" });
    await waitUntil("an inversion runs", () => inference.inverting > 0);
    client.abort();
    await answer;
    await waitUntil("the inversion without a client ends", () => inference.inverting === 0);
    inference.gate = undefined;
    gate.open();
    await small.server.stop();
    await small.remove();
  });

  it("the listening server says port_in_use, for either address, and never drifts to another", async () => {
    for (const host of ["127.0.0.1", "::1"]) {
      const other = createServer().listen(0, host);
      await once(other, "listening");
      const { port } = other.address() as AddressInfo;
      await assert.rejects(startSmall(new SmallInference(), port), (error: unknown) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.code, "port_in_use");
        assert.ok(error.detail.expected && error.detail.received);
        return true;
      });
      other.close();
    }
  });

  // Goal B5.
  it("the listening server cuts a body over the limit, announced and chunked, and takes a chunked one below it", async () => {
    const small = await startSmall();
    const head = `POST /v1/generations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${small.server.token.value}\r\nContent-Type: application/json\r\nConnection: close\r\n`;
    const announced = await talk(small.server.port, `${head}Content-Length: 99999999\r\n\r\n{`);
    assert.match(announced, /^HTTP\/1\.1 413 /);
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    const chunked = await talk(small.server.port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(8)}`);
    assert.match(chunked, /^HTTP\/1\.1 413 /);
    assert.match(chunked, /"code":"payload_too_large"/);
    const body = JSON.stringify({ condition: { caption: "bird" }, count: 1 });
    const whole = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const accepted = await talk(small.server.port, `${head}Transfer-Encoding: chunked\r\n\r\n${whole}`);
    assert.match(accepted, /^HTTP\/1\.1 202 /);
    assert.equal((await small.ask("/healthz")).status, 200);
    assert.equal((await small.start()).state, "queued");
    await small.server.stop();
    await small.remove();
  });

  it("the listening server closes slow clients and clients that stall, while good ones are served", async () => {
    const harness = await createHarness();
    const timings = { ...quick, headersTimeoutMs: 300, requestTimeoutMs: 600 };
    const listener = await listen(harness.app.fetch, 0, timings);
    const sockets: Socket[] = [];
    const dripping = Array.from({ length: 10 }, async () => {
      const socket = connect(listener.port, "127.0.0.1");
      sockets.push(socket);
      socket.on("error", () => undefined);
      socket.resume();
      socket.write("GET /healthz HTTP/1.1\r\nHost: loc");
      const drip = setInterval(() => socket.write("a"), 100);
      await once(socket, "close");
      clearInterval(drip);
    });
    const stalled = talk(
      listener.port,
      `POST /v1/images HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\nab`,
    );
    const base = `http://127.0.0.1:${listener.port}`;
    for (let i = 0; i < 5; i++) {
      assert.equal((await fetch(`${base}/healthz`)).status, 200);
      await sleep(50);
    }
    await Promise.all([...dripping, stalled]);
    await listener.close(100);
    await harness.close();
  });

  it("the listening server is not held by a client that follows events and never reads", async () => {
    const inference = new SmallInference();
    inference.gate = createGate().closed;
    const small = await startSmall(inference, 0, 200);
    const { id } = await small.start();
    const socket = connect(small.server.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.pause();
    socket.write(
      `GET /v1/generations/${id}/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${small.server.token.value}\r\n\r\n`,
    );
    await sleep(50);
    const started = performance.now();
    await small.server.stop();
    assert.ok(performance.now() - started < limits.idleTimeoutMs / 2, "it does not wait until the client is idle");
    socket.destroy();
    await small.remove();
  });
});

const uploadsMaxBytes = 5000;

/** A server that can be reached by `listener.port`, with these bounds. */
async function listenWith(bounds: Partial<ListenTimings>) {
  const inference = new SmallInference();
  const harness = await createHarness({ inference, limits: { eventHeartbeatMs: 50, uploadsMaxBytes } });
  const listener = await listen(harness.app.fetch, 0, { ...quick, ...bounds });
  const sockets: Socket[] = [];
  const open = (text: string): Socket => {
    const socket = connect(listener.port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.write(text);
    return socket;
  };
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await listener.close(100);
    await harness.close();
  };
  return { harness, inference, listener, base: `http://127.0.0.1:${listener.port}`, open, close };
}

describe("a crowd of connections", () => {
  it("a crowd that drips headers and comes again whenever it is closed keeps no good client out", async () => {
    const { base, open, close } = await listenWith({ connectionsMax: 16 });
    let isOver = false;
    const drip = (): void => {
      const socket = open("GET /healthz HTTP/1.1\r\nHost: loc");
      socket.once("close", () => !isOver && setTimeout(drip, 20));
    };
    for (let index = 0; index < 40; index++) drip();
    await sleep(100);
    const statuses: unknown[] = [];
    for (let index = 0; index < 40; index++)
      statuses.push(
        await fetch(`${base}/healthz`, { headers: { Connection: "close" } }).then(
          ({ status }) => status,
          () => "refused",
        ),
      );
    isOver = true;
    assert.deepEqual(new Set(statuses), new Set([200]));
    await close();
  });

  it("a connection that is one too many beside others at work is asked to come again", async () => {
    const { harness, inference, base, open, close } = await listenWith({ connectionsMax: 2, idleTimeoutMs: 60_000 });
    inference.gate = createGate().closed;
    const { id } = await harness.start({ condition: { caption: "bird" }, count: 1 });
    for (let index = 0; index < 2; index++) {
      const socket = open(
        `GET /v1/generations/${id}/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      );
      await once(socket, "data");
    }
    const refused = await fetch(`${base}/v1/meta`, { headers: { Authorization: `Bearer ${token}` } });
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "1"]);
    assert.equal(refused.headers.get("access-control-allow-origin"), "*");
    assert.equal((await problemOf(refused)).code, "rate_limited");
    await close();
  });

  it("a client that reads nothing of what it requested is closed within the idle time", async () => {
    const { harness, open, close } = await listenWith({ idleTimeoutMs: 3000 });
    // More than the buffers of both ends hold.
    harness.deps.results.read = async () => new Uint8Array(8 * 1024 * 1024);
    const generation = await harness.start({ condition: { caption: "bird" }, count: 1 });
    const { images } = await harness.end(generation.id);
    const ask = `GET ${images[0]!.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const deaf = open(ask);
    deaf.pause();
    // One that begins to be idle half of the idle time later is closed later.
    await sleep(1500);
    const idle = open(
      `POST /v1/images HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\na`,
    );
    const order: string[] = [];
    deaf.once("close", () => order.push("deaf"));
    idle.once("close", () => order.push("idle"));
    idle.resume();
    // Who reads nothing learns by writing that the connection is closed.
    const writing = setInterval(() => deaf.write("x"), 100);
    await waitUntil("both connections are closed", () => order.length === 2);
    clearInterval(writing);
    assert.deepEqual(order, ["deaf", "idle"]);
    await close();
  });

  it("a client that waits for an answer longer than the idle time gets it", async () => {
    const idleTimeoutMs = 200;
    const { base, harness, close } = await listenWith({ idleTimeoutMs });
    const image = await harness.upload(greyPng(8));
    const { vectorise } = harness.deps;
    Object.assign(harness.deps, {
      vectorise: async (...task: Parameters<typeof vectorise>) => {
        await sleep(5 * idleTimeoutMs);
        return vectorise(...task);
      },
    });
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const answer = await fetch(`${base}/v1/vectors`, { method: "POST", headers, body: JSON.stringify({ image }) });
    assert.equal(answer.status, 200);
    await close();
  });

  it("uploads that hardly come hold up no other, and together take only so much memory", async () => {
    const { base, open, close } = await listenWith({ idleTimeoutMs: 60_000 });
    const head = (length: number) =>
      `POST /v1/images HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: image/png\r\nContent-Length: ${length}\r\n\r\n`;
    for (let index = 0; index < 2 * limits.uploadsParallelMax; index++) open(`${head(1000)}a`);
    await sleep(50);
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "image/png" };
    const send = () => fetch(`${base}/v1/images`, { method: "POST", headers, body: greyPng(8) as BodyInit });
    assert.equal((await send()).status, 201);
    open(head(6000) + "x".repeat(uploadsMaxBytes - 2 * limits.uploadsParallelMax - 1));
    let refused = await send();
    for (let turn = 0; turn < 3000 && refused.status === 201; turn++) {
      await sleep(20);
      refused = await send();
    }
    assert.equal((await problemOf(refused)).code, "queue_full");
    await close();
  });
});

describe("a graceful stop", () => {
  it("a graceful stop refuses new work, lets running jobs end, informs followers, and keeps the waiting ones", async () => {
    const gate = createGate();
    const inference = new SmallInference();
    inference.gate = gate.closed;
    const small = await startSmall(inference);
    const running = await Promise.all(Array.from({ length: limits.jobsParallelMax }, () => small.start(2)));
    const waiting = await small.start();
    const follow = (id: string) => small.ask(`/v1/generations/${id}/events`);
    const streams = await Promise.all([follow(running[0]!.id), follow(waiting.id)]);
    const followed = streams.map(async (stream) => lastEvent(await stream.text()));
    const stopped = small.server.stop();
    assert.equal((await small.ask("/readyz")).status, 503);
    const body = JSON.stringify({ condition: { caption: "late" } });
    assert.equal((await problemOf(await small.ask("/v1/generations", { method: "POST", body }))).code, "shutting_down");
    gate.open();
    const [done, kept] = await Promise.all(followed);
    assert.deepEqual([done!.state, done!.images.length], ["done", 2]);
    assert.equal(kept!.state, "queued");
    await stopped;
    await assert.rejects(small.ask("/healthz"));
    await small.remove();
  });

  it("a graceful stop lets inversions end, those that wait for their turn too, but not beyond the grace", async () => {
    const inference = new SmallInference();
    const gate = createGate();
    inference.gate = gate.closed;
    const small = await startSmall(inference, 0, 60_000);
    const headers = { "Content-Type": "image/png" };
    const sent = await small.ask("/v1/images", { method: "POST", headers, body: greyPng(8) as BodyInit });
    const body = JSON.stringify({ image: ((await sent.json()) as { digest: string }).digest });
    const requested = Array.from({ length: limits.inversionsParallelMax + 2 }, () =>
      small.ask("/v1/inversions", { method: "POST", body }),
    );
    await waitUntil("all inversions run", () => inference.inverting >= limits.inversionsParallelMax);
    const stopped = small.server.stop();
    assert.equal((await problemOf(await small.ask("/v1/inversions", { method: "POST", body }))).code, "shutting_down");
    gate.open();
    for (const answer of requested) assert.equal((await answer).status, 200);
    await stopped;
    await small.remove();

    const deaf = new SmallInference();
    deaf.gate = createGate().closed;
    const stuck = await startSmall(deaf, 0, 100);
    await stuck.ask("/v1/images", { method: "POST", headers, body: greyPng(8) as BodyInit });
    const cut = stuck.ask("/v1/inversions", { method: "POST", body }).then(
      ({ status }) => status,
      () => "cut",
    );
    await waitUntil("an inversion runs", () => deaf.inverting > 0);
    await stuck.server.stop();
    assert.notEqual(await cut, 200);
    await stuck.remove();
  });

  it("a graceful stop puts jobs back that take longer than the grace", async () => {
    const inference = new SmallInference();
    inference.gate = createGate().closed;
    const small = await startSmall(inference, 0, 100);
    const { id } = await small.start();
    const followed = (await small.ask(`/v1/generations/${id}/events`)).text();
    await small.server.stop();
    assert.equal(lastEvent(await followed).state, "queued");
    await small.remove();
  });
});

describe("`tau serve` as a process", () => {
  const children: ChildProcess[] = [];
  after(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  const run = (args: string[], env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [...testProgram("http/serve-small"), ...args], {
      env: { ...process.env, TAU_LOG_LEVEL: "info", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    const output = { out: "", err: "" };
    child.stdout.on("data", (data) => (output.out += String(data)));
    child.stderr.on("data", (data) => (output.err += String(data)));
    return { child, output };
  };
  const until = (what: string, isIt: () => boolean, child: ChildProcess): Promise<void> =>
    waitUntil(what, () => isIt() || child.exitCode !== null);

  it("`tau serve` as a process prints one link, finishes a running job on SIGTERM, exits 0, and has it in the history afterwards", async () => {
    const dataDir = temporaryFolder("serve");
    const { child, output } = run(["--port", "0", "--data", dataDir], { TAU_TEST_IMAGE_MS: "2500" });
    await until("a link", () => /"msg":"listening"/.test(output.err) && /#token=/.test(output.out), child);
    const port = /"port":(\d+)/.exec(output.err)![1]!;
    const secret = (await readFile(join(dataDir, "token"), "utf8")).trim();
    assert.equal(output.out.split(`#token=${secret}`).length, 2, "the link is there once");
    const headers = { Authorization: `Bearer ${secret}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ condition: { caption: "secret bird" }, count: 1 });
    const response = await fetch(`http://localhost:${port}/v1/generations`, { method: "POST", headers, body });
    const { id } = (await response.json()) as Generation;
    assert.equal(await untilExit(child, "SIGTERM"), 0);
    const database = openJobDatabase(dataDir);
    assert.equal(database.get("SELECT state FROM job WHERE id = ?", id)?.["state"], "done");
    await database.close();
    const again = run(["--port", "0", "--data", dataDir]);
    await until("the second link", () => /Playground/.test(again.output.out), again.child);
    assert.ok(!again.output.out.includes(secret), "output that is kept has the token once");
    await untilExit(again.child, "SIGTERM");
    assert.doesNotMatch(output.err, /secret bird/);
    assert.doesNotMatch(output.err, new RegExp(secret));
  });

  it("`tau serve` as a process exits 1 with port_in_use and with config_invalid, naming what to change", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const dataDir = temporaryFolder("serve");
    const { port } = other.address() as AddressInfo;
    const busy = run(["--port", String(port), "--data", dataDir]);
    const wrong = run(["--port", "http"]);
    const codes = await Promise.all([busy, wrong].map(async ({ child }) => (await once(child, "close"))[0] as number));
    assert.deepEqual(codes, [1, 1]);
    assert.match(busy.output.err, new RegExp(`port_in_use: port ${port}.*--port`));
    assert.match(wrong.output.err, /config_invalid: --port: expected a port from 0 to 65535, got "http"/);
    other.close();
  });
});
