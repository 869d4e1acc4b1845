/** What stands before the routes: token, Host, CORS, rate, queue length, readiness; and what every answer carries. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { routesOf } from "../../server/http/app.ts";
import { AppError } from "../../shared/problem.ts";
import { createHarness, type Harness, pack, problemOf, token } from "./harness.ts";
import { createGate, SmallInference } from "./small-inference.ts";

const pathOf = (path: string): string => path.replace("{n}", "0").replace(/\{\w+\}/g, "x");
const input = { condition: { caption: "red bird" }, count: 1 };

let harness: Harness;
before(async () => {
  harness = await createHarness();
});
after(() => harness.close());

describe("the token", () => {
  // Goal S1.
  it("the token is needed on every route but health, pages and the contract", async () => {
    const routes = routesOf(harness.deps);
    const open = routes.filter(({ isOpen }) => isOpen).map(({ path }) => path);
    assert.deepEqual(open.sort(), ["/", "/docs", "/healthz", "/openapi.json", "/playground/{path}", "/readyz"]);
    for (const { method, path } of routes.filter(({ isOpen }) => !isOpen))
      for (const authorization of [undefined, "", "Bearer wrong", `Basic ${token}`, `Bearer ${token}x`, "Bearer"]) {
        const headers: Record<string, string> = authorization === undefined ? {} : { Authorization: authorization };
        const response = await harness.app.request(pathOf(path), { method: method.toUpperCase(), headers });
        const problem = await problemOf(response);
        assert.equal(problem.code, "unauthorized", `${method} ${path} with ${authorization}`);
        assert.equal(response.headers.get("www-authenticate"), 'Bearer realm="tau"');
        assert.ok(problem.expected && problem.received);
        assert.doesNotMatch(JSON.stringify(problem), /test-token|wrong/);
      }
  });

  it("the token hides also which routes and methods exist", async () => {
    for (const [method, path] of [
      ["GET", "/v1/none"],
      ["PUT", "/v1/generations"],
      ["HEAD", "/v1/meta"],
    ] as const)
      assert.equal((await harness.app.request(path, { method })).status, 401);
  });
});

describe("the Host header", () => {
  it("the Host header must name this machine or a configured name", async () => {
    const named = await createHarness({ hosts: ["tau.example.org"] });
    const ask = (host: string, path = "/v1/meta") => named.request(path, { headers: { Host: host } });
    for (const host of ["localhost", "localhost:7826", "127.0.0.1:1", "[::1]:7826", "LOCALHOST", "tau.example.org"])
      assert.equal((await ask(host)).status, 200, host);
    for (const host of ["evil.example", "localhost.evil.example:7826", "127.0.0.1.evil.example", "10.0.0.1"]) {
      const response = await ask(host);
      const problem = await problemOf(response);
      assert.equal(problem.code, "origin_host_refused", host);
      assert.ok(problem.expected && problem.received);
    }
    assert.equal((await ask("10.0.0.1:80", "/healthz")).status, 200);
    await named.close();
  });
});

describe("CORS", () => {
  // Goal S2.
  it("CORS lets the plugin's null origin ask, without a token for the preflight", async () => {
    const response = await harness.app.request("/v1/generations", {
      method: "OPTIONS",
      headers: {
        Origin: "null",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        "Access-Control-Request-Private-Network": "true",
      },
    });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
    assert.equal(response.headers.get("access-control-allow-credentials"), null);
    assert.equal(response.headers.get("access-control-allow-private-network"), "true");
    const allowed = response.headers.get("access-control-allow-headers")!.toLowerCase();
    for (const name of ["authorization", "content-type", "idempotency-key", "last-event-id"])
      assert.ok(allowed.includes(name));
    assert.match(response.headers.get("access-control-allow-methods")!, /DELETE/);
  });

  it("CORS is on every answer, errors too, with the headers that a client reads", async () => {
    for (const path of ["/v1/meta", "/v1/none", "/healthz"]) {
      const response = await harness.app.request(path, { headers: { Origin: "null" } });
      assert.equal(response.headers.get("access-control-allow-origin"), "*");
      const exposed = response.headers.get("access-control-expose-headers")!;
      for (const name of ["Location", "Retry-After", "ETag", "X-Request-Id"]) assert.ok(exposed.includes(name));
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
      assert.ok(response.headers.get("content-security-policy"));
    }
  });
});

describe("the request id", () => {
  it("the request id is taken over when harmless, made otherwise, and named by problems", async () => {
    const given = await harness.request("/v1/none", { headers: { "X-Request-Id": "abc-1" } });
    assert.equal(given.headers.get("x-request-id"), "abc-1");
    assert.equal((await problemOf(given)).requestId, "abc-1");
    const made = await harness.request("/healthz", { headers: { "X-Request-Id": "a b<script>" } });
    assert.match(made.headers.get("x-request-id")!, /^[0-9a-f-]{36}$/);
  });
});

describe("limits", () => {
  it("the server answers rate_limited with Retry-After, and serves again when time has passed", async () => {
    const tight = await createHarness({ limits: { requestsPerMinute: 3 } });
    for (let i = 0; i < 3; i++) assert.equal((await tight.request("/v1/meta")).status, 200);
    const refused = await tight.request("/v1/meta");
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), "20");
    const problem = await problemOf(refused);
    assert.equal(problem.code, "rate_limited");
    assert.ok(problem.expected && problem.received);
    assert.equal((await tight.request("/healthz")).status, 200);
    assert.equal((await tight.app.request("/v1/meta")).status, 401, "who has no token spends nothing");
    tight.passMs(20_000);
    assert.equal((await tight.request("/v1/meta")).status, 200);
    await tight.close();
  });

  it("the server answers queue_full with Retry-After, and accepts again when there is room", async () => {
    const gate = createGate();
    const tight = await createHarness({ limits: { queueMax: 2 }, jobsParallelMax: 1 });
    tight.inference.gate = gate.closed;
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await tight.start(input)).id);
    const refused = await tight.post(input);
    assert.equal(refused.headers.get("retry-after"), "5");
    const problem = await problemOf(refused);
    assert.equal(problem.code, "queue_full");
    assert.ok(problem.expected && problem.received);
    gate.open();
    for (const id of ids) assert.equal((await tight.end(id)).state, "done");
    assert.equal((await tight.post(input)).status, 202);
    await tight.close();
  });
});

describe("a server that can't work", () => {
  it("a server that can't work says whether it starts, is unavailable or stops", async () => {
    const cold = await createHarness({ inference: new SmallInference(false) });
    const ready = await cold.request("/readyz");
    assert.equal(ready.status, 503);
    assert.deepEqual(await ready.json(), { status: "starting" });
    cold.inference.becomeReady();
    assert.deepEqual(await (await cold.request("/readyz")).json(), { status: "ok" });
    cold.stopping.abort();
    assert.deepEqual(await (await cold.request("/readyz")).json(), { status: "stopping" });
    assert.equal((await cold.request("/healthz")).status, 200);
    const refused = await cold.post(input);
    assert.equal(refused.headers.get("retry-after"), "5");
    const problem = await problemOf(refused);
    assert.equal(problem.code, "shutting_down");
    assert.ok(problem.expected && problem.received);
    await cold.close();
  });

  it("a server that can't work answers inference_unavailable and pack_unavailable", async () => {
    const dead = await createHarness({ status: () => ({ state: "unavailable", detail: "a missing provider" }) });
    assert.equal((await problemOf(await dead.post(input))).code, "inference_unavailable");
    assert.equal(((await (await dead.request("/readyz")).json()) as { detail: string }).detail, "a missing provider");
    await dead.close();
    const bare = await createHarness({ packs: [] });
    assert.equal((await problemOf(await bare.post(input))).code, "pack_unavailable");
    await bare.close();
    const narrow = { ...pack, translations: [{ ...pack.translations[0]!, conditions: ["caption" as const] }] };
    const plain = await createHarness({ packs: [narrow] });
    const problem = await problemOf(await plain.post({ condition: { style: "flat" } }));
    assert.deepEqual([problem.code, problem.field], ["invalid_request", "condition.style"]);
    await plain.close();
  });

  // Goal S5.
  it("a server that can't work answers the unexpected with a bare internal and logs it under the request id, without the caption", async () => {
    const odd = await createHarness();
    odd.queue.add = () => Promise.reject(new TypeError("secret detail"));
    const problem = await problemOf(await odd.post(input));
    assert.equal(problem.code, "internal");
    assert.doesNotMatch(JSON.stringify(problem), /secret/);
    const entry = odd.logged.find((fields) => "err" in fields) as { requestId?: string };
    assert.equal(entry.requestId, problem.requestId);
    assert.doesNotMatch(JSON.stringify(odd.logged), /red bird|test-token/);
    await odd.request("/v1/generations");
    const levels = (odd.logged as { message?: string; level?: string }[])
      .filter(({ message }) => message === "request")
      .map(({ level }) => level);
    assert.deepEqual(levels, ["info", "debug"]);
    odd.queue.list = () => Promise.reject(new AppError("storage_full", "expected room, got a full disk"));
    assert.equal((await odd.request("/v1/generations")).status, 507);
    await odd.close();
  });
});
