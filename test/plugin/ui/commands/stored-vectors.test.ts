/** Results of the history as vectors: the drawings that the server keeps, and images where it has none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Controller } from "../../../../plugin/ui/control/controller.ts";
import type { Editor } from "../../../../shared/commands.ts";
import type { Generation } from "../../../../shared/contract/generations/generation.ts";
import type { UiMessage } from "../../../../shared/messages/messages.ts";
import { defaultSettings } from "../../../../shared/messages/settings.ts";
import { waitUntil } from "../../../fixtures/wait-until.ts";
import { sendJson, sendProblem } from "../../contract/contract-jobs.ts";
import { type ContractServer, startContractServer } from "../../contract/contract-server.ts";
import { connectedController } from "../connected-controller.ts";

const svgOf = (hex: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128"><path fill="${hex}" d="M8 8h9v9z"/></svg>`;
const collectionsOf = (hex: string) => [
  {
    ...{ id: "c", name: "Brand", modes: [{ modeId: "m", id: "m", name: "Light" }] },
    colours: [{ variableId: "v", name: "ink", hexByMode: { m: hex } }],
  },
];
const [stored, traced] = [svgOf("#0b3954"), svgOf("#ff0000")];
const palette = ["#0b3954"];
const facts = { layers: [], segmentCount: 1, strokePx: 0, leftOutCount: 0, sha256: "s", bytes: 1 };

/** A server that keeps a generation with drawings, of which some are gone. */
async function withStored(
  use: (server: ContractServer, done: Generation) => Promise<void>,
  isGone = false,
): Promise<void> {
  const server = await startContractServer();
  server.intercept = ({ url = "", method }, response) => {
    if (url === "/v1/vectors" && method === "POST")
      sendJson(response, 200, { svg: traced, widthPx: 128, heightPx: 128, leftOutCount: 0 });
    else if (url.endsWith(".svg") && !isGone) response.writeHead(200, { "Content-Type": "image/svg+xml" }).end(stored);
    else return false;
    return true;
  };
  try {
    const controller = await connectedController(server);
    controller.show("caption-to-artboard");
    controller.editForm({ captions: "a boat", count: 1, insertAs: "image" });
    await controller.generate();
    const [made] = server.generations.values();
    const images = made!.images.map((image) => ({
      ...image,
      vector: { ...facts, path: image.path.replace(".png", ".svg") },
    }));
    await use(server, { ...made!, request: { ...made!.request, format: "svg", palette }, images });
  } finally {
    await server.close();
  }
}

/** What goes on the canvas when a generation is shown and added again. */
async function addedAgain(server: ContractServer, done: Generation, form: object, editor: Editor = "figma") {
  const sent: UiMessage[] = [];
  const controller = await connectedController(server, { post: (message) => sent.push(message) }, editor);
  controller.receive({ type: "palettes", collections: collectionsOf("#0b3954") });
  controller.editForm({ insertAs: "vector", ...form });
  const before = server.requests.length;
  await controller.showAgain(done, "a boat");
  controller.apply();
  for (let tries = 0; tries < 200 && !sent.some(({ type }) => type === "apply"); tries++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  const applied = sent.find((message) => message.type === "apply");
  const paths = server.requests.slice(before).map(({ path }) => path);
  return { vector: applied?.artboards[0]?.images[0]?.vector, paths };
}

test("what was drawn as vectors is added again as the server keeps it, in its colours, and not traced anew", async () => {
  await withStored(async (server, done) => {
    const { vector, paths } = await addedAgain(server, done, { palette: "own" });
    assert.deepEqual(vector, { svg: stored, record: { palette } });
    assert.ok(!paths.includes("/v1/vectors"));
  });
});

test("what was drawn in its own colours is not snapped to colours of the form that are near", async () => {
  await withStored(async (server, done) => {
    const { palette: _, ...request } = done.request;
    const form = { palette: "hex", hexes: "#0b3955", recolourHow: "near" };
    const { vector } = await addedAgain(server, { ...done, request }, form);
    assert.deepEqual(vector, { svg: stored, record: {} });
  });
});

test("it is bound to the file's variables where they are the colours that it was drawn in", async () => {
  await withStored(async (server, done) => {
    const { vector } = await addedAgain(server, done, { palette: "c/m" });
    const variables = [{ hex: "#0b3954", variableId: "v" }];
    assert.deepEqual(vector?.record, { palette, bindings: { collectionId: "c", modeId: "m", variables } });
    assert.equal(vector?.svg, stored);
  });
});

test("an image without a stored drawing is traced when it is added, as are all while the file's variables are unknown", async () => {
  await withStored(async (server, done) => {
    const { vector } = await addedAgain(server, done, { palette: "own" });
    assert.equal(vector?.svg, traced, "the drawing is gone");
  }, true);
  await withStored(async (server, done) => {
    const images = done.images.map(({ vector: _, ...image }) => image);
    assert.equal((await addedAgain(server, { ...done, images }, { palette: "own" })).vector?.svg, traced);
    const { vector, paths } = await addedAgain(server, done, { palette: "unread/m" });
    assert.deepEqual([vector, paths.some((path) => path.endsWith(".svg"))], [undefined, false]);
  });
});

test("images stay images where they are wanted, and where the editor has no vectors", async () => {
  await withStored(async (server, done) => {
    for (const [form, editor] of [
      [{ insertAs: "image" }, "figma"],
      [{}, "figjam"],
    ] as const) {
      const { vector, paths } = await addedAgain(server, done, form, editor);
      assert.deepEqual([vector, paths.some((path) => path.endsWith(".svg"))], [undefined, false]);
    }
  });
});

/** A window that opens with a generation of the last time, in the colours of a collection. */
function reopened(server: ContractServer, done: Generation) {
  const { intercept } = server;
  server.intercept = (request, response) => {
    const isRead = request.method === "GET" && request.url === `/v1/generations/${done.id}`;
    if (isRead) sendJson(response, 200, done);
    return isRead || intercept(request, response);
  };
  const controller = new Controller({
    ...{ post: () => undefined, drop: () => undefined, whyBlocked: async () => undefined, randomSeed: () => 5 },
    ...{ copyText: () => true, rasterise: async () => new Uint8Array(), describe: ({ code }) => code },
  });
  const settings = { ...defaultSettings, serverUrl: server.url, token: server.token };
  const session = {
    form: { insertAs: "vector", palette: "c/m" },
    results: [
      { id: "gone", title: "gone" },
      { id: done.id, title: "a boat" },
    ],
  };
  const launch = { kind: "command", command: "caption-to-artboard" } as const;
  const selection = { texts: [], images: [], layerCount: 0, key: "" };
  controller.receive({ type: "start", launch, settings, selection, session, editor: "figma" });
  return controller;
}

test("results of the last time wait for the file's variables, and are bound to them; one that is gone keeps no other away", async () => {
  for (const answer of [
    { type: "palettes", collections: collectionsOf("#0b3954") },
    { type: "fault", detail: "read-palettes: refused" },
  ] as const)
    await withStored(async (server, done) => {
      const controller = reopened(server, done);
      const isAsked = (): boolean => server.requests.some(({ path }) => path === `/v1/generations/${done.id}`);
      await waitUntil("the generation to be read", isAsked);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(controller.state.results.length, 0);
      controller.receive(answer);
      await waitUntil("the results", () => controller.state.results.length > 0);
      const [set] = controller.state.results;
      const { vector } = set!.images[0]!;
      assert.deepEqual([controller.state.results.length, set!.title], [1, "a boat"]);
      const variables = [{ hex: "#0b3954", variableId: "v" }];
      const bound = { svg: stored, record: { palette, bindings: { collectionId: "c", modeId: "m", variables } } };
      assert.deepEqual(vector, answer.type === "palettes" ? bound : undefined);
      controller.stop();
    });
});

test("a stored drawing that can't be fetched is a failure, and trying again shows it; nothing is drawn instead", async () => {
  await withStored(async (server, done) => {
    const { intercept } = server;
    let isBroken = true;
    server.intercept = (request, response) => {
      const isRefused = isBroken && request.url?.endsWith(".svg") === true;
      if (isRefused) sendProblem(response, "store_unavailable");
      return isRefused || intercept(request, response);
    };
    const controller = await connectedController(server);
    controller.editForm({ insertAs: "vector", palette: "own" });
    await controller.showAgain(done, "a boat");
    assert.deepEqual([controller.state.failure?.code, controller.state.results], ["store_unavailable", []]);
    isBroken = false;
    const count = server.generations.size;
    await controller.retry();
    assert.deepEqual(
      controller.state.results.map(({ images }) => images[0]?.vector?.svg),
      [stored],
    );
    assert.deepEqual([controller.state.failure, server.generations.size], [undefined, count]);
  });
});
