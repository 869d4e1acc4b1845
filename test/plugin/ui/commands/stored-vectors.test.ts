/** Results of the history as vectors: the drawings that the server keeps, and images where it has none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Editor } from "../../../../shared/commands.ts";
import type { Generation } from "../../../../shared/contract/generations/generation.ts";
import type { UiMessage } from "../../../../shared/messages/messages.ts";
import { sendJson } from "../../contract/contract-jobs.ts";
import { type ContractServer, startContractServer } from "../../contract/contract-server.ts";
import { connectedController } from "../connected-controller.ts";

const svgOf = (hex: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128"><path fill="${hex}" d="M8 8h9v9z"/></svg>`;
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
  const hexByMode = { m: "#0b3954" };
  const colours = [{ variableId: "v", name: "ink", hexByMode }];
  const collections = [{ id: "c", name: "Brand", modes: [{ modeId: "m", id: "m", name: "Light" }], colours }];
  controller.receive({ type: "palettes", collections });
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
