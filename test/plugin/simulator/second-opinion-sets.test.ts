/**
 * A second opinion on component sets and on colours bound to variables: OpenPencil's editor makes the sets and reads their variants, its scene
 * graph resolves aliases and modes. Of vectors the frames around them are compared, as in second-opinion-drawings.test.ts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import { type ArtboardImage, provenanceKey } from "../../../shared/messages/messages.ts";
import type { Bindings, ComponentPlan } from "../../../shared/messages/vector-messages.ts";
import { agree, type Host, lastSent, provenance, roundColour, type Shape } from "./two-hosts.ts";

const icon = (fill: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64" fill="none"><path id="body" fill="${fill}" d="M4 4h56v56h-56z"/></svg>`;
const vectorOf = (name: string, fill: string, record = {}): ArtboardImage & { vector: object } => ({
  key: name,
  name,
  provenance: provenance(name, 1),
  vector: { svg: icon(fill), record },
});
const frames = (shapes: readonly Shape[]): unknown =>
  shapes.map(({ type, name, place, children }) => [
    type,
    name,
    place,
    type === "COMPONENT" || type === "FRAME" ? [] : frames(children),
  ]);

/** Icons as vectors on the page, and the plan that makes sets of them in two styles. */
async function planSets(host: Host): Promise<ComponentPlan[]> {
  const images = ["key", "house", "bell"].map((name) => vectorOf(name, "#0b7285"));
  const artboards = [{ caption: "family", images }];
  await host.send({ type: "apply", applyId: 1, artboards, target: { kind: "artboards", tilePx: 48 } });
  host.layOut();
  const [board] = host.figma.currentPage.children as readonly FrameNode[];
  const icons = board!.children;
  return icons.map(({ name }, index) => ({
    name: `icon/${name}`,
    description: name,
    styles: ["Flat", "Line"].slice(0, 1 + (index % 2)).map((style, at) => ({
      style,
      nodeId: icons[index + at]!.id,
      content: { svg: icon("#0b7285"), fitted: { 16: icon("#0b7286") }, record: {} },
    })),
  }));
}

test("component sets have the same names, sizes and places, in a section beside what they were made from", async () => {
  const [, section] = await agree(
    async (host) => {
      const sets = await planSets(host);
      await host.send({ type: "make-components", applyId: 2, sets });
      const { imageCount } = lastSent(host, "applied");
      return { imageCount, selected: host.figma.currentPage.selection.map(({ type, name }) => [type, name]) };
    },
    (shapes) => frames(shapes),
  );
  assert.deepEqual(
    section!.children.map(({ type, name, children }) => [type, name, children.length]),
    [
      ["COMPONENT_SET", "icon/key", 5],
      ["COMPONENT_SET", "icon/house", 10],
      ["COMPONENT_SET", "icon/bell", 5],
    ],
  );
});

test("the names of a set's variants are read as the same properties, and the same variant is the default", async () => {
  await agree(
    async (host) => {
      const sets = await planSets(host);
      await host.send({ type: "make-components", applyId: 2, sets });
      const section = host.figma.currentPage.children[1] as SectionNode;
      return section.children.map((set) => host.variantsOf(set as ComponentSetNode));
    },
    () => undefined,
  );
});

test("drawing a variant anew changes all sizes of its drawing in place, and no other", async () => {
  await agree(
    async (host) => {
      const sets = await planSets(host);
      await host.send({ type: "make-components", applyId: 2, sets });
      const section = host.figma.currentPage.children[1] as SectionNode;
      const [, house] = section.children as readonly ComponentSetNode[];
      const before = house!.children.map(({ id }) => id);
      const redrawn = { ...vectorOf("house", "#ff5a5f"), provenance: provenance("house", 2) };
      await host.send({
        type: "apply",
        applyId: 3,
        artboards: [{ caption: "", images: [redrawn] }],
        target: { kind: "replace", nodeIds: [before[3]!], scaleMode: "FILL" },
      });
      const seeds = house!.children.map((child) => (JSON.parse(child.getPluginData(provenanceKey)) as Provenance).seed);
      assert.deepEqual(seeds, [2, 2, 2, 2, 2, 1, 1, 1, 1, 1]);
      return house!.children.every(({ id }, index) => id === before[index]);
    },
    (shapes) => frames(shapes),
  );
});

interface Brand {
  readonly collection: VariableCollection;
  readonly ids: Readonly<Record<string, Variable>>;
  readonly dark: string;
}

/** Ink and paper in two modes; accent is ink under another name. */
function addBrand({ figma }: Host): Brand {
  const collection = figma.variables.createVariableCollection("Brand");
  const light = collection.modes[0]!.modeId;
  const dark = collection.addMode("Dark");
  const values = {
    ink: [
      { r: 0, g: 0, b: 1 },
      { r: 1, g: 1, b: 0 },
    ],
    paper: [
      { r: 1, g: 1, b: 1 },
      { r: 0.2, g: 0.2, b: 0.2 },
    ],
  };
  const ids: Record<string, Variable> = {};
  for (const [name, [inLight, inDark]] of Object.entries(values)) {
    const variable = figma.variables.createVariable(name, collection, "COLOR");
    variable.setValueForMode(light, inLight!);
    variable.setValueForMode(dark, inDark!);
    ids[name] = variable;
  }
  const accent = figma.variables.createVariable("accent", collection, "COLOR");
  for (const mode of [light, dark]) accent.setValueForMode(mode, { type: "VARIABLE_ALIAS", id: ids["ink"]!.id });
  ids["accent"] = accent;
  return { collection, ids, dark };
}

const bindingsOf = ({ collection, ids }: Brand, modeId: string): Bindings => ({
  collectionId: collection.id,
  modeId,
  variables: [
    { hex: "#0000ff", variableId: ids["accent"]!.id },
    { hex: "#ffffff", variableId: ids["paper"]!.id },
  ],
});

test("a file's colour variables are read alike, in each mode, through their aliases", async () => {
  await agree(async (host) => {
    addBrand(host);
    await host.send({ type: "read-palettes" });
    const { collections } = lastSent(host, "palettes");
    return collections.map(({ name, modes, colours }) => ({
      name,
      modes: modes.map((mode) => mode.name),
      colours: colours.map((colour) => [colour.name, modes.map(({ id }) => colour.hexByMode[id])]),
    }));
  });
});

test("recoloured fills are bound to the same variables, and show the colours of their layer's mode", async () => {
  await agree(
    async (host) => {
      const { figma } = host;
      const brand = addBrand(host);
      const nameOf = new Map(Object.entries(brand.ids).map(([name, { id }]) => [id, name]));
      const solid = (r: number, g: number, b: number): Paint =>
        ({ type: "SOLID", color: { r, g, b }, opacity: 1, visible: true }) as Paint;
      const outer = figma.createFrame();
      const inner = figma.createFrame();
      outer.appendChild(inner);
      for (const frame of [outer, inner]) frame.fills = [solid(1, 0, 0)];
      const patch = figma.createRectangle();
      inner.appendChild(patch);
      patch.fills = [solid(1, 0, 0), solid(0, 1, 0), solid(0, 0, 0)];
      // What lies in the frame inherits its mode.
      outer.setExplicitVariableModeForCollection(brand.collection, brand.dark);
      figma.currentPage.selection = [outer];
      const bindings = bindingsOf(brand, brand.collection.modes[0]!.modeId);
      const changes = [
        { from: "#ff0000", to: "#0000ff", variableId: brand.ids["accent"]!.id },
        { from: "#00ff00", to: "#ffffff", variableId: brand.ids["paper"]!.id },
      ];
      await host.send({ type: "recolour", applyId: 1, changes, record: { bindings } });
      const { imageCount, skipped } = lastSent(host, "applied");
      const paints = [outer, inner, patch].map((node) =>
        (node.fills as readonly SolidPaint[]).map((paint, index) => [
          nameOf.get(paint.boundVariables?.color?.id ?? "") ?? "",
          roundColour(host.shown(node, index)),
        ]),
      );
      assert.deepEqual(JSON.parse(JSON.stringify(paints[2])), [
        ["accent", [255, 255, 0]],
        ["paper", [51, 51, 51]],
        ["", [0, 0, 0]],
      ]);
      const leftOut = skipped.map(({ nodeName, reason }) => [nodeName, reason]);
      return { imageCount, leftOut, paints, isDark: patch.resolvedVariableModes[brand.collection.id] === brand.dark };
    },
    () => undefined,
  );
});

test("a new artboard of bound vectors shows the mode that was chosen", async () => {
  await agree(
    async (host) => {
      const brand = addBrand(host);
      const bindings = bindingsOf(brand, brand.dark);
      const images = [vectorOf("key", "#0000ff", { palette: ["#0000ff", "#ffffff"], bindings })];
      const target = { kind: "artboards", tilePx: 48 } as const;
      await host.send({ type: "apply", applyId: 1, artboards: [{ caption: "key", images }], target, bindings });
      const [board] = host.figma.currentPage.children as readonly FrameNode[];
      const body = (board!.children[0] as FrameNode).children[0] as VectorNode;
      const [paint] = body.fills as readonly SolidPaint[];
      return {
        isDark: body.resolvedVariableModes[brand.collection.id] === brand.dark,
        isAccent: paint!.boundVariables?.color?.id === brand.ids["accent"]!.id,
        shown: roundColour(host.shown(body, 0)),
      };
    },
    () => undefined,
  );
});

test("an icon of a family gets another drawing where it lies, told by the layer that shows it; the others stay", async () => {
  const after = await agree(
    async (host) => {
      const images = ["key", "house", "bell"].map((name) => vectorOf(name, "#0b7285"));
      const artboards = [{ caption: "family", images }];
      await host.send({ type: "apply", applyId: 1, artboards, target: { kind: "artboards", tilePx: 48 } });
      host.layOut();
      const { placed = [] } = lastSent(host, "applied");
      const [board] = host.figma.currentPage.children as readonly FrameNode[];
      const ids = board!.children.map(({ id }) => id).join();
      assert.equal(placed.map(({ nodeId }) => nodeId).join(), ids);
      const { nodeId } = placed.find(({ key }) => key === "house")!;
      const target = { kind: "replace", nodeIds: [nodeId], scaleMode: "FILL" } as const;
      const other = [{ caption: "house", images: [vectorOf("another", "#c92a2a")] }];
      await host.send({ type: "apply", applyId: 2, artboards: other, target });
      const now = lastSent(host, "applied");
      assert.deepEqual(JSON.parse(JSON.stringify(now.placed)), [{ key: "another", nodeId }], "the same layer");
      return [now.imageCount, board!.children.map((child) => JSON.parse(child.getPluginData(provenanceKey)).condition)];
    },
    (shapes) => frames(shapes),
  );
  assert.deepEqual(
    after[0]!.children.map(({ name }) => name),
    ["key", "house", "bell"],
  );
});
