/** Live drawing over real HTTP: newer strokes end the run of older ones, whose late replies go nowhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { waitUntil } from "../../fixtures/wait-until.ts";
import { startContractServer, testMeta } from "../contract/contract-server.ts";
import { drawPng } from "../png.ts";
import { connectedController } from "./connected-controller.ts";

const svg = (x: number): string => `<svg xmlns="http://www.w3.org/2000/svg"><path d="M${x} 0h9"/></svg>`;

const withSketches = (): typeof testMeta => {
  const [pack] = testMeta.packs;
  const translations = pack!.translations.map((one) => ({
    ...one,
    conditions: [...one.conditions, "sketch" as const],
  }));
  return { ...testMeta, packs: [{ ...pack!, translations }] };
};

test("strokes on the pad are what is sent, whatever main reads meanwhile; a cleared pad leaves the selection's", async () => {
  const server = await startContractServer();
  try {
    server.meta = withSketches();
    let readId = 0;
    const controller = await connectedController(server, {
      post: (message) => {
        if (message.type === "read-drawing") readId = message.readId;
      },
    });
    const select = async (drawing: string): Promise<void> => {
      const before = readId;
      controller.receive({ type: "selection", selection: { texts: [], images: [], layerCount: 1, key: "" } });
      await waitUntil("the selection to be read", () => readId > before);
      controller.receive({ type: "drawing", readId, name: "selected", svg: drawing });
    };
    const sent = async () => {
      await controller.generate();
      return controller.state.results[0]?.images[0]?.drawn?.provenance?.condition.sketch;
    };
    controller.show("sketch");
    controller.setDrawing("strokes", svg(1));
    for (const selected of [svg(2), ""]) {
      await select(selected);
      assert.deepEqual(await sent(), { svg: svg(1) });
    }
    controller.setDrawing("strokes", "");
    await select(svg(3));
    assert.deepEqual(await sent(), { svg: svg(3) });
    controller.setDrawing("strokes", svg(4));
    controller.show("layout");
    assert.equal(controller.state.drawn, undefined, "the pad of another command is empty");
  } finally {
    await server.close();
  }
});

test("in an icon set a sketch is one icon of the likeliest lines, and words stay at home", async () => {
  const server = await startContractServer();
  try {
    const base = withSketches();
    const [pack] = base.packs;
    const [captions] = pack!.translations;
    const restyle = {
      ...captions!,
      id: "restyle",
      conditions: ["caption" as const, "style" as const, "sketch" as const, "drawing" as const],
      styles: [{ id: "tabler", label: "Tabler" }],
      styleImagesMax: 16,
    };
    server.meta = { ...base, packs: [{ ...pack!, translations: [captions!, restyle] }] };
    const controller = await connectedController(server);
    controller.show("sketch");
    controller.setDrawing("strokes", svg(1));
    controller.editForm({ caption: "a cat", style: "~restyle/tabler", count: 4 });
    await controller.generate();
    const [{ images } = { images: [] }] = controller.state.results;
    assert.equal(images.length, 1);
    const { translation, condition, temperature } = images[0]!.drawn!.provenance;
    assert.deepEqual(
      { translation, condition, temperature },
      { translation: "restyle", condition: { sketch: { svg: svg(1) }, style: "tabler" }, temperature: 0 },
    );
  } finally {
    await server.close();
  }
});

test("in an icon set a layout is one icon of its areas, which its layer remembers; without one it is what follows it", async () => {
  const server = await startContractServer();
  try {
    const base = withSketches();
    const [pack] = base.packs;
    const captions = {
      ...pack!.translations[0]!,
      conditions: ["caption" as const, "style" as const, "layout" as const],
    };
    const restyle = {
      ...captions,
      id: "restyle",
      conditions: ["style" as const, "layout" as const, "drawing" as const],
      styles: [{ id: "tabler", label: "Tabler" }],
      styleImagesMax: 16,
    };
    server.meta = { ...base, packs: [{ ...pack!, translations: [captions, restyle] }] };
    const controller = await connectedController(server, { rasterise: async () => drawPng(1) });
    controller.show("layout");
    controller.setDrawing("colours", svg(1));
    controller.editForm({ style: "~restyle/tabler", count: 4 });
    await controller.generate();
    const [{ images } = { images: [] }] = controller.state.results;
    assert.equal(images.length, 1);
    const { translation, condition, drawn } = images[0]!.drawn!.provenance;
    assert.deepEqual(
      [translation, Object.keys(condition), condition.style],
      ["restyle", ["style", "layout"], "tabler"],
    );
    assert.equal(drawn, svg(1));
    controller.editForm({ style: "", count: 1 });
    await controller.generate();
    const own = controller.state.results[0]!.images[0]!.drawn!.provenance;
    assert.deepEqual([own.translation, Object.keys(own.condition)], [captions.id, ["layout"]]);
  } finally {
    await server.close();
  }
});

test("a line of emoji alone is refused before anything is sent, and no words go where none are read", async () => {
  const server = await startContractServer();
  try {
    server.meta = withSketches();
    const controller = await connectedController(server);
    controller.show("sketch");
    controller.setDrawing("strokes", svg(1));
    controller.editForm({ caption: "🐈" });
    const before = server.requests.length;
    await controller.generate();
    assert.equal(controller.state.failure?.code, "caption_unreadable");
    assert.equal(server.requests.length, before);
    controller.editForm({ caption: " a  cat " });
    await controller.generate();
    assert.equal(controller.state.results[0]!.images[0]!.drawn!.provenance.condition.caption, "a cat");
    const [pack] = server.meta.packs;
    const deaf = { ...pack!.translations[0]!, id: "deaf", conditions: ["sketch" as const] };
    server.meta = { ...server.meta, packs: [{ ...pack!, translations: [deaf, pack!.translations[0]!] }] };
    await controller.connect();
    await controller.generate();
    assert.deepEqual(Object.keys(controller.state.results[0]!.images[0]!.drawn!.provenance.condition), ["sketch"]);
  } finally {
    await server.close();
  }
});

test("of two drawings in quick succession only the newer one's images are shown, and the older job is taken back", async () => {
  const server = await startContractServer();
  try {
    // The older one is never done before it is taken back.
    server.isHeld = ({ id }) => id === [...server.generations.keys()][0];
    server.meta = withSketches();
    const controller = await connectedController(server);
    controller.show("sketch");
    controller.setDrawing("older", svg(1));
    const older = controller.generateAfresh();
    await waitUntil("a generation", () => server.generations.size > 0);
    controller.setDrawing("newer", svg(2));
    await Promise.all([controller.generateAfresh(), older]);
    assert.equal(controller.state.run, undefined);
    assert.deepEqual(
      controller.state.results.map(({ images }) => images[0]?.drawn?.provenance?.condition.sketch),
      [{ svg: svg(2) }],
    );
    const shown = controller.state.results[0]!.generationId;
    assert.equal([...server.generations.values()].filter(({ state }) => state === "done").length, 1);
    assert.equal(server.generations.get(shown!)?.state, "done");
    assert.ok(server.requests.some(({ method, path }) => method === "DELETE" && !path.endsWith(shown!)));
  } finally {
    await server.close();
  }
});
