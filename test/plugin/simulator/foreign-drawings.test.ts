/**
 * SVG as other tools write it, on the canvas and selected: nested groups, transforms, a clip path, a gradient, strokes, and their
 * headers. The built main code in QuickJS and the window's own plans, through Vectorise, Recolour and Make components.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { afterEach, before, beforeEach, test } from "node:test";
import sharp from "sharp";
import type { ApiClient } from "../../../plugin/ui/client/api-client.ts";
import { changesFor } from "../../../plugin/ui/palettes.ts";
import { planComponents, planTraces } from "../../../plugin/ui/plans/icons.ts";
import { tracedSet } from "../../../plugin/ui/run/vector-sets.ts";
import type { ResultImage } from "../../../plugin/ui/state/results.ts";
import type { SeenIcon } from "../../../plugin/ui/state/state.ts";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import { decodeRgba } from "../../../server/images/codec.ts";
import { vectorise } from "../../../server/vector/vectorise.ts";
import type { UsedColour } from "../../../shared/messages/vector-messages.ts";
import { resizedSvg } from "../../../shared/vectors/vector-svg.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { type Machine, startMachine } from "../main/virtual-machine.ts";

const foreign = `<?xml version="1.0" encoding="UTF-8"?>
<!-- Generator: a drawing tool -->
<svg id="badge" width="96px" height="96px" viewBox="0 0 24 24" version="1.1" xmlns="http://www.w3.org/2000/svg">
  <title>badge</title>
  <defs>
    <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0%" stop-color="#4DABF7"/><stop offset="100%" stop-color="#1864AB"/></linearGradient>
    <clipPath id="cut"><circle cx="12" cy="12" r="11" fill="#00ff00"/></clipPath>
  </defs>
  <g id="Page-1" stroke="none" stroke-width="1" fill="none" fill-rule="evenodd" clip-path="url(#cut)">
    <g id="inner" transform="translate(2 2)">
      <rect id="ground" fill="url(#sky)" width="20" height="20"/>
      <g id="turned" transform="rotate(45 10 10) scale(1 1)"><rect id="plate" style="fill:#ffd43b" x="5" y="5" width="10" height="10"/></g>
      <polyline id="tick" stroke="#E03131" stroke-width="2" stroke-linecap="round" points="7 10 9.5 12.5 14 7.5"/>
    </g>
  </g>
</svg>`;
const colours = ["#1864ab", "#4dabf7", "#e03131", "#ffd43b"];

const outDir = temporaryFolder("foreign");
let machine: Machine;
before(async () => {
  await buildPlugin({ outDir });
});
beforeEach(async () => {
  machine = await startMachine(path.join(outDir, "plugin/main.js"));
  machine.open("vectorise");
  machine.evaluate(`(sim.select([figma.createNodeFromSvg(${JSON.stringify(foreign)}).id]), figma.commitUndo(), 0)`);
});
afterEach(() => machine.dispose());

const send = (message: object): void => machine.fromUi(JSON.stringify(message));
const lastSent = <T = Record<string, unknown>>(): T => machine.evaluate<T>("sent[sent.length - 1]");

interface Layer {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly children: readonly Layer[];
}
const page = (): Layer[] =>
  machine.evaluate<Layer[]>(
    "(function read(id) { return sim.tree.childrenOf(id).map(({ id: own, type, name }) => ({ id: own, type, name, children: read(own) })); })(sim.tree.pageId)",
  );
const exported = (id: string): string =>
  machine.evaluate<string>(
    `figma.getNodeByIdAsync("${id}").then((node) => node.exportAsync({ format: "SVG_STRING" }))`,
  );

const sidePx = 96;
const render = (svg: string): Promise<Buffer> =>
  sharp(Buffer.from(resizedSvg(svg, { width: sidePx, height: sidePx })))
    .ensureAlpha()
    .raw()
    .toBuffer();
async function differenceOf(one: string, two: string): Promise<number> {
  const [before, after] = await Promise.all([render(one), render(two)]);
  return before.reduce((sum, value, at) => sum + Math.abs(value - after[at]!), 0) / before.length;
}

/** The tracer behind the client's calls, in this process. */
function tracingClient(): ApiClient {
  let png: Uint8Array;
  const uploadImage = async (bytes: Uint8Array): Promise<{ digest: string }> => {
    png = bytes;
    return { digest: "picture" };
  };
  const trace = async () => vectorise(await decodeRgba(png), {});
  return { uploadImage, vectorise: trace } as unknown as ApiClient;
}

/** What the window makes of the selection. @param isTraced as a picture, or as the drawing that it is */
async function resultOf(isTraced: boolean): Promise<ResultImage> {
  send({ type: "read-icons", readId: 1 });
  const { icons, skipped } = lastSent<{ icons: SeenIcon[]; skipped: object[] }>();
  assert.deepEqual([icons.length, skipped], [1, []]);
  const picture = await sharp(Buffer.from(resizedSvg(icons[0]!.svg!, { width: 256, height: 256 })))
    .png()
    .toBuffer();
  const pictures = new Map(isTraced ? [[icons[0]!.nodeId, picture]] : []);
  const [job] = planTraces(icons, pictures, {});
  const around = { client: tracingClient(), packId: "", signal: new AbortController().signal };
  const { images } = await tracedSet(around, () => undefined, job!);
  return images[0]!;
}

test("a drawing of another tool is vectorised in its place: few named layers, the same look and frame, one undo step", async () => {
  const [original] = page();
  const { key, name, vector } = await resultOf(true);
  const before = exported(original!.id);
  send({
    type: "apply",
    applyId: 1,
    artboards: [{ caption: "", images: [{ key, name, vector }] }],
    target: { kind: "replace", nodeIds: [original!.id], scaleMode: "FILL" },
  });
  const placed = [{ key, nodeId: original!.id }];
  assert.deepEqual(lastSent(), { type: "applied", applyId: 1, imageCount: 1, sameCount: 0, skipped: [], placed });
  const [traced] = page();
  assert.deepEqual([traced!.id, traced!.type, traced!.name], [original!.id, "FRAME", "badge"]);
  assert.ok(traced!.children.length <= 8 && traced!.children.every(({ type }) => type === "VECTOR"));
  const difference = await differenceOf(before, exported(original!.id));
  assert.ok(difference < 4, `a mean difference below 4 of 255, got ${difference}`);
  machine.evaluate("sim.undo()");
  assert.deepEqual(page(), [original], "the nested groups are back");
});

test("a drawing of another tool is recoloured as it is: fills, strokes and stops in all its groups, one undo step", async () => {
  const [original] = page();
  const before = exported(original!.id);
  send({ type: "read-colours", readId: 2 });
  const { used } = lastSent<{ used: UsedColour[] }>();
  assert.deepEqual(used.map(({ hex }) => hex).sort(), colours, "what only clips is no colour of the drawing");
  const hexes = ["#0b3954", "#087e8b", "#bfd7ea", "#ff5a5f"];
  send({ type: "recolour", applyId: 2, changes: changesFor(used, { hexes, names: [] }, "all"), record: {} });
  assert.deepEqual(lastSent(), { type: "applied", applyId: 2, imageCount: 1, sameCount: 0, skipped: [] });
  send({ type: "read-colours", readId: 3 });
  assert.deepEqual(
    lastSent<{ used: UsedColour[] }>()
      .used.map(({ hex }) => hex)
      .sort(),
    [...hexes].sort(),
  );
  assert.deepEqual(page(), [original], "no layer has become another");
  machine.evaluate("sim.undo()");
  assert.equal(exported(original!.id), before);
  assert.deepEqual(lastSent(), { type: "unapplied", applyId: 2 }, "the window hears that its colours are gone");
});

test("stops of gradients are bound to the variables that they become, and follow another mode", () => {
  const [original] = page();
  const { collectionId, light, dark, variables } = machine.evaluate<{
    readonly collectionId: string;
    readonly light: string;
    readonly dark: string;
    readonly variables: readonly { readonly hex: string; readonly variableId: string }[];
  }>(`(() => {
    const collection = figma.variables.createVariableCollection("Brand");
    const light = collection.modes[0].modeId;
    const dark = collection.addMode("Dark");
    const variables = [["#0b3954", 0], ["#ff5a5f", 1]].map(([hex, at]) => {
      const variable = figma.variables.createVariable(hex, collection, "COLOR");
      const part = (from) => parseInt(hex.slice(from, from + 2), 16) / 255;
      variable.setValueForMode(light, { r: part(1), g: part(3), b: part(5) });
      variable.setValueForMode(dark, { r: at, g: 1, b: at });
      return { hex, variableId: variable.id };
    });
    return { collectionId: collection.id, light, dark, variables };
  })()`);
  send({ type: "read-colours", readId: 4 });
  const { used } = lastSent<{ used: UsedColour[] }>();
  const changes = used.map(({ hex }, index) => {
    const { hex: to, variableId } = variables[index % 2]!;
    return { from: hex, to, variableId };
  });
  send({ type: "recolour", applyId: 3, changes, record: { bindings: { collectionId, modeId: light, variables } } });
  const stops = machine.evaluate<ColorStop[]>(`(function stopsIn(id) {
    const { fills = [] } = sim.tree.get(id);
    return [...fills.flatMap(({ gradientStops = [] }) => gradientStops), ...sim.tree.childrenOf(id).flatMap((child) => stopsIn(child.id))];
  })("${original!.id}")`);
  assert.ok(stops.length >= 2, "there is a gradient");
  for (const { boundVariables } of stops) assert.equal(boundVariables?.color?.type, "VARIABLE_ALIAS");
  const inLight = exported(original!.id);
  machine.evaluate(
    `figma.getNodeByIdAsync("${original!.id}").then(async (node) => node.setExplicitVariableModeForCollection(await figma.variables.getVariableCollectionByIdAsync("${collectionId}"), "${dark}"))`,
  );
  const gradientIn = (svg: string): string => /<linearGradient[\s\S]*?<\/linearGradient>/.exec(svg)?.[0] ?? "";
  assert.notEqual(gradientIn(inLight), "");
  assert.notEqual(gradientIn(exported(original!.id)), gradientIn(inLight));
});

test("a drawing of another tool becomes a component set that looks like it at every size", async () => {
  const [original] = page();
  const before = exported(original!.id);
  const [plan] = planComponents([await resultOf(false)], new Map());
  send({ type: "make-components", applyId: 3, sets: [plan] });
  assert.equal(lastSent()["type"], "applied", JSON.stringify(lastSent()));
  const set = page().find(({ type }) => type === "SECTION")!.children[0]!;
  assert.deepEqual([set.type, set.name], ["COMPONENT_SET", "icon/badge"]);
  assert.deepEqual(
    set.children.map(({ name }) => name),
    [16, 20, 24, 32, 48].map((size) => `Size=${size}, Style=Default`),
  );
  for (const { id, name } of set.children) {
    const difference = await differenceOf(before, exported(id));
    assert.ok(difference < 1.2, `${name}: a mean difference below 1.2 of 255, got ${difference}`);
  }
});
