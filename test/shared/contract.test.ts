/** The published contract: OpenAPI and docs cover every route, answers fit their schemas, metrics parse, pages are served. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { routesOf } from "../../server/http/app.ts";
import { MetaSchema } from "../../shared/contract/meta.ts";
import { limits } from "../../shared/limits.ts";
import { createHarness, type Harness, pack } from "../http/harness.ts";

interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<string, { operationId: string; responses: Record<string, unknown>; security: unknown[] }>
  >;
  readonly components: { readonly schemas: Record<string, Record<string, unknown>> };
}

let harness: Harness;
let playgroundDir: string;
before(async () => {
  const folder = await mkdtemp(join(tmpdir(), "tau-page-"));
  playgroundDir = join(folder, "playground");
  await mkdir(playgroundDir);
  await writeFile(join(playgroundDir, "index.html"), "<!doctype html><title>Playground</title>");
  await writeFile(join(playgroundDir, "extra.js"), "1;");
  await writeFile(join(folder, "secret.json"), "{}");
  harness = await createHarness({ playgroundDir });
});
after(async () => {
  await harness.close();
  await rm(join(playgroundDir, ".."), { recursive: true, force: true });
});

describe("/openapi.json", () => {
  it("/openapi.json describes every route with its answers and problems, and every reference leads somewhere", async () => {
    const response = await harness.app.request("/openapi.json");
    assert.equal(response.status, 200);
    const text = await response.text();
    const document = JSON.parse(text) as OpenApi;
    assert.match(document.openapi, /^3\.1\./);
    const ids = new Set<string>();
    for (const route of routesOf(harness.deps)) {
      const operation = document.paths[route.path]![route.method]!;
      ids.add(operation.operationId);
      for (const status of Object.keys(route.answers))
        assert.ok(operation.responses[status], `${route.path} ${status}`);
      assert.equal(operation.security.length, route.isOpen ? 0 : 1);
      if (!route.isOpen) assert.ok(operation.responses["401"]);
      for (const [, name] of route.path.matchAll(/\{(\w+)\}/g))
        assert.ok(route.parameters?.some((parameter) => parameter.in === "path" && parameter.name === name));
    }
    assert.equal(ids.size, routesOf(harness.deps).length, "operation ids are unique");
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      assert.ok(document.components.schemas[name!]);
  });

  it("/openapi.json carries the limits of shared/limits.ts", async () => {
    const document = (await (await harness.app.request("/openapi.json")).json()) as OpenApi;
    const { properties, required } = document.components.schemas["GenerationRequest"] as {
      properties: Record<string, { maximum?: number; default?: unknown }>;
      required: string[];
    };
    assert.equal(properties["count"]!.maximum, limits.countMax);
    assert.equal(properties["count"]!.default, limits.countDefault);
    assert.equal(properties["temperature"]!.maximum, limits.temperatureMax);
    assert.deepEqual(required, ["condition"]);
  });
});

describe("pages", () => {
  it("the server serves docs in one page without scripts or anything from elsewhere", async () => {
    const response = await harness.app.request("/docs");
    assert.match(response.headers.get("content-type")!, /^text\/html/);
    const page = await response.text();
    for (const route of routesOf(harness.deps)) assert.ok(page.includes(route.path.replace("&", "&amp;")));
    assert.doesNotMatch(page, /<script|src=|@import|https?:\/\/(?!localhost)[a-z]/);
  });

  it("the server serves the playground and its files at / and /playground/, and nothing beside them", async () => {
    for (const path of ["/", "/playground/", "/playground/index.html"]) {
      const response = await harness.app.request(path);
      assert.equal(response.status, 200, path);
      assert.match(await response.text(), /Playground/);
      assert.match(response.headers.get("content-security-policy")!, /frame-ancestors 'self'/);
    }
    assert.equal((await harness.app.request("/playground/extra.js")).status, 200);
    for (const path of [
      "/playground/%2e%2e/secret.json",
      "/playground/..%2fsecret.json",
      "/playground/.env",
      "/secret.json",
    ])
      assert.equal((await harness.app.request(path)).status, 404, path);
  });

  it("the server says how to build the playground when it is not there", async () => {
    const bare = await createHarness();
    const response = await bare.app.request("/");
    assert.equal(response.status, 404);
    assert.match(await response.text(), /npm run build/);
    await bare.close();
  });
});

describe("/v1/meta and /metrics", () => {
  it("/v1/meta and /metrics name packs, provider, limits and durability", async () => {
    const meta = MetaSchema.parse(await (await harness.request("/v1/meta")).json());
    assert.deepEqual(meta.packs, [pack]);
    assert.deepEqual([meta.provider, meta.durability, meta.limits.countMax], ["cpu", "disk", limits.countMax]);
  });

  it("/v1/meta and /metrics counts requests by pattern, jobs by outcome and images, in lines that Prometheus reads", async () => {
    await harness.end((await harness.start({ condition: { caption: "bird" }, count: 2 })).id);
    await harness.request("/v1/none");
    const response = await harness.request("/metrics");
    assert.match(response.headers.get("content-type")!, /version=0\.0\.4/);
    const text = await response.text();
    for (const line of text.split("\n").filter((line) => line !== ""))
      assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? (\+Inf|NaN|[-+.\de]+))$/);
    assert.match(text, /^tau_jobs_total\{state="done"\} 1$/m);
    assert.match(text, /^tau_images_total 2$/m);
    assert.match(text, /^tau_queue_jobs\{state="waiting"\} 0$/m);
    assert.match(text, /^tau_queue_trainings\{state="running"\} 0$/m);
    assert.match(text, /^tau_wait_seconds_count\{kind="generation"\} 1$/m);
    assert.match(text, /^tau_inference_seconds_count\{kind="generation"\} 1$/m);
    assert.match(
      text,
      /^tau_http_requests_total\{method="POST",route="\/v1\/generations",status="202",ok="true"\} 1$/m,
    );
    assert.match(text, /method="GET",route="\/\*",status="404",ok="false"\}/);
    assert.match(text, /^tau_event_loop_delay_seconds\{quantile="0\.99"\} \S+$/m);
    assert.doesNotMatch(text, /bird/);
  });
});
