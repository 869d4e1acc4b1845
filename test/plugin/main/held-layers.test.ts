/** Which layers hold others that vectors would take the place of, and that vectors do: the built main code in QuickJS on the in-memory host. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useMachine } from "./use-machine.ts";

const machine = useMachine("restyle");
const send = (message: object): void => machine.fromUi(JSON.stringify(message));
const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64"><path id="ink" fill="#0b3954" d="M8 8h9v9z"/></svg>';

test("frames and groups hold layers, empty ones and Tau's own vectors don't, and vectors replace what is held", () => {
  const ids = machine.evaluate<string[]>(`(() => {
    const fills = [{ type: "SOLID", color: { r: 0, g: 0, b: 0 } }];
    const card = sim.addLayer("FRAME", { name: "card" });
    for (const name of ["photo", "title"]) sim.tree.append(card, sim.addLayer("RECTANGLE", { name, fills }));
    const group = sim.addLayer("GROUP", { name: "group" });
    sim.tree.append(group, sim.addLayer("ELLIPSE", { name: "dot", fills }));
    return [card, group, sim.addLayer("FRAME", { name: "empty", fills }), sim.addLayer("RECTANGLE", { name: "box", fills })];
  })()`);
  const held = (type: "read-layers" | "read-icons"): string[] => {
    machine.evaluate(`sim.select(${JSON.stringify(ids)})`);
    send({ type, readId: 1 });
    return machine.evaluate<string[]>(`(({ icons, layers }) => (icons || layers)
      .filter(({ holdsLayers }) => holdsLayers).map(({ name, nodeName }) => name || nodeName))(sent[sent.length - 1])`);
  };
  assert.deepEqual(held("read-layers"), ["card", "group"]);
  assert.deepEqual(held("read-icons"), ["card", "group"]);
  const images = [{ key: "k", name: "key", vector: { svg, record: {} } }];
  const target = { kind: "replace", nodeIds: [ids[0]], scaleMode: "FILL" };
  send({ type: "apply", applyId: 1, artboards: [{ caption: "key", images }], target });
  const children = machine.evaluate(`sim.tree.childrenOf("${ids[0]}").map(({ name }) => name)`);
  assert.deepEqual(children, ["ink"]);
  assert.deepEqual(held("read-layers"), ["group"]);
  assert.deepEqual(held("read-icons"), ["group"]);
});
