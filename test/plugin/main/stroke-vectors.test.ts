/** Vectors with lines on the canvas: layers with strokes, in the colours of the file, also in the place of fills and the other way round. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useMachine } from "./use-machine.ts";

const machine = useMachine("vectorise");

const svg = (body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128" fill="none">\n${body}\n</svg>\n`;
const lined = svg(
  '<path id="red" fill="none" stroke="#ff0000" stroke-width="8" stroke-linecap="round" stroke-linejoin="round" d="M20 64h88M64 20v88"/>',
);
const filled = svg('<path id="red" fill="#ff0000" fill-rule="evenodd" d="M20 20h88v88h-88z"/>');

interface Layer {
  id: string;
  fills: unknown[];
  strokes: { boundVariables?: object }[];
  look: unknown[];
  data: string;
}
const layerOf = (): Layer =>
  machine.evaluate<Layer>(`(() => { const frame = sim.tree.childrenOf(sim.tree.pageId).at(-1); const r = sim.tree.childrenOf(frame.id)[0];
    return { id: r.id, fills: r.fills, strokes: r.strokes, look: [r.strokeWeight, r.strokeCap, r.strokeJoin, r.strokeAlign],
      data: r.vectorPaths.map(({ data }) => data).join("") }; })()`);
const put = (text: string, applyId: number, target: object, record: object = {}): void =>
  machine.fromUi(
    JSON.stringify({
      type: "apply",
      applyId,
      artboards: [{ caption: "", images: [{ key: "a", name: "a", vector: { svg: text, record } }] }],
      target,
    }),
  );
const replace = (): object => {
  const id = machine.evaluate<string>("sim.tree.childrenOf(sim.tree.pageId).at(-1).id");
  return { kind: "replace", nodeIds: [id], scaleMode: "FILL" };
};

/** A frame with a layer of fills. */
function prepare(): Layer {
  const nodeIds = machine.evaluate<string[]>(
    `(sim.select([sim.addLayer("RECTANGLE", { name: "photo", width: 64, height: 64 })]), sim.selection)`,
  );
  put(filled, 1, { kind: "replace", nodeIds, scaleMode: "FILL" });
  return layerOf();
}

test("lines are a layer of strokes with the width of its size; drawn anew it stays, but as fills it is another", () => {
  const before = prepare();
  assert.deepEqual([before.fills.length, before.strokes.length], [1, 0]);
  put(lined, 2, replace());
  const lines = layerOf();
  assert.notEqual(lines.id, before.id);
  assert.deepEqual([lines.fills.length, lines.strokes.length], [0, 1]);
  assert.deepEqual(lines.look, [4, "ROUND", "ROUND", "CENTER"]);
  assert.doesNotMatch(lines.data, /z/i);
  put(lined.replace('stroke-width="8" stroke-linecap="round"', 'stroke-width="12"'), 3, replace());
  const again = layerOf();
  assert.equal(again.id, lines.id);
  assert.deepEqual(again.look, [6, "NONE", "ROUND", "CENTER"]);
  put(filled, 4, replace());
  assert.deepEqual([layerOf().fills.length, layerOf().strokes.length], [1, 0]);
});

test("strokes are bound to the file's variables, as fills are", () => {
  prepare();
  const { collectionId, modeId, variableId } = machine.evaluate<Record<string, string>>(
    `(() => { const c = figma.variables.createVariableCollection("Brand"); const v = figma.variables.createVariable("red", c, "COLOR");
      v.setValueForMode(c.modes[0].modeId, { r: 1, g: 0, b: 0 }); return { collectionId: c.id, modeId: c.modes[0].modeId, variableId: v.id }; })()`,
  );
  const bindings = { collectionId, modeId, variables: [{ hex: "#ff0000", variableId }] };
  machine.evaluate("0");
  put(lined, 4, replace(), { palette: ["#ff0000"], bindings });
  assert.deepEqual(layerOf().strokes[0]!.boundVariables, { color: { type: "VARIABLE_ALIAS", id: variableId } });
});

test("a drawing beside its layer shows the mode that its variables were chosen in", () => {
  prepare();
  const { collectionId, modeId, variableId } = machine.evaluate<Record<string, string>>(
    `(() => { const c = figma.variables.createVariableCollection("Brand"); const v = figma.variables.createVariable("red", c, "COLOR");
      const modeId = c.addMode("Dark"); v.setValueForMode(modeId, { r: 1, g: 0, b: 0 }); return { collectionId: c.id, modeId, variableId: v.id }; })()`,
  );
  const bindings = { collectionId, modeId, variables: [{ hex: "#ff0000", variableId }] };
  put(lined, 4, { ...replace(), kind: "beside" }, { palette: ["#ff0000"], bindings });
  assert.deepEqual(
    machine.evaluate("sim.tree.resolved(sim.tree.childrenOf(sim.tree.pageId).at(-1)).explicitVariableModes"),
    { [collectionId!]: modeId },
  );
});

test("components of a recoloured icon have its new colours, of strokes as of fills, bound to the same variable", () => {
  const nodeIds = machine.evaluate<string[]>(
    `(sim.select([sim.addLayer("RECTANGLE", { name: "icon", width: 64, height: 64 })]), sim.selection)`,
  );
  const line = 'stroke="#ff0000" stroke-width="8" stroke-linecap="round" stroke-linejoin="round"';
  const both = svg(
    `<path id="red" fill="#ff0000" fill-rule="evenodd" d="M20 20h40v40h-40z"/>\n<path id="red-lines" fill="none" ${line} d="M20 100h88"/>`,
  );
  put(both, 5, { kind: "replace", nodeIds, scaleMode: "FILL" });
  const nodeId = machine.evaluate<string>("sim.tree.childrenOf(sim.tree.pageId).at(-1).id");
  const { collectionId, modeId, variableId } = machine.evaluate<Record<string, string>>(
    `(() => { sim.select(["${nodeId}"]); const c = figma.variables.createVariableCollection("Brand");
      const v = figma.variables.createVariable("blue", c, "COLOR"); v.setValueForMode(c.modes[0].modeId, { r: 0, g: 0, b: 1 });
      return { collectionId: c.id, modeId: c.modes[0].modeId, variableId: v.id }; })()`,
  );
  const record = { bindings: { collectionId, modeId, variables: [{ hex: "#0000ff", variableId }] } };
  const changes = [{ from: "#ff0000", to: "#0000ff", variableId }];
  machine.fromUi(JSON.stringify({ type: "recolour", applyId: 6, changes, record }));
  // The window draws from what the icon was inserted as, in its former colours.
  const styles = [{ style: "Line", nodeId, content: { svg: both, record: {} } }];
  const sets = [{ name: "icon/line", description: "", styles }];
  machine.fromUi(JSON.stringify({ type: "make-components", applyId: 7, sets }));
  const paints = machine.evaluate<{ color: object; boundVariables?: object }[][]>(
    `(() => { const children = (node) => sim.tree.childrenOf(node.id).map(sim.tree.resolved.bind(sim.tree));
      const section = sim.tree.childrenOf(sim.tree.pageId).filter(({ type }) => type === "SECTION").at(-1);
      return children(children(section)[0]).map((variant) => children(variant).flatMap(({ fills, strokes }) => [...fills, ...strokes])); })()`,
  );
  assert.ok(paints.length > 0);
  const bound = { color: { type: "VARIABLE_ALIAS", id: variableId } };
  for (const variant of paints)
    assert.deepEqual(
      variant.map(({ color, boundVariables }) => [color, boundVariables]),
      [
        [{ r: 0, g: 0, b: 1 }, bound],
        [{ r: 0, g: 0, b: 1 }, bound],
      ],
    );
});
