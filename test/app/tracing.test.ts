/** Traces: a collector in miniature gets a span of every request, with its route and without words of captions or the token. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { readConfig } from "../../server/app/config.ts";
import { startServer } from "../../server/app/main.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { smallCatalogue } from "../http/harness.ts";
import { SmallInference } from "../http/small-inference.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

it("a collector that is named gets a span of every request, without captions, searches or the token", async () => {
  const received: Array<{ readonly path: string; readonly text: string }> = [];
  const collector = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += (chunk as Buffer).toString("latin1");
    received.push({ path: request.url!, text });
    response.end();
  }).listen(0, "127.0.0.1");
  await once(collector, "listening");
  const data = temporaryFolder("tracing");
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`;
  const server = await startServer(
    { ...readConfig({ data }, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }), port: 0 },
    { inference: new SmallInference(), catalogue: smallCatalogue, log: silent },
  );
  const headers = { Authorization: `Bearer ${server.token.value}`, "Content-Type": "application/json" };
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { headers, ...init });
  const body = JSON.stringify({ condition: { caption: "heliotrope" }, count: 99 });
  assert.equal((await ask("/v1/generations", { method: "POST", body })).status, 422);
  await ask("/v1/generations?q=heliotrope");
  await ask("/v1/generations/unknown");
  await server.stop();
  collector.close();
  const text = received.map((sent) => sent.text).join();
  assert.ok(received.every(({ path }) => path === "/v1/traces"));
  for (const part of ["POST /v1/generations", "GET /v1/generations/:id", "service.name", "tau"])
    assert.ok(text.includes(part), `expected ${part} in ${JSON.stringify(text)}`);
  assert.ok(!text.includes("heliotrope"), "no caption");
  assert.ok(!text.includes(server.token.value), "no token");
});
