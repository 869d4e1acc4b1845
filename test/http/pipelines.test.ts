/** Clients that send thousands of requests on one connection and read no answer. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { it } from "node:test";
import { listen } from "../../server/http/listen.ts";
import { limits } from "../../shared/limits.ts";
import { waitUntil } from "../fixtures/wait-until.ts";

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

it("a connection with thousands of requests and no reader is cut after a few answers; others are served", async () => {
  let answered = 0;
  const page = "x".repeat(400_000);
  const listener = await listen(() => {
    answered++;
    return new Response(page);
  }, 0);
  const socket = connect(listener.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(get("/").repeat(5000));
  // A socket that is not read hears of no end.
  await once(socket, "connect");
  await waitUntil("an answer", () => answered > 0);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.resume();
  await closed;
  assert.ok(answered <= limits.pipelinedMax, `${answered} of 5000 were answered`);
  assert.equal((await fetch(`http://127.0.0.1:${listener.port}/`)).status, 200);
  await listener.close(0);
});

it("as many requests as wait at a browser's connection are answered in order, and the next ones after them", async () => {
  const listener = await listen(async (request) => {
    const { pathname } = new URL(request.url);
    return new Response(`[${pathname}]`);
  }, 0);
  const socket = connect(listener.port, "127.0.0.1");
  let text = "";
  socket.on("data", (data) => (text += String(data)));
  for (const round of [1, 2, 3]) {
    const paths = Array.from({ length: limits.pipelinedMax }, (_, index) => `/${round}-${index}`);
    socket.write(paths.map(get).join(""));
    await waitUntil("the last answer", () => text.includes(`[${paths.at(-1)}]`));
    const places = paths.map((path) => text.indexOf(`[${path}]`));
    assert.ok(places.every((place, index) => place > (places[index - 1] ?? -1)));
  }
  socket.destroy();
  await listener.close(0);
});
