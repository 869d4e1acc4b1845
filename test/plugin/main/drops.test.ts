/** What is dragged out of the window, on the canvas: the built main code in QuickJS on the in-memory host. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawPng } from "../png.ts";
import { useMachine } from "./use-machine.ts";

const machine = useMachine("caption-to-artboard");

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128"><path id="ink" fill="#0b3954" d="M8 8h112v112h-112z"/></svg>';
const provenance = {
  ...{ format: 1, packId: "icons", packDigest: "digest", translation: "caption", condition: { caption: "key" } },
  ...{ seed: 7, temperature: 0.2, guidance: 1, retrieval: 0.9, logLikelihood: -100 },
};

interface Shape {
  type: string;
  name: string;
  box: number[];
  data: Record<string, string>;
  relaunch: Record<string, string>;
  fills: { boundVariables?: { color?: { id: string } } }[];
  modes: Record<string, string>;
  radius: number;
  children: Shape[];
}
const page = (): Shape[] =>
  machine.evaluate<Shape[]>(`(function read(id) { return sim.tree.childrenOf(id).map((r) => ({
    type: r.type, name: r.name, box: [r.x, r.y, r.width, r.height], data: r.pluginData, relaunch: r.relaunchData,
    fills: r.fills, modes: r.explicitVariableModes, radius: r.cornerRadius, children: read(r.id) })); })(sim.tree.pageId)`);
const drop = (dropped: object): void => {
  machine.evaluate(`run.drop({ x: 500, y: 300 }, ${JSON.stringify(dropped)})`);
};
const send = (message: object): void => machine.fromUi(JSON.stringify(message));

/** What layers remember, without the mark that differs each time. */
const remembered = ({ data, relaunch }: Shape) => ({
  data: { ...data, "tau.image": data["tau.image"]?.replace(/^vector .*/, "vector") },
  relaunch,
});

test("dragged vectors are the layers that adding them makes, with all that those remember, as one undo step", () => {
  const vector = { svg, record: { palette: ["#0b3954"] } };
  const image = { key: "k", name: "key", provenance, vector };
  send({
    type: "apply",
    applyId: 1,
    artboards: [{ caption: "a", images: [image] }],
    target: { kind: "artboards", tilePx: 64 },
  });
  const [added] = page()[0]!.children;
  drop({ ...image, applyId: 2, tilePx: 64 });
  const [, dropped] = page();
  assert.deepEqual([dropped!.type, dropped!.name, dropped!.box], ["FRAME", "key", [468, 268, 64, 64]]);
  assert.deepEqual(
    dropped!.children.map(({ type, name, box }) => [type, name, box]),
    added!.children.map(({ type, name, box }) => [type, name, box]),
  );
  assert.deepEqual(remembered(dropped!), remembered(added!));
  assert.equal(JSON.parse(dropped!.data["tau.provenance"]!).seed, 7);
  machine.evaluate("sim.undo()");
  assert.equal(page().length, 1);
});

test("dragged vectors of what Tau did not make have no provenance, and their colours are bound to variables in their mode", () => {
  const ids = machine.evaluate<{ collectionId: string; modeId: string; variableId: string }>(`(() => {
    const collection = run.figma.variables.createVariableCollection("Brand");
    const modeId = collection.addMode("Dark");
    const ink = run.figma.variables.createVariable("ink", collection, "COLOR");
    ink.setValueForMode(modeId, { r: 11 / 255, g: 57 / 255, b: 84 / 255 });
    return { collectionId: collection.id, modeId, variableId: ink.id };
  })()`);
  const { collectionId, modeId, variableId } = ids;
  const bindings = { collectionId, modeId, variables: [{ hex: "#0b3954", variableId }] };
  drop({ key: "k", name: "logo", vector: { svg, record: { bindings } }, applyId: 2, tilePx: 96 });
  const [dropped] = page();
  assert.deepEqual([dropped!.name, dropped!.data["tau.provenance"]], ["logo", undefined]);
  assert.equal(dropped!.children[0]!.fills[0]!.boundVariables?.color?.id, variableId);
  assert.deepEqual(dropped!.modes, { [collectionId]: modeId });
});

test("what is dropped on a frame goes into it, unless an instance holds that frame", () => {
  const [frame, inside] = machine.evaluate<string[]>(`(() => {
    const { figma } = run;
    const outer = figma.createFrame();
    outer.appendChild(figma.createFrame());
    const instance = figma.createComponentFromNode(outer).createInstance();
    return [figma.createFrame().id, instance.children[0].id];
  })()`);
  const count = page().length;
  const dropOn = (nodeId: string): void => {
    const dropped = { key: "k", name: "key", provenance, vector: { svg, record: {} }, applyId: 6, tilePx: 64 };
    machine.evaluate(`run.drop({ x: 50, y: 50 }, ${JSON.stringify(dropped)}, ${JSON.stringify(nodeId)})`);
  };
  dropOn(frame!);
  assert.equal(page().length, count);
  assert.equal(machine.evaluate<number>(`sim.tree.childrenOf("${frame}").length`), 1);
  dropOn(inside!);
  assert.equal(page().length, count + 1);
  assert.equal(page().at(-1)!.name, "key");
});

test("a dragged image has the corners of an added one, and vectors that the editor refuses leave nothing behind", () => {
  const bytes = `new Uint8Array([${drawPng(1, 8).join(",")}])`;
  machine.fromUi(`{ type: "image", applyId: 4, key: "k", bytes: ${bytes} }`);
  drop({ key: "k", name: "key", provenance, applyId: 4, tilePx: 64 });
  assert.deepEqual([page()[0]!.type, page()[0]!.radius], ["RECTANGLE", 4]);
  drop({ key: "k", name: "key", provenance, vector: { svg: "<nonsense", record: {} }, applyId: 5, tilePx: 64 });
  assert.match(machine.evaluate<{ detail: string }>("sent[sent.length - 1]").detail, /^drop: /);
  assert.equal(page().length, 1);
});

test("what the plugin selects of what it added is told apart from what a person selects", () => {
  const image = { key: "k", name: "key", provenance, vector: { svg, record: {} } };
  const selected = (): { key: string; isOwn: boolean } =>
    machine.evaluate(`sent.filter(({ type }) => type === "selection").pop().selection`);
  const select = (...ids: string[]): void => {
    machine.evaluate(`sim.select(${JSON.stringify(ids)})`);
  };
  drop({ ...image, applyId: 2, tilePx: 64 });
  const own = selected();
  const id = machine.evaluate<string>("run.figma.currentPage.selection[0].id");
  const target = { kind: "beside", nodeIds: [id] };
  send({ type: "apply", applyId: 3, artboards: [{ caption: "a", images: [image] }], target });
  const beside = selected();
  assert.deepEqual([own.isOwn, beside.isOwn, beside.key === own.key], [true, true, false]);
  select(id);
  assert.deepEqual([selected().isOwn, selected().key], [false, own.key]);
});
