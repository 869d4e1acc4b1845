/** Live drawing over real HTTP: newer strokes end the run of older ones, whose late replies go nowhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { connectedController } from "./connected-controller.ts";
import { startContractServer, testMeta } from "./contract-server.ts";

const svg = (x: number): string => `<svg xmlns="http://www.w3.org/2000/svg"><path d="M${x} 0h9"/></svg>`;

test("of two drawings in quick succession only the newer one's images are shown, and the older job is taken back", async () => {
  const server = await startContractServer();
  try {
    server.stepMs = 30;
    const [pack] = testMeta.packs;
    const translations = pack!.translations.map((one) => ({
      ...one,
      conditions: [...one.conditions, "sketch" as const],
    }));
    server.meta = { ...testMeta, packs: [{ ...pack!, translations }] };
    const controller = await connectedController(server);
    controller.show("sketch");
    controller.setDrawing("older", svg(1));
    const older = controller.generateAfresh();
    while (server.generations.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
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
