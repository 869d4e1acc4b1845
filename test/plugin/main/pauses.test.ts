/** The built main code in QuickJS while a person goes on working: pages, deletions and edits between its slices, and faults. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawPng } from "../png.ts";
import { useMachine } from "./use-machine.ts";

const machine = useMachine();

function apply(captions: readonly string[], target: object = { kind: "artboards", tilePx: 64 }): void {
  const provenance = { format: 1, condition: { caption: "a cat" }, seed: 1 };
  const artboards = captions.map((caption) => ({ caption, images: [{ key: caption, provenance }] }));
  for (const [index, caption] of captions.entries()) {
    const bytes = `new Uint8Array([${drawPng(index, 8).join(",")}])`;
    machine.fromUi(`{ type: "image", applyId: 1, key: ${JSON.stringify(caption)}, bytes: ${bytes} }`);
  }
  machine.fromUi(JSON.stringify({ type: "apply", applyId: 1, artboards, target }));
}
/** What a person does in each pause of the work. */
const inPauses = (code: string): void =>
  void machine.evaluate(`(globalThis.setTimeout = (callback) => timers.push(() => { ${code}; callback(); }), 0)`);
/** So many layers that reading them takes several slices. */
const crowd = (count: number): void =>
  void machine.evaluate(`(() => {
    const ids = Array.from({ length: ${count} }, (_, i) => "1:" + (i + 1));
    const layers = ids.map((id, i) => ({ id, type: "RECTANGLE", name: "Layer", parent: "0:1", children: [], x: 5000 + 120 * i, y: 0 }));
    sim.tree.load([{ id: "0:1", type: "PAGE", name: "Page 1", parent: null, children: ids }, ...layers]);
  })()`);
const names = (page: string): string[] =>
  machine.evaluate(`sim.tree.childrenOf(${JSON.stringify(page)}).map(({ name }) => name).filter((n) => n !== "Layer")`);
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><path d="M0 0h24v24H0z"/></svg>`;
const lastSent = (): Record<string, unknown> => machine.evaluate("sent[sent.length - 1]");

/** Opens a command on a page of 500 layers, which the person leaves in its pauses. @returns the page that they go to */
function openAndLeave(command: string): string {
  crowd(500);
  const second = machine.evaluate<string>("sim.tree.addPage()");
  machine.evaluate(`(sim.viewport = { x: -90000, y: 0, zoom: 1 }, 0)`);
  machine.open(command);
  inPauses(
    `if (sim.tree.pageId !== "${second}") { sim.showPage("${second}"); sim.viewport = { x: 7, y: 7, zoom: 1 }; }`,
  );
  return second;
}

test("a set lands on the page where it was requested, also when a person goes to another page meanwhile", () => {
  const second = openAndLeave("caption-to-artboard");
  apply(["a cat", "a dog"]);
  assert.equal(lastSent()["type"], "applied");
  assert.deepEqual(names("0:1"), ["a cat", "a dog"]);
  assert.deepEqual(names(second), []);
  assert.equal(machine.evaluate<string[]>(`sim.selectionOf("0:1")`).length, 2);
  assert.deepEqual(machine.evaluate(`sim.selectionOf("${second}")`), []);
  assert.deepEqual(machine.evaluate("sim.viewport"), { x: 7, y: 7, zoom: 1 }, "the view of another page stays");
});

test("components are made where they were requested, also when a person goes to another page meanwhile", () => {
  const second = openAndLeave("components");
  const styles = [{ style: "Flat", nodeId: "9:9", content: { svg, record: {} } }];
  const sets = [{ name: "icon/rocket", description: "", styles }];
  machine.fromUi(JSON.stringify({ type: "make-components", applyId: 1, sets }));
  assert.equal(lastSent()["type"], "applied", JSON.stringify(lastSent()));
  assert.deepEqual([names("0:1"), names(second)], [["icon"], []]);
  assert.deepEqual(machine.evaluate("sim.viewport"), { x: 7, y: 7, zoom: 1 }, "the view of another page stays");
});

test("an artboard that is deleted before all are placed is left out, and the others are applied", () => {
  machine.open("caption-to-artboard");
  inPauses(`const [first] = sim.tree.childrenOf("0:1"); if (first && first.name === "0") sim.tree.remove(first.id)`);
  apply(Array.from({ length: 260 }, (_, i) => String(i)));
  assert.equal(lastSent()["type"], "applied");
  assert.equal(names("0:1").length, 259);
  assert.equal(machine.evaluate<string[]>("sim.selection").length, 259);
});

test("a vector that is deleted before all lie beside their layers is not selected, and the others are", () => {
  machine.open("vectorise");
  const nodeIds = machine.evaluate<string[]>(
    `Array.from({ length: 260 }, () => sim.addLayer("RECTANGLE", { name: "Layer" }))`,
  );
  inPauses(
    `const first = sim.tree.childrenOf("0:1").find(({ name }) => name === "0"); if (first) sim.tree.remove(first.id)`,
  );
  const images = nodeIds.map((key, i) => ({ key, name: String(i), vector: { svg, record: {} } }));
  const target = { kind: "beside", nodeIds };
  machine.fromUi(JSON.stringify({ type: "apply", applyId: 1, artboards: [{ caption: "", images }], target }));
  assert.equal(lastSent()["type"], "applied", JSON.stringify(lastSent()));
  assert.equal(machine.evaluate<string[]>("sim.selection").length, 259);
});

/** Vectors in the place of 260 selected layers, which a person leaves or not in the first pause. @returns the selection's names */
function replaceAll(inPause: string): string[] {
  machine.open("vectorise");
  machine.evaluate(`(sim.select(Array.from({ length: 260 }, () => sim.addLayer("RECTANGLE", { name: "Layer" }))), 0)`);
  const nodeIds = machine.evaluate<string[]>("sim.selection");
  machine.evaluate(`(globalThis.other = sim.addLayer("RECTANGLE", { name: "other" }), (globalThis.isAway = false), 0)`);
  inPauses(`if (!isAway && sim.tree.find("${nodeIds[0]}") === undefined) { isAway = true; ${inPause} }`);
  const images = nodeIds.map((key, i) => ({ key, name: String(i), vector: { svg, record: {} } }));
  const target = { kind: "replace", nodeIds, scaleMode: "FILL" };
  machine.fromUi(JSON.stringify({ type: "apply", applyId: 1, artboards: [{ caption: "", images }], target }));
  assert.equal(lastSent()["type"], "applied", JSON.stringify(lastSent()));
  return machine.evaluate(`sim.selection.map((id) => sim.tree.get(id).name)`);
}

test("vectors in the place of selected layers are selected", () => assert.equal(replaceAll("").length, 260));

test("who selects something else while vectors take the place of layers keeps that", () =>
  assert.deepEqual(replaceAll("sim.select([other])"), ["other"]));

test("a layer whose colours or image can't be read is listed, and the others are filled", () => {
  machine.open("vectorise");
  const nodeIds = machine.evaluate<string[]>(`[1, 2].map(() => sim.addLayer("RECTANGLE", { name: "Layer" }))`);
  machine.evaluate(`(figma.variables.getVariableByIdAsync = () => Promise.reject(new Error("offline")), 0)`);
  const bindings = { collectionId: "c", modeId: "m", variables: [{ hex: "#000000", variableId: "v" }] };
  const images = nodeIds.map((key, i) => ({ key, name: key, vector: { svg, record: i === 0 ? { bindings } : {} } }));
  const target = { kind: "replace", nodeIds, scaleMode: "FILL" };
  machine.fromUi(JSON.stringify({ type: "apply", applyId: 1, artboards: [{ caption: "", images }], target }));
  const { imageCount, skipped } = lastSent() as { imageCount: number; skipped: { detail: string }[] };
  assert.equal(imageCount, 1, JSON.stringify(lastSent()));
  assert.deepEqual(
    skipped.map(({ detail }) => detail),
    ["offline"],
  );
});

test("a fault ends the waiting of the window, whatever it requested", () => {
  machine.open("caption-to-artboard");
  machine.evaluate(`(figma.commitUndo = () => { throw new Error("stopped"); }, 0)`);
  apply(["a cat"]);
  assert.deepEqual(lastSent(), { type: "apply-failed", applyId: 1, detail: "stopped" });
  machine.fromUi(`{ type: "save-session", session: "x".repeat(6e6) }`);
  assert.equal(lastSent()["type"], "fault");
  assert.match(String(lastSent()["detail"]), /^save-session: .*5 MB/);
});

test("layers that the editor can't load are listed, and those filled before are one undo step", () => {
  machine.open("fill-label");
  const nodeIds = machine.evaluate<string[]>(`[1, 2, 3].map(() => sim.addLayer("RECTANGLE", { fills: [] }))`);
  machine.evaluate(`(() => {
    const find = figma.getNodeByIdAsync;
    figma.getNodeByIdAsync = (id) => id === "${nodeIds[1]}" ? Promise.reject(new Error("offline")) : find(id);
  })()`);
  apply(["a", "b", "c"], { kind: "replace", nodeIds, scaleMode: "FILL" });
  const { imageCount, skipped } = lastSent() as { imageCount: number; skipped: { nodeId: string; reason: string }[] };
  assert.equal(imageCount, 2);
  assert.deepEqual(
    skipped.map(({ nodeId, reason }) => [nodeId, reason]),
    [[nodeIds[1], "gone"]],
  );
  machine.evaluate("sim.undo()");
  assert.deepEqual(machine.evaluate(`sim.tree.childrenOf("0:1").map(({ fills }) => fills.length)`), [0, 0, 0]);
});

test("a change of the page costs one look at one node while the applied set is there", () => {
  machine.open("caption-to-artboard");
  apply(["a", "b", "c", "d", "e"]);
  machine.evaluate(`(() => {
    globalThis.looks = 0; globalThis.most = 0; let now = 0;
    const find = figma.getNodeByIdAsync;
    figma.getNodeByIdAsync = async (id) => {
      looks++; now++; most = Math.max(most, now);
      const node = await find(id);
      await Promise.resolve();
      now--;
      return node;
    };
  })()`);
  for (let change = 0; change < 10; change++) machine.evaluate(`sim.addText("t", 0, ${change})`);
  assert.ok(machine.evaluate<number>("looks") <= 10, `${machine.evaluate("looks")} looks`);
  assert.equal(machine.evaluate("most"), 1, "one at a time");
  machine.evaluate(
    `(async () => { for (let i = 0; i < 6; i++) { sim.addText("t", 0, i); await Promise.resolve(); } })()`,
  );
  assert.equal(machine.evaluate("most"), 1, "one at a time, also when changes come while it looks");
});

test("what was applied is missed on whatever page it is taken back from", () => {
  const second = machine.evaluate<string>("sim.tree.addPage()");
  machine.open("caption-to-artboard");
  apply(["a cat"]);
  machine.evaluate(`sim.showPage("${second}")`);
  machine.evaluate(`sim.addText("elsewhere", 0, 0)`);
  assert.equal(lastSent()["type"], "applied");
  machine.evaluate("(sim.undo(), sim.undo())");
  assert.deepEqual(lastSent(), { type: "unapplied", applyId: 1 });
});
