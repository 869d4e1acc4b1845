/** History and settings over real HTTP: their buttons begin anew, and never disturb a run that brings images. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Controller } from "../../../plugin/ui/control/controller.ts";
import type { CommandId } from "../../../shared/commands.ts";
import type { UiMessage } from "../../../shared/messages/messages.ts";
import { waitUntil } from "../../fixtures/wait-until.ts";
import { sendJson } from "../contract/contract-jobs.ts";
import { type ContractServer, startContractServer, testMeta } from "../contract/contract-server.ts";
import { drawPng } from "../png.ts";
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

test("a form starts from an earlier generation in its own style, that of an icon set too", async () => {
  const server = await startContractServer();
  try {
    const [pack] = testMeta.packs;
    const [captions] = pack!.translations;
    const iconSets = { id: "restyle", conditions: ["caption", "style", "drawing"], styleImagesMax: 16 } as const;
    const [outline] = captions!.styles;
    server.meta = {
      ...testMeta,
      packs: [
        {
          ...pack!,
          translations: [
            captions!,
            { ...captions!, id: "mine", styles: [] },
            {
              ...captions!,
              ...iconSets,
              conditions: [...iconSets.conditions],
              styles: [{ ...outline!, id: "tabler" }],
            },
          ],
        },
      ],
    };
    const controller = await connectedController(server);
    controller.editForm({ captions: "a cat", diversity: 0.7, retrieval: 0.3 });
    for (const style of ["outline", "~restyle/tabler", "@mine"]) {
      controller.show("caption-to-artboard");
      controller.editForm({ style });
      await controller.generate();
      const made = [...server.generations.values()].at(-1)!;
      controller.editForm({ style: "flat", captions: "a dog", temperature: 0.9 });
      controller.show("history");
      controller.startFrom({ ...made, request: { ...made.request, diversity: 0.1 } });
      const { form } = controller.state;
      assert.deepEqual([form.style, form.captions, form.isSeedFixed], [style, "a cat", true]);
      // What a flow between styles does not have stays as it was.
      const isSet = style.startsWith("~");
      assert.deepEqual([form.diversity, form.temperature], isSet ? [0.1, 0.9] : [0.1, made.request.temperature], style);
      await controller.generate();
      assert.equal(controller.state.failure, undefined);
    }
  } finally {
    await server.close();
  }
});

test("settings, history and help open and close while a run goes on, no other command does, and a failure beside it ends nothing", async () => {
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
      for (const command of ["history", "caption-to-artboard", "help", "settings", "upscale"] as const) {
        controller.show(command);
        shown.push(controller.state.command);
      }
      // A wrong token is found out meanwhile; what runs has the right one.
      beside.push(controller.saveSettings({ ...controller.state.settings, token: "wrong" }));
    });
    await controller.generate();
    await Promise.all(beside);
    assert.deepEqual(shown, ["history", "caption-to-artboard", "help", "settings", "settings"]);
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

/** A window with one icon selected, at a command; what it sends to main is kept. A tracing is what a circle would give. */
async function windowAt(command: CommandId, server: ContractServer, rasterise = async () => drawPng(1)) {
  const sent: UiMessage[] = [];
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle r="9" fill="#112233"/></svg>';
  server.intercept = (request, response) => {
    const isTraced = request.url === "/v1/vectors" && request.method === "POST";
    if (isTraced) sendJson(response, 200, { svg, widthPx: 64, heightPx: 64, leftOutCount: 0, palette: ["#112233"] });
    return isTraced;
  };
  const icon = { nodeId: "1:1", nodeName: "sun", widthPx: 64, heightPx: 64, provenance: "", vector: "", svg };
  const controller: Controller = await connectedController(server, {
    rasterise,
    post: (message) => {
      sent.push(message);
      if (message.type === "read-icons")
        controller.receive({ type: "icons", readId: message.readId, icons: [icon], skipped: [], unreadCount: 0 });
    },
  });
  controller.show(command);
  controller.editForm({ captions: "a boat" });
  return { controller, sent };
}

test("a run that ends while the history is in view applies what its own command makes, and reads what that reads", async () => {
  const server = await startContractServer();
  try {
    const appliedBy = async (command: CommandId) => {
      const { controller, sent } = await windowAt(command, server);
      await controller.saveSettings({ ...controller.state.settings, applyAutomatically: true });
      controller.subscribe(() => {
        const { run, command: inView } = controller.state;
        if (run !== undefined && inView !== "history") controller.show("history");
      });
      await controller.generate();
      assert.deepEqual([controller.state.command, controller.state.failure], ["history", undefined]);
      const applied = sent.find(({ type }) => type === "apply" || type === "make-components");
      const count = sent.length;
      controller.receive({
        ...{ type: "applied", applyId: controller.state.applyId!, imageCount: 1, sameCount: 0, skipped: [] },
      });
      controller.stop();
      return { applied, reread: sent.slice(count).some(({ type }) => type === "read-icons") };
    };
    const vectors = await appliedBy("vectorise");
    assert.deepEqual(
      [vectors.applied?.type === "apply" && vectors.applied.target, vectors.reread],
      [{ kind: "beside", nodeIds: ["1:1"] }, true],
      "the original stays",
    );
    assert.equal((await appliedBy("components")).applied?.type, "make-components");
    const { applied } = await appliedBy("caption-to-artboard");
    const target = applied?.type === "apply" ? applied.target : undefined;
    assert.equal(target?.kind === "artboards" && target.keepsSelection, false);
  } finally {
    await server.close();
  }
});

test("trying again while the history is in view does the command again that failed, on what is selected now", async () => {
  const server = await startContractServer();
  try {
    let isBroken = true;
    const { controller, sent } = await windowAt("vectorise", server, async () => {
      if (isBroken) throw new Error("no drawing");
      return drawPng(1);
    });
    controller.show("history");
    await controller.retry();
    assert.equal(controller.state.failure?.code, "internal");
    isBroken = false;
    const count = sent.length;
    controller.receive({ type: "selection", selection: { texts: [], images: [], layerCount: 1, key: "" } });
    await waitUntil("the icons to be read", () => sent.slice(count).some(({ type }) => type === "read-icons"));
    await controller.retry();
    assert.equal(controller.state.failure, undefined);
    assert.deepEqual(
      controller.state.results.flatMap(({ images }) => images.map(({ destination }) => destination)),
      [{ kind: "layer", nodeId: "1:1" }],
    );
  } finally {
    await server.close();
  }
});

test("no picture of a style is begun beside a run whose settings are saved; the end of the run begins them", async () => {
  const server = await startContractServer();
  const [pack] = testMeta.packs;
  const withDigest = (digest: string) => ({
    ...testMeta,
    packs: [{ ...pack!, digest, translations: pack!.translations.map((one) => ({ ...one, hasDiversity: true })) }],
  });
  server.meta = withDigest("first");
  try {
    const { controller } = await windowAt("caption-to-artboard", server);
    let isHeld = true;
    server.isHeld = () => isHeld;
    const running = controller.generate();
    // Pictures of another pack begin with an empty list of them.
    server.meta = withDigest("second");
    await controller.saveSettings(controller.state.settings);
    assert.deepEqual(
      [
        controller.state.meta?.packs[0]?.digest,
        controller.state.thumbs.packDigests["caption"],
        controller.state.run === undefined,
      ],
      ["second", "first", false],
    );
    isHeld = false;
    await running;
    assert.deepEqual([controller.state.failure, controller.state.thumbs.packDigests["caption"]], [undefined, "second"]);
    controller.stop();
  } finally {
    await server.close();
  }
});
