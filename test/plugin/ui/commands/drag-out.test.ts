/** Dragging out of the window over real HTTP: what is dropped is what adding it would put on the canvas. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Editor } from "../../../../shared/commands.ts";
import type { DroppedImage, UiMessage } from "../../../../shared/messages/messages.ts";
import { waitUntil } from "../../../fixtures/wait-until.ts";
import { sendJson, sendProblem } from "../../contract/contract-jobs.ts";
import { type ContractServer, startContractServer } from "../../contract/contract-server.ts";
import { drawPng } from "../../png.ts";
import { connectedController } from "../connected-controller.ts";

const svgOf = (hex: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64"><path fill="${hex}" d="M8 8h9v9z"/></svg>`;
const [stored, traced] = [svgOf("#0b3954"), svgOf("#ff0000")];
const place = { clientX: 500, clientY: 40 };

/** A window that has drawn a boat, and what it handed to main and dropped. */
async function withBoat(
  use: (window: {
    readonly server: ContractServer;
    readonly controller: Awaited<ReturnType<typeof connectedController>>;
    readonly sent: readonly UiMessage[];
    readonly dropped: readonly DroppedImage[];
  }) => Promise<void>,
  editor: Editor = "figma",
): Promise<void> {
  const server = await startContractServer();
  server.intercept = ({ url = "", method }, response) => {
    if (url === "/v1/vectors" && method === "POST")
      sendJson(response, 200, { svg: traced, widthPx: 64, heightPx: 64, leftOutCount: 0 });
    else if (url.endsWith(".svg")) response.writeHead(200, { "Content-Type": "image/svg+xml" }).end(stored);
    else return false;
    return true;
  };
  const [sent, dropped]: [UiMessage[], DroppedImage[]] = [[], []];
  try {
    const controller = await connectedController(
      server,
      {
        post: (message) => {
          sent.push(message);
          const icon = {
            nodeId: "1:1",
            nodeName: "logo",
            widthPx: 64,
            heightPx: 64,
            provenance: "",
            vector: "",
            svg: stored,
          };
          if (message.type === "read-icons")
            controller.receive({ type: "icons", readId: message.readId, icons: [icon], skipped: [], unreadCount: 0 });
        },
        drop: (_, what) => dropped.push(what),
        rasterise: async () => drawPng(1),
      },
      editor,
    );
    controller.show("caption-to-artboard");
    controller.editForm({ captions: "a boat", count: 1, insertAs: "image", tilePx: 96 });
    await controller.generate();
    await use({ server, controller, sent, dropped });
  } finally {
    await server.close();
  }
}

test("an image is dropped as an image, and where vectors are wanted it is traced first, as when it is added", async () => {
  await withBoat(async ({ controller, sent, dropped }) => {
    const [image] = controller.state.results[0]!.images;
    const { provenance } = image!.drawn!;
    controller.dropImage(image!, "a boat", place);
    await waitUntil("the drop", () => dropped.length === 1);
    const [{ key, applyId }] = dropped as [DroppedImage];
    assert.deepEqual(dropped[0], { key, applyId, name: "a boat", tilePx: 96, provenance });
    const bytes = sent.find((message) => message.type === "image" && message.key === key);
    assert.deepEqual(bytes?.type === "image" && bytes.bytes, image!.bytes);
    controller.editForm({ insertAs: "vector", palette: "own" });
    const count = sent.length;
    controller.dropImage(image!, "a boat", place);
    await waitUntil("the drop", () => dropped.length === 2);
    assert.deepEqual([dropped[1]?.vector, dropped[1]?.provenance], [{ svg: traced, record: {} }, provenance]);
    assert.ok(!sent.slice(count).some(({ type }) => type === "image"), "vectors need no bytes");
  });
});

test("where the editor has no vectors images stay images, and a tracing that fails is said and drops nothing", async () => {
  await withBoat(async ({ controller, dropped }) => {
    controller.editForm({ insertAs: "vector" });
    controller.dropImage(controller.state.results[0]!.images[0]!, "a boat", place);
    await waitUntil("the drop", () => dropped.length === 1);
    assert.equal(dropped[0]?.vector, undefined);
  }, "figjam");
  await withBoat(async ({ server, controller, dropped }) => {
    server.intercept = ({ url }, response) => {
      if (url === "/v1/vectors") sendProblem(response, "image_rejected");
      return url === "/v1/vectors";
    };
    controller.editForm({ insertAs: "vector", palette: "own" });
    controller.dropImage(controller.state.results[0]!.images[0]!, "a boat", place);
    await waitUntil("the failure", () => controller.state.failure !== undefined);
    assert.deepEqual([controller.state.failure?.code, dropped], ["image_rejected", []]);
  });
});

test("vectors alone, of layers that Tau did not make, are dropped without provenance", async () => {
  await withBoat(async ({ controller, dropped }) => {
    controller.show("vectorise");
    await controller.generate();
    const [image] = controller.state.results[0]!.images;
    assert.deepEqual([image?.bytes.length, image?.drawn], [0, undefined]);
    controller.dropImage(image!, "logo", place);
    await waitUntil("the drop", () => dropped.length === 1);
    assert.match(dropped[0]!.vector!.svg, /#ff0000/);
    assert.ok(!("provenance" in dropped[0]!));
  });
});

test("of the history, what was drawn as vectors is dropped as the server keeps it, and as an image where images are wanted", async () => {
  await withBoat(async ({ server, controller, dropped }) => {
    const [made] = server.generations.values();
    const facts = { layers: [], segmentCount: 1, strokePx: 0, leftOutCount: 0, sha256: "s", bytes: 1 };
    const images = made!.images.map((image) => ({
      ...image,
      vector: { ...facts, path: image.path.replace(".png", ".svg") },
    }));
    const done = { ...made!, request: { ...made!.request, format: "svg" as const }, images };
    await controller.dropEarlier(done, 0, "a boat", place);
    assert.equal(dropped[0]?.vector, undefined);
    controller.editForm({ insertAs: "vector", palette: "own" });
    await controller.dropEarlier(done, 0, "a boat", place);
    assert.deepEqual(dropped[1]?.vector, { svg: stored, record: {} });
    assert.equal(dropped[1]?.provenance?.condition.caption, "a boat");
  });
});
