/** The history's buttons over real HTTP: they begin anew, and never while a run brings images. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startContractServer } from "../contract/contract-server.ts";
import { connectedController } from "./connected-controller.ts";

test("showing earlier images or their settings while a run is going loses none of its images", async () => {
  const server = await startContractServer();
  try {
    const controller = await connectedController(server);
    controller.show("caption-to-artboard");
    controller.editForm({ captions: "a boat" });
    await controller.generate();
    const [earlier] = server.generations.values();
    controller.show("history");
    controller.startFrom(earlier!);
    assert.deepEqual([controller.state.results, controller.state.command], [[], "caption-to-artboard"]);
    controller.editForm({ captions: "a cat\na dog\na tree" });
    let wasPressed = false;
    const pressed: Promise<void>[] = [];
    controller.subscribe(() => {
      if (wasPressed || controller.state.run === undefined || controller.state.results.length === 0) return;
      wasPressed = true;
      pressed.push(controller.showAgain(earlier!, "a boat"));
      controller.startFrom(earlier!);
    });
    await controller.generate();
    await Promise.all(pressed);
    assert.equal(wasPressed, true);
    assert.deepEqual(
      controller.state.results.map(({ title }) => title),
      ["a cat", "a dog", "a tree"],
    );
    assert.equal(controller.state.form.captions, "a cat\na dog\na tree");
    await controller.showAgain(earlier!, "a boat");
    assert.deepEqual(
      controller.state.results.map(({ title }) => title),
      ["a boat"],
    );
  } finally {
    await server.close();
  }
});
