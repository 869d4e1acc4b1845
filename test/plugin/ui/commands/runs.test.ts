/** What a command runs on, over real HTTP: the selection of that moment, and never what another command has in its form. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Controller } from "../../../../plugin/ui/control/controller.ts";
import type { UiMessage } from "../../../../shared/messages/messages.ts";
import { waitUntil } from "../../../fixtures/wait-until.ts";
import { type ContractServer, startContractServer } from "../../contract/contract-server.ts";
import { drawPng } from "../../png.ts";
import { connectedController } from "../connected-controller.ts";

async function withController(
  use: (controller: Controller, sent: UiMessage[], server: ContractServer) => Promise<void>,
): Promise<void> {
  const server = await startContractServer();
  try {
    const sent: UiMessage[] = [];
    await use(await connectedController(server, { post: (message) => sent.push(message) }), sent, server);
  } finally {
    await server.close();
  }
}

const selection = { texts: [], images: [], layerCount: 1, key: "" };
const readsOf = (sent: readonly UiMessage[]) => sent.filter((message) => message.type === "read-upscale-sources");

const read = (sent: readonly UiMessage[], count: number) =>
  waitUntil("the selection to be read", () => readsOf(sent).length === count);

/** What main answers to the question for images that was asked last. */
function answer(controller: Controller, sent: readonly UiMessage[], nodeId: string): void {
  const { readId } = readsOf(sent).at(-1)!;
  controller.receive({ type: "upscale-image", readId, hash: nodeId, bytes: drawPng(1, 8) });
  const source = { nodeId, nodeName: nodeId, paintIndex: 0, imageHash: nodeId, widthPx: 8, heightPx: 8 };
  const sources = [{ ...source, largestScale: 4 as const }];
  controller.receive({ type: "upscale-sources", readId, sources, skipped: [], unreadLayerCount: 0 });
}
const enlarged = ({ state }: Controller) =>
  state.results.flatMap(({ images }) =>
    images.flatMap(({ destination }) => (destination.kind === "fills" ? destination.fills.map((f) => f.nodeId) : [])),
  );

test("a selection made during a run is read at its end, and the next run waits for it", async () => {
  await withController(async (controller, sent) => {
    controller.show("upscale");
    answer(controller, sent, "1:1");
    const first = controller.generate();
    controller.receive({ type: "selection", selection });
    assert.equal(readsOf(sent).length, 1, "a run works on what was selected when it began");
    await first;
    assert.deepEqual([enlarged(controller), readsOf(sent).length], [["1:1"], 2]);
    const second = controller.generate();
    answer(controller, sent, "1:2");
    await second;
    assert.deepEqual([enlarged(controller), readsOf(sent).length], [["1:2"], 2]);
  });
});

test("of selections in quick succession, as while a frame is drawn around layers, the last alone is read", async () => {
  await withController(async (controller, sent) => {
    controller.show("upscale");
    answer(controller, sent, "1:1");
    for (let change = 0; change < 10; change++) controller.receive({ type: "selection", selection });
    const run = controller.generate();
    await read(sent, 2);
    answer(controller, sent, "1:2");
    await run;
    assert.deepEqual([enlarged(controller), readsOf(sent).length], [["1:2"], 2]);
  });
});

test("a run waits for the selection that is being read, and not for one that can't be read", async () => {
  await withController(async (controller, sent) => {
    controller.show("upscale");
    answer(controller, sent, "1:1");
    controller.receive({ type: "selection", selection });
    const second = controller.generate();
    await read(sent, 2);
    answer(controller, sent, "1:2");
    await second;
    assert.deepEqual(enlarged(controller), ["1:2"]);
    controller.receive({ type: "selection", selection });
    const third = controller.generate();
    controller.receive({ type: "fault", detail: "read-upscale-sources: stopped" });
    await third;
    assert.deepEqual([controller.state.run, enlarged(controller)], [undefined, ["1:2"]]);
  });
});

test("Enter in Learn this style draws none of the captions that are written elsewhere", async () => {
  await withController(async (controller, _, server) => {
    controller.editForm({ captions: "a red apple" });
    controller.show("learn");
    await controller.generate();
    assert.deepEqual([server.generations.size, controller.state.results.length], [0, 0]);
  });
});

test("the window of a quick action stays when a selected layer was left out, and goes when all were changed", async () => {
  for (const [layerCount, closes] of [
    [2, false],
    [1, true],
  ] as const)
    await withController(async (controller, sent) => {
      const launch = { kind: "quick", command: "upscale", answers: { scale: 2 } } as const;
      const { settings } = controller.state;
      const selected = { ...selection, layerCount };
      controller.receive({ type: "start", launch, settings, selection: selected, session: undefined, editor: "figma" });
      answer(controller, sent, "1:1");
      await waitUntil("the layer to be changed", () => sent.some(({ type }) => type === "apply-upscales"));
      const { applyId } = sent.find((message) => message.type === "apply-upscales")!;
      controller.receive({ type: "upscales-applied", applyId, appliedCount: 1, refused: [] });
      assert.equal(
        sent.some(({ type }) => type === "close"),
        closes,
        `${layerCount} layers`,
      );
    });
});

test("Recolour with close matches alone has the vectors remember that, so that Redraw leaves their other colours", async () => {
  await withController(async (controller, sent) => {
    controller.editForm({ palette: "hex", hexes: "#ff0000 #00ff00", recolourHow: "near" });
    controller.show("recolour");
    const { readId } = sent.find((message) => message.type === "read-colours")!;
    const used = ["#fe0101", "#0000ff"].map((hex) => ({ hex, share: 1 }));
    controller.receive({ type: "colours", readId, used, skipped: [] });
    await controller.generate();
    const { changes, record } = sent.find((message) => message.type === "recolour")!;
    const change = { from: "#fe0101", to: "#ff0000", names: ["red", "red"] };
    assert.deepEqual([changes, record], [[change], { palette: ["#ff0000"], isNear: true }]);
  });
});
