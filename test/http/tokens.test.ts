/** Several tokens on one server: who sees what, who may request what and how often, and what is kept of a token. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { TokenFile } from "../../server/app/token-file.ts";
import { command } from "../../server/cli/commands/serving/tokens.ts";
import type { Generation, GenerationList } from "../../shared/contract/generations/generation.ts";
import { nextTurn, waitUntil } from "../fixtures/wait-until.ts";
import { createHarness, type Harness, problemOf } from "./harness.ts";
import { greyPng } from "./images.ts";
import { createGate } from "./small-inference.ts";

let folder: string;
let harness: Harness;
const tokens: Record<string, string> = {};

/** What the command prints on standard output. */
async function printed(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const { log, error } = console;
  console.log = (line: string) => lines.push(line);
  console.error = () => undefined;
  try {
    assert.equal(await command.run([...args, "--data", folder]), 0);
  } finally {
    console.log = log;
    console.error = error;
  }
  return lines.join("\n");
}

const as = (name: string, path: string, init: RequestInit = {}): Promise<Response> =>
  harness.request(path, {
    ...init,
    headers: { "Content-Type": "application/json", ...init.headers, Authorization: `Bearer ${tokens[name]}` },
  });
async function start(name: string, caption: string, key?: string): Promise<Generation> {
  const body = JSON.stringify({ condition: { caption }, count: 1 });
  const headers: Record<string, string> = key === undefined ? {} : { "Idempotency-Key": key };
  const response = await as(name, "/v1/generations", { method: "POST", body, headers });
  assert.equal(response.status, 202, await response.clone().text());
  return (await response.json()) as Generation;
}
const idsOf = async (name: string): Promise<string[]> =>
  ((await (await as(name, "/v1/generations?limit=100")).json()) as GenerationList).generations.map(({ id }) => id);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "tau-tokens-"));
  for (const [name, ...options] of [
    ["ann"],
    ["bea", "--requests-per-minute", "3"],
    ["chief", "--role", "admin", "--share", "4"],
    ["dan"],
  ] as const)
    tokens[name] = await printed("add", name, ...options);
  harness = await createHarness({
    tokens: new TokenFile(folder),
    limits: { inversionsParallelMax: 1, inversionsWaitingMax: 4 },
  });
});
after(async () => {
  await harness.close();
  await rm(folder, { recursive: true });
});

describe("several tokens", () => {
  // Goal S5.
  it("keeps hashes alone, for the owner of the folder alone, and lists no token", async () => {
    const path = join(folder, "tokens.json");
    const [text, list] = [await readFile(path, "utf8"), await printed("list")];
    for (const token of Object.values(tokens)) {
      assert.match(token, /^[\w-]{43}$/);
      assert.ok(!text.includes(token) && !list.includes(token));
    }
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.match(list, /^ann +user +share 1 +default/);
    assert.match(list, /bea +user +share 1 +3 requests/);
    await assert.rejects(printed("add", "ann"), { code: "config_invalid" });
  });

  it("shows a user the jobs of its own token alone, an admin those of all, and the server's own token too", async () => {
    const [ann, chief] = [await start("ann", "bird"), await start("chief", "fish")];
    const own = await harness.start({ condition: { caption: "boat" } });
    assert.deepEqual([ann.owner, chief.owner, own.owner], ["ann", "chief", undefined]);
    assert.deepEqual(await idsOf("ann"), [ann.id]);
    assert.deepEqual(await idsOf("chief"), [own.id, chief.id, ann.id]);
    for (const [method, path] of [
      ["GET", ""],
      ["GET", "/events"],
      ["GET", "/images/0.png"],
      ["PUT", "/star"],
      ["DELETE", ""],
    ] as const) {
      const refused = await as("ann", `/v1/generations/${chief.id}${path}`, { method });
      assert.equal((await problemOf(refused)).code, "not_found", `${method} ${path}`);
    }
    assert.equal((await as("chief", `/v1/generations/${ann.id}`)).status, 200);
    assert.equal((await harness.read(ann.id)).owner, "ann");
  });

  it("knows a key of each token apart", async () => {
    const [ann, chief] = [await start("ann", "bird", "k"), await start("chief", "bird", "k")];
    assert.notEqual(ann.id, chief.id);
    assert.equal((await start("ann", "bird", "k")).id, ann.id);
  });

  it("draws the one request of a token in turn with the many that another one has waiting", async () => {
    for (const id of await idsOf("chief")) await harness.end(id);
    const gate = createGate();
    harness.inference.gate = gate.closed;
    const many: Generation[] = [];
    for (let index = 0; index < 8; index++) many.push(await start("ann", "bird"));
    await harness.until(many[1]!.id, ({ state }) => state === "running");
    const one = await start("dan", "fish");
    // Six wait; in the turn of both the older one comes first.
    assert.equal(one.progress.position, 1);
    const begun = harness.inference.begun.length;
    harness.inference.gate = undefined;
    gate.open();
    for (const { id } of [...many, one]) assert.equal((await harness.end(id)).state, "done");
    const captions = harness.inference.begun.slice(begun).map(({ condition }) => condition.caption);
    assert.deepEqual(captions, ["bird", "fish", ...Array.from({ length: 5 }, () => "bird")]);
  });

  it("inverts for one token in turn with another that requests more than may wait", async () => {
    const gate = createGate();
    harness.inference.gate = gate.closed;
    const image = await harness.upload(greyPng(8, 51));
    const order: string[] = [];
    const ask = async (name: string): Promise<number> => {
      const body = JSON.stringify({ image, condition: { caption: "bird" } });
      const { status } = await as(name, "/v1/inversions", { method: "POST", body });
      order.push(`${name} ${status}`);
      return status;
    };
    // One runs and four wait; the answer to the sixth says that all have come.
    const many = Array.from({ length: 6 }, () => ask("ann"));
    assert.equal(await Promise.race(many), 429);
    const one = ask("dan");
    await waitUntil("two are refused", () => order.length === 2, nextTurn);
    harness.inference.gate = undefined;
    gate.open();
    assert.equal(await one, 200);
    await Promise.all(many);
    // Of who has most the newest gave way; two of the others came before at most.
    assert.deepEqual(order, ["ann 429", "ann 429", "ann 200", "ann 200", "dan 200", "ann 200", "ann 200"]);
  });

  it("has metrics and workers for admins alone", async () => {
    for (const path of ["/metrics", "/v1/workers"]) {
      assert.equal((await problemOf(await as("ann", path))).code, "forbidden");
      assert.equal((await as("chief", path)).status, 200);
    }
  });

  it("limits the requests of each token by its own number", async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 4; index++) statuses.push((await as("bea", "/v1/meta")).status);
    assert.deepEqual(statuses, [200, 200, 200, 429]);
    assert.equal((await as("ann", "/v1/meta")).status, 200);
  });

  it("refuses a revoked token at once, without a restart", async () => {
    await printed("revoke", "ann");
    assert.equal((await problemOf(await as("ann", "/v1/meta"))).code, "unauthorized");
    await assert.rejects(printed("revoke", "ann"), { code: "config_invalid" });
    tokens["ann"] = await printed("add", "ann");
    assert.equal((await as("ann", "/v1/meta")).status, 200);
  });
});
