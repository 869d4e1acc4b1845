/** Downloads from a real server in miniature: one that breaks off, one behind a proxy, one that redirects, one that lies; and an offline mirror. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fetchExpert } from "../../server/hub/fetch-expert.ts";
import { AppError } from "../../shared/problem.ts";

const bytes = randomBytes(300_000);
const sha256 = createHash("sha256").update(bytes).digest("hex");
const file = { repository: "owner/name", revision: "0123abc", path: "onnx/model.onnx", sha256 };
const folder = await mkdtemp(join(tmpdir(), "tau-hub-"));
const servers: Server[] = [];
after(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true });
});

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ server: Server; hub: string }> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, hub: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const startOf = (request: IncomingMessage): number =>
  Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);

/** The beginning of an answer, after which its line breaks. */
interface Beginning {
  readonly most: number;
  /** Resolves when the client has kept some of it. */
  readonly isKept: Promise<void>;
  /** The client's progress. */
  onProgress(): void;
}

function beginningOf(most: number): Beginning {
  let onProgress = (): void => undefined;
  const isKept = new Promise<void>((resolve) => {
    onProgress = resolve;
  });
  return { most, isKept, onProgress };
}

/** Answers with what is requested, or its beginning. */
function answerFrom(request: IncomingMessage, response: ServerResponse, beginning?: Beginning): void {
  const start = startOf(request);
  if (start >= bytes.length) return void response.writeHead(416).end();
  const headers = {
    "content-length": bytes.length - start,
    "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
  };
  response.writeHead(start > 0 ? 206 : 200, headers);
  if (!beginning) return void response.end(bytes.subarray(start));
  response.write(bytes.subarray(start, start + beginning.most));
  void beginning.isKept.then(() => response.destroy());
}

const target = (name: string): string => join(folder, name);

describe("a file of a hub", () => {
  it("is fetched by repository, revision and path, and kept when it is there already", async () => {
    const paths: string[] = [];
    const { hub } = await serve((request, response) => {
      paths.push(request.url!);
      answerFrom(request, response);
    });
    for (let time = 0; time < 2; time += 1) {
      const path = await fetchExpert(file, { to: target("plain"), hub });
      assert.deepEqual(await readFile(path), bytes);
    }
    assert.deepEqual(paths, ["/owner/name/resolve/0123abc/onnx/model.onnx"]);
  });

  it("goes on where a broken line stopped", async () => {
    const starts: number[] = [];
    const beginning = beginningOf(100_000);
    const { hub } = await serve((request, response) => {
      starts.push(startOf(request));
      answerFrom(request, response, starts.length === 1 ? beginning : undefined);
    });
    const path = await fetchExpert(file, { to: target("broken"), hub, onProgress: beginning.onProgress });
    assert.deepEqual(await readFile(path), bytes);
    assert.equal(starts.length, 2);
    assert.ok(starts[1]! > 0 && starts[1]! <= 100_000, String(starts));
  });

  it("is fetched anew from a server that knows no ranges, and goes on from an earlier run's part", async () => {
    const { hub } = await serve((_, response) => response.writeHead(200).end(bytes));
    await mkdir(target("whole"));
    await writeFile(join(target("whole"), "model.onnx.part"), bytes.subarray(0, 5000));
    assert.deepEqual(await readFile(await fetchExpert(file, { to: target("whole"), hub })), bytes);
    assert.deepEqual(await readdir(target("whole")), ["model.onnx"]);
  });

  // Goal S3.
  it("is found behind redirects", async () => {
    const store = await serve((request, response) => answerFrom(request, response));
    const { hub } = await serve((_, response) => response.writeHead(302, { location: `${store.hub}/blob` }).end());
    assert.deepEqual(await readFile(await fetchExpert(file, { to: target("redirected"), hub })), bytes);
    const loop = await serve((request, response) => response.writeHead(302, { location: request.url! }).end());
    await assert.rejects(fetchExpert(file, { to: target("loop"), hub: loop.hub }), /at most 5 redirects/);
  });

  it("comes through the proxy that the environment names", async () => {
    const { hub } = await serve((request, response) => answerFrom(request, response));
    const requested: string[] = [];
    const proxy = await serve((request, response) => response.writeHead(400).end(request.url));
    proxy.server.on("connect", (request, socket) => {
      requested.push(request.url!);
      const [host, port] = request.url!.split(":");
      const upstream = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on("error", () => socket.destroy());
      socket.on("error", () => upstream.destroy());
    });
    const before = { proxy: process.env["http_proxy"], no: process.env["no_proxy"] };
    process.env["http_proxy"] = proxy.hub;
    process.env["no_proxy"] = "";
    try {
      assert.deepEqual(await readFile(await fetchExpert(file, { to: target("proxied"), hub })), bytes);
    } finally {
      for (const [name, value] of [
        ["http_proxy", before.proxy],
        ["no_proxy", before.no],
      ] as const)
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
    assert.deepEqual(requested, [new URL(hub).host]);
  });

  it("is cancelled also in the pause before the next attempt, and keeps what came", async () => {
    const stop = new AbortController();
    const beginning = beginningOf(100_000);
    const { hub } = await serve((request, response) => {
      answerFrom(request, response, beginning);
      response.on("close", () => setTimeout(() => stop.abort(), 50));
    });
    await assert.rejects(
      fetchExpert(file, { to: target("paused"), hub, signal: stop.signal, onProgress: beginning.onProgress }),
      (error: unknown) => error instanceof AppError && error.code === "cancelled",
    );
    assert.deepEqual(await readdir(target("paused")), ["model.onnx.part"]);
  });

  it("names hubs and proxies without their passwords", async () => {
    const { hub } = await serve((_, response) => response.writeHead(404).end());
    const secret = hub.replace("://", "://me:geh@im@");
    await assert.rejects(fetchExpert(file, { to: target("secret"), hub: secret }), (error: unknown) => {
      assert.match(String(error), /http:\/\/127\.0\.0\.1:\d+\/owner/);
      assert.doesNotMatch(`${error} ${JSON.stringify(error)}`, /geh|me:/);
      return true;
    });
    const before = process.env["http_proxy"];
    process.env["http_proxy"] = "ftp://me:geheim@proxy:1";
    try {
      await assert.rejects(fetchExpert(file, { to: target("secret"), hub }), (error: unknown) => {
        assert.ok(error instanceof AppError);
        assert.match(error.message, /^HTTP_PROXY, HTTPS_PROXY: expected addresses/);
        assert.doesNotMatch(`${error.stack} ${String(error.cause)}`, /geheim/);
        return true;
      });
    } finally {
      if (before === undefined) delete process.env["http_proxy"];
      else process.env["http_proxy"] = before;
    }
  });

  it("is refused when its bytes are others, and leaves nothing behind", async () => {
    const { hub } = await serve((_, response) => response.writeHead(200).end("something else"));
    await assert.rejects(fetchExpert(file, { to: target("other"), hub }), (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.match(error.message, new RegExp(`expected SHA-256 ${sha256}, got [0-9a-f]{64}`));
      return true;
    });
    assert.deepEqual(await readdir(target("other")), []);
  });

  it("is refused when there is none, without asking again", async () => {
    let times = 0;
    const { hub } = await serve((_, response) => {
      times += 1;
      response.writeHead(404).end();
    });
    await assert.rejects(fetchExpert(file, { to: target("missing"), hub }), /HTTP status 404/);
    assert.equal(times, 1);
  });

  it("comes from an offline mirror with the same check, and no network", async () => {
    const mirror = target("mirror");
    await mkdir(join(mirror, "owner/name/0123abc/onnx"), { recursive: true });
    await writeFile(join(mirror, "owner/name/0123abc/onnx/model.onnx"), bytes);
    const path = await fetchExpert(file, { to: target("offline"), mirror, hub: "http://127.0.0.1:1" });
    assert.deepEqual(await readFile(path), bytes);
    await assert.rejects(
      fetchExpert({ ...file, sha256: "0".repeat(64) }, { to: target("offline"), mirror }),
      /expected SHA-256 0+, got/,
    );
  });

  it("is refused by name when the name is none", async () => {
    for (const [field, value] of [
      ["repository", "owner"],
      ["repository", "../etc/passwd"],
      ["revision", "a/b"],
      ["path", "onnx/../../secret"],
      ["path", "/etc/passwd"],
      ["sha256", "abc"],
    ] as const)
      await assert.rejects(
        fetchExpert({ ...file, [field]: value }, { to: folder }),
        new RegExp(`^AppError: ${field}: expected`),
      );
  });
});
