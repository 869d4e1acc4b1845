/** History and settings over real HTTP: their buttons begin anew, and never disturb a run that brings images. */
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

test("settings and history open and close while a run goes on, no other command does, and a failure beside it ends nothing", async () => {
  const server = await startContractServer();
  try {
    const controller = await connectedController(server);
    controller.show("caption-to-artboard");
    controller.editForm({ captions: "a cat\na dog\na tree" });
    const shown: string[] = [];
    let wasLeft = false;
    const beside: Promise<void>[] = [];
    controller.subscribe(() => {
      const { run, results } = controller.state;
      if (wasLeft || run === undefined || results.length === 0) return;
      wasLeft = true;
      for (const command of ["history", "caption-to-artboard", "settings", "upscale"] as const) {
        controller.show(command);
        shown.push(controller.state.command);
      }
      // A wrong token is found out meanwhile; what runs has the right one.
      beside.push(controller.saveSettings({ ...controller.state.settings, token: "wrong" }));
    });
    await controller.generate();
    await Promise.all(beside);
    assert.deepEqual(shown, ["history", "caption-to-artboard", "settings", "settings"]);
    assert.deepEqual(
      controller.state.results.map(({ title }) => title),
      ["a cat", "a dog", "a tree"],
    );
    assert.deepEqual(
      [controller.state.run, controller.state.command, controller.state.failure?.code],
      [undefined, "settings", "unauthorized"],
    );
    controller.show(controller.state.work);
    assert.equal(controller.state.command, "caption-to-artboard");
  } finally {
    await server.close();
  }
});
