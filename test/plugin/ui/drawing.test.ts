/** Layouts: the ground of a selected frame is none of their colours, and how long one may be that its layers remember. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimDocument } from "../../../plugin/simulator/host/document.ts";
import { memoryStore } from "../../../plugin/simulator/host/storage.ts";
import { exportSvg } from "../../../plugin/simulator/host/svg.ts";
import { withoutPaper } from "../../../plugin/ui/plans/drawing.ts";
import { limits } from "../../../shared/limits.ts";
import { startContractServer, testMeta } from "../contract/contract-server.ts";
import { drawPng } from "../png.ts";
import { connectedController } from "./connected-controller.ts";

const root = '<svg width="80" height="80" viewBox="0 0 80 80" fill="none" xmlns="http://www.w3.org/2000/svg">';
const tree = '<rect x="30" y="40" width="20" height="40" fill="#7F4F24"/></svg>';

test("a frame's white ground, as Figma exports it with and without a clip, is left out", () => {
  for (const open of [root, `${root}<g clip-path="url(#clip0)">`, `${root}\n<g clip-path="url(#clip0)">\n`])
    assert.equal(withoutPaper(`${open}<rect width="80" height="80" fill="white"/>${tree}`), open + tree);
});

test("other grounds, and white shapes that are smaller, are colours of the layout", () => {
  for (const ground of [
    '<rect width="80" height="80" fill="#8FD3FE"/>',
    '<rect width="40" height="80" fill="white"/>',
    '<rect x="0" y="40" width="80" height="40" fill="white"/>',
  ])
    assert.equal(withoutPaper(root + ground + tree), root + ground + tree);
});

test("the ground of a frame of the playground is left out too", () => {
  const sim = new SimDocument(memoryStore());
  const white: Paint = { type: "SOLID", color: { r: 1, g: 1, b: 1 } };
  const id = sim.tree.create("FRAME", { name: "Frame", width: 80, height: 60, fills: [white] });
  sim.tree.create("ELLIPSE", { name: "Sun", width: 20, height: 20, fills: [white] }, id);
  const svg = exportSvg(sim.tree, id);
  assert.match(svg, /<rect width="80" height="60"/);
  assert.match(svg, /<ellipse|<path|<rect[^>]* x=/);
  assert.doesNotMatch(withoutPaper(svg), /<rect width="80" height="60"/);
});

test("a layout that is white all over stays white: a single rectangle, and a frame with nothing but a clip", () => {
  const white = '<rect width="80" height="80" fill="white"/>';
  const clip = '<defs><clipPath id="clip0"><rect width="80" height="80" fill="white"/></clipPath></defs>';
  for (const svg of [`${root}${white}</svg>`, `${root}<g clip-path="url(#clip0)">${white}</g>${clip}</svg>`])
    assert.equal(withoutPaper(svg), svg);
});

test("layers remember a layout unless it is more bytes than Figma keeps, however few its characters are", async () => {
  const server = await startContractServer();
  try {
    const [pack] = testMeta.packs;
    const translations = pack!.translations.map((one) => ({
      ...one,
      conditions: [...one.conditions, "layout" as const],
    }));
    server.meta = { ...testMeta, packs: [{ ...pack!, translations }] };
    const controller = await connectedController(server, { rasterise: async () => drawPng(1) });
    controller.show("layout");
    const rememberedOf = async (letter: string) => {
      const svg = `${root}<text>${letter.repeat(40_000)}</text></svg>`;
      controller.setDrawing("words", svg);
      await controller.generate();
      assert.equal(controller.state.failure, undefined);
      const { provenance } = controller.state.results[0]!.images[0]!.drawn!;
      assert.ok(Buffer.byteLength(JSON.stringify(provenance)) <= limits.provenanceMaxBytes);
      return provenance.drawn === svg;
    };
    assert.equal(await rememberedOf("a"), true);
    assert.equal(await rememberedOf("€"), false);
  } finally {
    await server.close();
  }
});

test("a sketch is sent as text where its request fits, and else as a picture, however few its characters are", async () => {
  const server = await startContractServer();
  try {
    const [pack] = testMeta.packs;
    const translations = pack!.translations.map((one) => ({
      ...one,
      conditions: [...one.conditions, "sketch" as const],
    }));
    server.meta = { ...testMeta, packs: [{ ...pack!, translations }] };
    const controller = await connectedController(server, { rasterise: async () => drawPng(1) });
    controller.show("sketch");
    const sentAs = async (letter: string) => {
      controller.setDrawing("strokes", `${root}<text>${letter.repeat(40_000)}</text></svg>`);
      await controller.generate();
      return Object.keys(controller.state.results[0]?.images[0]?.drawn?.provenance?.condition.sketch ?? {});
    };
    assert.deepEqual(await sentAs("a"), ["svg"]);
    // 120 kB.
    assert.deepEqual(await sentAs("木"), ["image"]);
  } finally {
    await server.close();
  }
});
