/** Answers that the server doubts: shown, but not chosen for the canvas. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GenerationSchema } from "../../../shared/contract/generations/generation.ts";
import { startContractServer } from "../contract/contract-server.ts";
import { connectedController } from "./connected-controller.ts";

test("what may show something else is not chosen, in new and in earlier results; choosing all takes it too", async () => {
  const server = await startContractServer();
  try {
    const controller = await connectedController(server);
    controller.show("caption-to-artboard");
    controller.editForm({ captions: "a boat", count: 2, insertAs: "image" });
    await controller.generate();
    const kept = (): boolean[] => controller.state.results.flatMap(({ images }) => images.map(({ isKept }) => isKept));
    assert.deepEqual(kept(), [true, true]);
    const [made] = server.generations.values();
    const doubt = { field: "caption", score: 2, threshold: 1 };
    for (const doubted of [{ outOfDistribution: [doubt] }, { unfoundWords: ["zorgle"] }]) {
      await controller.showAgain(GenerationSchema.parse({ ...made, ...doubted }), "a boat");
      assert.deepEqual(kept(), [false, false], JSON.stringify(doubted));
    }
    controller.keepAll(true);
    assert.deepEqual(kept(), [true, true]);
  } finally {
    await server.close();
  }
});
