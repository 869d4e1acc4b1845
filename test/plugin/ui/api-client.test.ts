/** The API client against real HTTP: each way to fail has its own code, and a broken stream is resumed or polled. */
import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import {
  type ApiClient,
  createApiClient,
  docsUrlOf,
  normalizeServerUrl,
} from "../../../plugin/ui/client/api-client.ts";
import { Failure, type FailureCode } from "../../../plugin/ui/client/failure.ts";
import { runJobs } from "../../../plugin/ui/run/run.ts";
import type { ResultSet, Step } from "../../../plugin/ui/state/results.ts";
import type { GenerationInput } from "../../../shared/contract/generations/generation-request.ts";
import { ProvenanceSchema } from "../../../shared/contract/generations/provenance.ts";
import { limits } from "../../../shared/limits.ts";
import { isUiMessage } from "../../../shared/messages/message-guards.ts";
import { waitFor } from "../../faults/tau-process.ts";
import {
  type ContractServer,
  sendProblem,
  startContractServer,
  testMeta,
  upscalerDigest,
} from "../contract/contract-server.ts";
import { drawPng } from "../png.ts";

let server: ContractServer;
before(async () => {
  server = await startContractServer();
});
after(() => server.close());
beforeEach(() => {
  server.meta = testMeta;
  server.stepMs = 5;
  server.isHeld = () => false;
  server.intercept = () => false;
  server.requests.length = 0;
});

const timings = { answerMs: 20_000, reconnectMs: [10, 10], pollMs: 10, pollFailuresMax: 3 };
const client = (token = server.token, serverUrl = server.url): ApiClient =>
  createApiClient({ serverUrl, token, timings });
const fails = async (work: Promise<unknown>, code: FailureCode): Promise<Failure> => {
  const error = await work.then(
    () => assert.fail(`expected ${code}, got an answer`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Failure, String(error));
  assert.equal(error.code, code);
  return error;
};
const input: GenerationInput = { condition: { caption: "a cat" }, count: 3, seed: 4_294_967_295 };
const follow = async (api: ApiClient, onStep: () => unknown = () => undefined) =>
  api.follow(await api.start(input, "k"), onStep, new AbortController().signal);

test("addresses are repaired where the meaning is clear", () => {
  assert.equal(normalizeServerUrl("localhost:7826"), "http://localhost:7826");
  assert.equal(normalizeServerUrl(" http://localhost:7826/// "), "http://localhost:7826");
  for (const wrong of ["", "ftp://localhost", "http://"])
    assert.throws(() => normalizeServerUrl(wrong), { code: "url_invalid" });
});

test("the help's link is one that the plugin opens, and there is none where the address can't be read", () => {
  const isOpened = (url: string): boolean => isUiMessage({ type: "open-external", url });
  for (const good of ["localhost:7826", "http://localhost:7826/playground"])
    assert.ok(isOpened(docsUrlOf(good)!), docsUrlOf(good));
  for (const wrong of ["", "http://", "my server", "ftp://localhost"]) assert.equal(docsUrlOf(wrong), undefined, wrong);
});

test("a refused connection is unreachable, or what the browser says blocked it", async () => {
  await fails(client("", "http://localhost:9").readMeta(), "unreachable");
  const blocked = createApiClient({
    serverUrl: "http://localhost:9",
    token: "",
    whyBlocked: async () => "network_blocked",
  });
  await fails(blocked.readMeta(), "network_blocked");
});

test("a server that accepts and stays silent does not answer", async () => {
  server.intercept = () => true;
  const api = createApiClient({ serverUrl: server.url, token: "", timings: { answerMs: 60 } });
  await fails(api.readMeta(), "no_answer");
});

test("another computer that stays silent, as behind a VPN that is gone, gets the advice of the network", async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "::", resolve));
  const { port } = silent.address() as AddressInfo;
  try {
    // The same loopback by a name that is not this computer's.
    const serverUrl = `http://[::ffff:127.0.0.1]:${port}`;
    const api = createApiClient({ serverUrl, token: "", timings: { answerMs: 60 } });
    await fails(api.readMeta(), "host_unreachable");
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});

test("no token and a wrong token are two failures", async () => {
  await fails(client("").readMeta(), "token_missing");
  await fails(client("wrong").readMeta(), "unauthorized");
});

test("another program at the address is not Tau, whether it answers 404 or HTML", async () => {
  const other = createServer((request, response) => {
    response.writeHead(request.url === "/v1/meta" ? 404 : 200).end("<h1>hello</h1>");
  });
  await new Promise<void>((resolve) => other.listen(0, "localhost", resolve));
  const url = `http://localhost:${(other.address() as AddressInfo).port}`;
  await fails(client("", url).readMeta(), "not_tau");
  other.close();
  server.intercept = (_, response) => {
    response.writeHead(200).end("<h1>hello</h1>");
    return true;
  };
  await fails(client().readMeta(), "not_tau");
});

test("older and newer servers are distinguished, even when they describe themselves in another shape", async () => {
  server.meta = { ...testMeta, api: { min: 0, max: 0 } };
  await fails(client().readMeta(), "server_too_old");
  server.meta = { name: "tau", api: { min: 2, max: 3 } } as never;
  await fails(client().readMeta(), "server_too_new");
});

test("a server without a pack for captions says so, by its list or by 503", async () => {
  server.meta = { ...testMeta, packs: [] };
  await fails(client().readMeta(), "pack_missing");
  server.intercept = (_, response) => {
    sendProblem(response, "pack_unavailable");
    return true;
  };
  await fails(client().readMeta(), "pack_unavailable");
});

test("problem documents keep their code and their pause", async () => {
  server.intercept = (_, response) => {
    sendProblem(response, "rate_limited", 7);
    return true;
  };
  const failure = await fails(client().readMeta(), "rate_limited");
  assert.equal(failure.retryAfterSeconds, 7);
});

test("a picture for which the server has no room yet is sent again after the pause, a few times", async () => {
  let refusals = 0;
  const refuse = (most: number, pauseSeconds?: number): void => {
    refusals = 0;
    server.intercept = ({ url }, response) => {
      if (!url?.startsWith("/v1/images") || refusals === most) return false;
      refusals++;
      sendProblem(response, "storage_full", pauseSeconds);
      return true;
    };
  };
  refuse(3, 0);
  const { digest } = await client().uploadImage(drawPng(1, 8));
  assert.deepEqual([refusals, digest.length], [3, 64]);
  refuse(Number.POSITIVE_INFINITY, 0);
  await fails(client().uploadImage(drawPng(2, 8)), "storage_full");
  assert.equal(refusals, 6);
  refuse(Number.POSITIVE_INFINITY);
  await fails(client().uploadImage(drawPng(3, 8)), "storage_full");
  assert.equal(refusals, 1, "a full disk stays full");
});

test("an accepted generation is followed to its images", async () => {
  const stages: string[] = [];
  const done = await client().follow(
    await client().start(input, "k"),
    ({ progress }) => stages.push(progress.stage),
    new AbortController().signal,
  );
  assert.equal(done.state, "done");
  assert.deepEqual([...new Set(stages)], ["waiting", "encoding", "translating", "decoding", "storing", "finished"]);
  assert.deepEqual(
    done.images.map(({ seed }) => seed),
    [4_294_967_295, 0, 1],
  );
});

test("a stream that breaks is resumed from the last event", async () => {
  const streams: ServerResponse[] = [];
  server.intercept = (request, response) => {
    if (request.url?.endsWith("/events")) streams.push(response);
    return false;
  };
  server.isHeld = () => streams.length < 2;
  assert.equal((await follow(client(), () => streams.length === 1 && streams[0]!.destroy())).state, "done");
  const opened = server.requests.filter(({ path }) => path.endsWith("/events"));
  assert.ok(opened.length >= 2);
  assert.ok(Number(opened[1]!.headers["last-event-id"]) >= 1);
});

test("without any stream, polling brings the same end", async () => {
  server.intercept = (request, response) => {
    if (!request.url?.endsWith("/events")) return false;
    response.destroy();
    return true;
  };
  assert.equal((await follow(client())).state, "done");
  assert.ok(server.requests.filter(({ path }) => /generations\/[^/]+$/.test(path)).length > 0);
});

test("a server that dies in the middle is reported, not waited for without end", async () => {
  const dying = await startContractServer();
  dying.stepMs = 200;
  const api = createApiClient({ serverUrl: dying.url, token: dying.token, timings });
  const accepted = await api.start(input, "k");
  const work = api.follow(accepted, () => undefined, new AbortController().signal);
  await dying.close();
  await fails(work, "unreachable");
});

const run = (signal: AbortSignal, steps: Step[], sets: ResultSet[], requested = input) =>
  runJobs({
    client: client(),
    jobs: [{ kind: "draw", index: 0, title: "a cat", imageCount: 3, input: requested, nodeIds: [] }],
    packId: "default",
    signal,
    idempotencyKey: "run",
    onStep: (_title, step) => steps.push(step),
    onResult: (_job, set) => sets.push(set),
    onRefused: () => assert.fail("expected no refusal"),
  });

test("a full queue is waited for, with a countdown, and then the images come with provenance", async () => {
  let refusals = 0;
  server.intercept = (request, response) => {
    if (request.method !== "POST" || refusals++ > 0) return false;
    sendProblem(response, "queue_full", 1);
    return true;
  };
  const steps: Step[] = [];
  const sets: ResultSet[] = [];
  await run(new AbortController().signal, steps, sets);
  assert.deepEqual(
    steps.find(({ stage }) => stage === "retrying"),
    { stage: "retrying", code: "queue_full", seconds: 1 },
  );
  assert.deepEqual(
    sets[0]?.images.map(({ drawn }) => drawn!.provenance.seed),
    [0, 4_294_967_295, 1],
    "the most likely first",
  );
  assert.equal(sets[0]?.images[0]?.bytes[1], 0x50);
});

test("provenance of an edit holds all that makes the image again, each frame of a blend its place", async () => {
  const [image, other] = ["1".repeat(64), "2".repeat(64)];
  const edit = {
    condition: { sketch: { svg: "<svg/>" } },
    guidanceOf: { sketch: 2 },
    keepResidualOf: { image, condition: { caption: "a cat" } },
    blendWith: { image: other, condition: {} },
  };
  const sets: ResultSet[] = [];
  await run(new AbortController().signal, [], sets, { ...edit, count: 2, seed: 5 });
  const kept = sets[0]!.images.map(({ drawn }) =>
    ProvenanceSchema.parse(JSON.parse(JSON.stringify(drawn!.provenance))),
  );
  for (const [index, provenance] of kept.entries()) {
    const { condition, guidanceOf, keepResidualOf, blendWith, frame } = provenance;
    assert.deepEqual({ condition, guidanceOf, keepResidualOf, blendWith }, edit);
    assert.deepEqual(frame, { index, count: 2 });
  }
});

test("provenance holds the share of retrieval that was requested, or that the server settled", async () => {
  const sets: ResultSet[] = [];
  for (const requested of [{ ...input, retrieval: 0.25 }, { ...input, retrieval: 0 }, input])
    await run(new AbortController().signal, [], sets, requested);
  const kept = sets.map(({ images }) =>
    ProvenanceSchema.parse(JSON.parse(JSON.stringify(images[0]!.drawn!.provenance))),
  );
  assert.deepEqual(
    kept.map(({ retrieval }) => retrieval),
    [0.25, 0, limits.retrievalDefault],
  );
});

test("provenance of an enlarged image holds the factor and the pack that enlarged, any other neither", async () => {
  const sets: ResultSet[] = [];
  for (const requested of [{ ...input, upscale: 4 } as const, input])
    await run(new AbortController().signal, [], sets, requested);
  const [large, small] = sets.map(({ images }) =>
    ProvenanceSchema.parse(JSON.parse(JSON.stringify(images[0]!.drawn!.provenance))),
  );
  assert.deepEqual([large!.upscale, large!.upscalerDigest], [4, upscalerDigest]);
  assert.deepEqual(["upscale" in small!, "upscalerDigest" in small!], [false, false]);
});

test("an image is fetched while the others are drawn, and once", async () => {
  server.isHeld = ({ progress }) => progress.stage === "storing";
  const fetched = () => server.requests.filter(({ path }) => path.endsWith(".png")).map(({ path }) => path.slice(-5));
  const sets: ResultSet[] = [];
  const work = run(new AbortController().signal, [], sets);
  await waitFor("the first image", async () => fetched()[0]);
  assert.deepEqual([fetched(), sets], [["0.png"], []]);
  server.isHeld = () => false;
  await work;
  assert.deepEqual([fetched().sort(), sets[0]?.images.length], [["0.png", "1.png", "2.png"], 3]);
});

test("a job that the server refuses is set aside, and the others bring their images", async () => {
  const titles: string[] = [];
  const refused: string[] = [];
  await runJobs({
    client: client(),
    jobs: ["a cat", "🐈", "a dog"].map((title, index) => ({
      kind: "draw" as const,
      index,
      title,
      imageCount: 1,
      input: { condition: { caption: title }, count: 1 },
      nodeIds: [],
    })),
    packId: "default",
    signal: new AbortController().signal,
    idempotencyKey: "run",
    onStep: () => undefined,
    onResult: (_job, { title }) => titles.push(title),
    onRefused: ({ job, failure }) => refused.push(`${job.title} ${failure.code}`),
  });
  assert.deepEqual(titles.sort(), ["a cat", "a dog"]);
  assert.deepEqual(refused, ["🐈 caption_unreadable"]);
});

test("cancel takes the job back from the server and brings no result", async () => {
  server.isHeld = ({ progress }) => progress.stage === "encoding";
  const cancel = new AbortController();
  const steps: Step[] = [];
  const sets: ResultSet[] = [];
  const work = run(cancel.signal, steps, sets);
  const ended = assert.rejects(work);
  await waitFor("a job in its middle", async () =>
    steps.find((step) => step.stage === "server" && step.progress.stage === "encoding"),
  );
  cancel.abort();
  await ended;
  await waitFor("a job that is cancelled", async () =>
    [...server.generations.values()].at(-1)?.state === "cancelled" ? true : undefined,
  );
  assert.equal(sets.length, 0);
  assert.equal(server.requests.filter(({ method }) => method === "DELETE").length, 1);
});

test("taking something off the server says so when it did not work, and what is gone already is as good", async () => {
  await client().remove("never-was");
  server.intercept = (request) => {
    request.socket.destroy();
    return true;
  };
  await fails(client().remove("still-there"), "unreachable");
  await client().cancel("still-there");
});
