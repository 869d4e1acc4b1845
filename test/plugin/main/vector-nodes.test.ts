/** Vectors, colours and components on the canvas: the built main code in QuickJS on the in-memory host. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ColourCollection } from "../../../shared/messages/vector-messages.ts";
import { drawPng } from "../png.ts";
import { useMachine } from "./use-machine.ts";

const machine = useMachine("vectorise");

const icon = (fill = "#ff0000", side = 128): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 128 128" fill="none">\n<path id="red" fill="${fill}" fill-rule="evenodd" d="M8 8h112v112h-112z"/>\n<path id="white" fill="#ffffff" fill-rule="evenodd" d="M40 40h48v48h-48z"/>\n</svg>\n`;
const provenance = (caption: string, seed = 7, style = "flat") => ({
  ...{ format: 1, packId: "icons", packDigest: "digest", translation: "caption", condition: { caption, style }, seed },
  ...{ temperature: 0.2, guidance: 1, retrieval: 0.9, logLikelihood: -100 },
});
type Content = { svg: string; record: object; fitted?: object };
const image = (caption: string, content: Content) => ({
  key: caption,
  name: caption,
  provenance: provenance(caption),
  hasDrawings: true,
  vector: content,
});
const send = (message: object): void => machine.fromUi(JSON.stringify(message));
const lastSent = <T = Record<string, unknown>>(): T => machine.evaluate<T>("sent[sent.length - 1]");

interface Shape {
  id: string;
  type: string;
  name: string;
  box: number[];
  fills: { color?: { r: number; g: number; b: number }; boundVariables?: object }[];
  data: Record<string, string>;
  description: string;
  children: Shape[];
}
const page = (): Shape[] =>
  machine.evaluate<
    Shape[]
  >(`(function read(id) { return sim.tree.childrenOf(id).map((bare) => { const r = sim.tree.resolved(bare); return {
    id: r.id, type: r.type, name: r.name, box: [r.x, r.y, r.width, r.height], fills: r.fills, data: r.pluginData,
    description: r.description, children: read(r.id) }; }); })(sim.tree.pageId)`);
const hexOf = ({ color }: Shape["fills"][0] = {}): string =>
  color === undefined
    ? ""
    : `#${[color.r, color.g, color.b]
        .map((part) =>
          Math.round(part * 255)
            .toString(16)
            .padStart(2, "0"),
        )
        .join("")}`;

test("a set of vectors becomes one artboard of frames with named layers, as one undo step", () => {
  const images = ["rocket", "key"].map((caption) => image(caption, { svg: icon(), record: {} }));
  send({
    type: "apply",
    applyId: 1,
    artboards: [{ caption: "flat", images }],
    target: { kind: "artboards", tilePx: 64 },
  });
  const [board] = page();
  const placed = ["rocket", "key"].map((key, at) => ({ key, nodeId: board!.children[at]!.id }));
  assert.deepEqual(lastSent(), { type: "applied", applyId: 1, imageCount: 2, sameCount: 0, skipped: [], placed });
  assert.deepEqual(
    board!.children.map(({ type, name, box }) => [type, name, box[2], box[3]]),
    [
      ["FRAME", "rocket", 64, 64],
      ["FRAME", "key", 64, 64],
    ],
  );
  const [red, white] = board!.children[0]!.children;
  assert.deepEqual(
    [red!.type, red!.name, red!.box, hexOf(red!.fills[0])],
    ["VECTOR", "red", [4, 4, 56, 56], "#ff0000"],
  );
  assert.deepEqual([white!.name, white!.box], ["white", [20, 20, 24, 24]]);
  assert.equal(JSON.parse(board!.children[0]!.data["tau.provenance"]!).condition.caption, "rocket");
  machine.evaluate("sim.undo()");
  assert.deepEqual(page(), []);
  assert.deepEqual(lastSent(), { type: "unapplied", applyId: 1 });
});

test("a drawing that is no SVG is refused, and nothing half-made stays, nor do the drawings before it", () => {
  const images = [image("rocket", { svg: icon(), record: {} }), image("key", { svg: "<svg><g>", record: {} })];
  send({
    type: "apply",
    applyId: 1,
    artboards: [{ caption: "flat", images }],
    target: { kind: "artboards", tilePx: 64 },
  });
  assert.match(lastSent<{ type: string; detail: string }>().detail, /Failed to parse SVG/);
  assert.deepEqual(page(), []);
});

test("vectors lie beside their images in the same arrangement, or take their place, name, turn and order", () => {
  machine.evaluate(
    `sim.select([0, 1].map((n) => sim.addLayer("RECTANGLE", { name: "photo " + n, x: n * 120, y: 10 * n, width: 100, height: 60, rotation: n * 10 })))`,
  );
  const nodeIds = machine.evaluate<string[]>("sim.selection");
  const artboards = [
    { caption: "", images: ["a", "b"].map((name) => ({ key: name, name, vector: { svg: icon(), record: {} } })) },
  ];
  send({ type: "apply", applyId: 1, artboards, target: { kind: "beside", nodeIds } });
  const [, , a, b] = page();
  assert.deepEqual([a!.name, b!.name, a!.box[2], a!.box[3]], ["a", "b", 60, 60]);
  assert.ok(Math.abs(b!.box[0]! - a!.box[0]! - 120) < 12, "as far apart as the images");
  assert.ok(a!.box[0]! > 220, "to the right of both");
  machine.evaluate("sim.undo()");
  send({ type: "apply", applyId: 2, artboards, target: { kind: "replace", nodeIds, scaleMode: "FILL" } });
  assert.deepEqual(
    page().map(({ type, name, box }) => [type, name, ...box.map(Math.round)]),
    [
      ["FRAME", "photo 0", 20, 0, 60, 60],
      // In the middle of the turned sides.
      ["FRAME", "photo 1", 140, 7, 60, 60],
    ],
  );
  machine.evaluate("sim.undo()");
  assert.deepEqual(
    page().map(({ type }) => type),
    ["RECTANGLE", "RECTANGLE"],
  );
});

test("a drawing in the place of a frame's picture leaves no picture behind it, and the frame's own colour stays", () => {
  const bytes = `new Uint8Array([${drawPng(1, 8).join(",")}])`;
  const nodeId = machine.evaluate<string>(`sim.addLayer("FRAME", { name: "photo", fills: [
    { type: "SOLID", color: { r: 0, g: 0, b: 1 } }, { type: "IMAGE", scaleMode: "FILL", imageHash: sim.addImage(${bytes}).hash }] })`);
  const artboards = [{ caption: "", images: [image("rocket", { svg: icon(), record: {} })] }];
  send({ type: "apply", applyId: 1, artboards, target: { kind: "replace", nodeIds: [nodeId], scaleMode: "FILL" } });
  const [frame] = page();
  assert.deepEqual([frame!.id, frame!.children.length, frame!.fills.map(hexOf)], [nodeId, 2, ["#0000ff"]]);
});

test("locked layers, instances, sections and layers that are gone are listed and stay as they are", () => {
  machine.evaluate(`(sim.c = sim.addLayer("COMPONENT", { name: "c" }), sim.select([
    sim.addLayer("RECTANGLE", { name: "locked", locked: true }), sim.tree.instantiate(sim.c), sim.addLayer("SECTION", { name: "s" }) ]), 0)`);
  const nodeIds = [...machine.evaluate<string[]>("sim.selection"), "9:9"];
  const before = page();
  const images = nodeIds.map((id) => ({ key: id, vector: { svg: icon(), record: {} } }));
  send({
    type: "apply",
    applyId: 1,
    artboards: [{ caption: "", images }],
    target: { kind: "replace", nodeIds, scaleMode: "FILL" },
  });
  const { skipped, imageCount } = lastSent<{ skipped: { reason: string }[]; imageCount: number }>();
  assert.equal(imageCount, 0);
  assert.deepEqual(
    skipped.map(({ reason }) => reason),
    ["locked", "instance", "no-fills", "gone"],
  );
  assert.deepEqual(page(), before);
});

test("icons are read as images with their bytes once, as SVG, and with what keeps them from being changed", () => {
  const bytes = `new Uint8Array([${drawPng(1, 8).join(",")}])`;
  machine.evaluate(`(sim.image = sim.addImage(${bytes}), sim.component = sim.tree.insert({ type: "COMPONENT", patch: { name: "star", width: 24, height: 24 }, children: [
      { type: "VECTOR", patch: { name: "body", width: 9, height: 9, fills: [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }], vectorPaths: [{ windingRule: "NONZERO", data: "M0 0L9 0L9 9Z" }] }, children: [] }] }),
    sim.orphan = sim.tree.instantiate(sim.component), sim.tree.remove(sim.component), 0)`);
  machine.evaluate(`sim.select([0, 1].map((n) => sim.addLayer("RECTANGLE", { name: "photo " + n, locked: n === 1, fills: [{ type: "IMAGE", scaleMode: "FILL", imageHash: sim.image.hash }] })).concat(
    [sim.orphan, sim.addLayer("FRAME", { name: "nothing" }), sim.addLayer("TEXT", { name: "hidden", visible: false })]))`);
  send({ type: "read-icons", readId: 5 });
  const { icons, skipped } = lastSent<{
    icons: { nodeName: string; imageHash?: string; problem?: string }[];
    skipped: { nodeName: string; reason: string }[];
  }>();
  assert.deepEqual(
    icons.map(({ nodeName, problem }) => [nodeName, problem]),
    [
      ["photo 0", undefined],
      ["photo 1", "locked"],
    ],
  );
  assert.deepEqual(
    skipped.map(({ nodeName, reason }) => [nodeName, reason]),
    [
      ["star", "no-main"],
      ["nothing", "empty"],
      ["hidden", "empty"],
    ],
  );
  assert.equal(machine.evaluate("sent.filter(({ type }) => type === 'icon-image').length"), 1);
});

test("a drawing inside an instance is listed as such before anything runs; a picture there can be changed", () => {
  const bytes = `new Uint8Array([${drawPng(1, 8).join(",")}])`;
  machine.evaluate(`(() => {
    const fills = [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }];
    const paths = [{ windingRule: "NONZERO", data: "M0 0L9 0L9 9Z" }];
    const photo = [{ type: "IMAGE", scaleMode: "FILL", imageHash: sim.addImage(${bytes}).hash }];
    const component = sim.tree.insert({ type: "COMPONENT", patch: { name: "card", width: 24, height: 24 }, children: [
      { type: "VECTOR", patch: { name: "star", width: 9, height: 9, fills, vectorPaths: paths }, children: [] },
      { type: "RECTANGLE", patch: { name: "photo", fills: photo }, children: [] }] });
    sim.select(sim.tree.childrenOf(sim.tree.instantiate(component)).map(({ id }) => id));
  })()`);
  send({ type: "read-icons", readId: 6 });
  assert.deepEqual(
    lastSent<{ icons: { nodeName: string; problem?: string }[] }>().icons.map(({ nodeName, problem }) => [
      nodeName,
      problem,
    ]),
    [
      ["star", "instance"],
      ["photo", undefined],
    ],
  );
});

/** A collection with two modes, and a drawing on the page that is selected. */
function prepareBrand(): { collectionId: string; light: string; dark: string; red: string } {
  const brand = machine.evaluate<{ collectionId: string; light: string; dark: string; red: string }>(`(() => {
    const { variables } = sim.tree;
    const collectionId = variables.createCollection("Brand");
    const light = variables.save().collections[0].modes[0].modeId;
    const dark = variables.addMode(collectionId, "Dark");
    const red = variables.createVariable("accent", collectionId, "COLOR");
    variables.setValue(red, light, { r: 0.9, g: 0, b: 0 });
    variables.setValue(red, dark, { r: 0, g: 0, b: 0.4 });
    const glass = variables.createVariable("glass", collectionId, "COLOR");
    variables.setValue(glass, light, { r: 1, g: 1, b: 1, a: 0.2 });
    const circle = variables.createVariable("circle", collectionId, "COLOR");
    variables.setValue(circle, light, { type: "VARIABLE_ALIAS", id: circle });
    return { collectionId, light, dark, red };
  })()`);
  send({
    type: "apply",
    applyId: 1,
    artboards: [{ caption: "flat", images: [image("rocket", { svg: icon(), record: {} })] }],
    target: { kind: "artboards", tilePx: 128 },
  });
  return brand;
}

test("the file's colour variables are read by mode; see-through ones and circles of aliases have no colour", () => {
  const { light, dark, red } = prepareBrand();
  send({ type: "read-palettes" });
  const { collections } = lastSent<{
    collections: { name: string; modes: object[]; colours: { variableId: string; hexByMode: object }[] }[];
  }>();
  assert.deepEqual(collections[0]!.modes, [
    { id: light, name: "Mode 1" },
    { id: dark, name: "Dark" },
  ]);
  assert.deepEqual(
    collections[0]!.colours.map(({ hexByMode }) => hexByMode),
    [{ [light]: "#e60000", [dark]: "#000066" }, {}, {}],
  );
  assert.equal(collections[0]!.colours[0]!.variableId, red);
});

/** Two published collections; one of them has no colours. */
const publish = (): void =>
  machine.evaluate(`(() => {
    const modes = [{ modeId: "10:0", name: "Light" }, { modeId: "10:1", name: "Dark" }];
    const red = { key: "r", name: "red", valuesByMode: { "10:0": { r: 0.9, g: 0, b: 0 }, "10:1": { r: 0, g: 0, b: 0.4 } } };
    sim.tree.variables.publish({ key: "k", name: "Tokens", libraryName: "Acme", modes, variables: [red] });
    sim.tree.variables.publish({ key: "s", name: "Spacing", libraryName: "Acme", modes, variables: [] });
    return 0;
  })()`);

test("a library's collections are listed by name, its colours come when asked for, and icons are bound to them in the chosen mode", () => {
  publish();
  prepareBrand();
  send({ type: "read-libraries" });
  const named = { id: "library:k", name: "Tokens", library: "Acme", modes: [], colours: [] };
  assert.deepEqual(lastSent(), { type: "libraries", collections: [named] }, "nothing is imported for a list");
  send({ type: "read-libraries", wanted: "library:gone" });
  assert.deepEqual(lastSent(), { type: "libraries", collections: [named] });
  send({ type: "read-libraries", wanted: "library:k" });
  const [tokens] = lastSent<{ collections: ColourCollection[] }>().collections;
  assert.deepEqual(
    tokens!.colours.map(({ name, hexByMode }) => [name, hexByMode]),
    [["red", { "10:0": "#e60000", "10:1": "#000066" }]],
  );
  const { collectionId } = tokens!;
  const [{ variableId } = { variableId: "" }] = tokens!.colours;
  send({ type: "read-palettes" });
  const { collections } = lastSent<{ collections: ColourCollection[] }>();
  assert.deepEqual(
    collections.map(({ name }) => name),
    ["Brand"],
    "the file's own stay the file's own",
  );
  const record = {
    palette: ["#000066"],
    bindings: { collectionId, modeId: "10:1", variables: [{ hex: "#000066", variableId }] },
  };
  send({
    type: "apply",
    applyId: 3,
    artboards: [{ caption: "dark", images: [image("key", { svg: icon("#000066"), record })] }],
    target: { kind: "artboards", tilePx: 64 },
    bindings: record.bindings,
  });
  const [body] = page().find(({ name }) => name === "dark")!.children[0]!.children;
  assert.deepEqual(body!.fills[0]!.boundVariables, { color: { type: "VARIABLE_ALIAS", id: variableId } });
  assert.equal(hexOf(body!.fills[0]), "#000066", "the artboard shows the mode that was chosen");
});

test("a library that can't be reached is said, and keeps nothing else away", () => {
  machine.evaluate(
    `(figma.teamLibrary.getAvailableLibraryVariableCollectionsAsync = () => Promise.reject(new Error("offline")), 0)`,
  );
  send({ type: "read-libraries", wanted: "library:k" });
  assert.deepEqual(lastSent(), { type: "libraries", collections: [], fault: "offline" });
});

test("colours of a selection are listed with their shares, changed and bound in one undo step, and drawn anew in them", () => {
  const { collectionId, light, red } = prepareBrand();
  send({ type: "read-colours", readId: 2 });
  const { used } = lastSent<{ used: { hex: string; share: number }[] }>();
  assert.deepEqual(
    used.map(({ hex }) => hex),
    ["#ff0000", "#ffffff"],
    "the artboard's own white does not count",
  );
  const bindings = { collectionId, modeId: light, variables: [{ hex: "#e60000", variableId: red }] };
  const changes = [
    { from: "#ff0000", to: "#e60000", variableId: red },
    { from: "#ffffff", to: "#102030" },
  ];
  const record = { palette: ["#e60000", "#102030"], bindings, isNear: true };
  send({ type: "recolour", applyId: 2, changes, record });
  assert.deepEqual(lastSent(), { type: "applied", applyId: 2, imageCount: 1, sameCount: 0, skipped: [] });
  const [body, inner] = page()[0]!.children[0]!.children;
  assert.deepEqual(body!.fills[0]!.boundVariables, { color: { type: "VARIABLE_ALIAS", id: red } });
  assert.equal(hexOf(inner!.fills[0]), "#102030");
  assert.deepEqual(JSON.parse(page()[0]!.children[0]!.data["tau.vector"]!), record);
  machine.evaluate("sim.undo()");
  assert.equal(hexOf(page()[0]!.children[0]!.children[0]!.fills[0]), "#ff0000");
});

test("layers of a recoloured drawing are called by their new colours, what somebody named stays", () => {
  const layer = (id: string, hex: string, at: number): string =>
    `<path id="${id}" fill="${hex}" d="M${at} 4h4v4h-4z"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64" fill="none">${[
    layer("red", "#ff0000", 4),
    layer("red-2", "#ee0000", 12),
    layer("blue", "#0000ff", 20),
    layer("wheel", "#ff0000", 28),
    layer("green", "#00aa00", 36),
  ].join("")}</svg>`;
  send({
    ...{ type: "apply", applyId: 1, target: { kind: "artboards", tilePx: 64 } },
    artboards: [{ caption: "red car", images: [image("red car", { svg, record: {} })] }],
  });
  const changes = [
    { from: "#ff0000", to: "#0000ff", names: ["red", "blue"] },
    { from: "#ee0000", to: "#0000ee", names: ["red", "blue"] },
    { from: "#0000ff", to: "#222222", names: ["blue", "black"] },
  ];
  const namesNow = () => page()[0]!.children[0]!.children.map(({ name }) => name);
  send({ type: "recolour", applyId: 2, changes, record: {} });
  assert.deepEqual(namesNow(), ["blue", "blue-2", "black", "wheel", "green"]);
  assert.equal(page()[0]!.children[0]!.name, "red car", "what it shows is a person's word");
  machine.evaluate("sim.undo()");
  assert.deepEqual(namesNow(), ["red", "red-2", "blue", "wheel", "green"]);
});

test("a layer that shows another mode of the variables is bound, and listed as such; a locked one stays", () => {
  const { collectionId, dark, red } = prepareBrand();
  machine.evaluate(
    `(sim.tree.change(sim.tree.childrenOf(sim.tree.childrenOf(sim.selection[0])[0].id)[1].id, { locked: true }), 0)`,
  );
  const bindings = { collectionId, modeId: dark, variables: [{ hex: "#000066", variableId: red }] };
  send({
    type: "recolour",
    applyId: 2,
    changes: [
      { from: "#ff0000", to: "#000066", variableId: red },
      { from: "#ffffff", to: "#000066", variableId: red },
    ],
    record: { bindings },
  });
  const { skipped } = lastSent<{ skipped: { nodeName: string; reason: string }[] }>();
  assert.deepEqual(
    skipped.map(({ nodeName, reason }) => [nodeName, reason]),
    [
      ["white", "locked"],
      ["rocket", "other-mode"],
    ],
  );
  const [body, inner] = page()[0]!.children[0]!.children;
  assert.equal(hexOf(body!.fills[0]), "#e60000", "what the mode in view has");
  assert.equal(hexOf(inner!.fills[0]), "#ffffff");
});

test("a vector whose colours could not be changed does not remember the new ones", () => {
  prepareBrand();
  const read = () => page()[0]!.children[0]!.data["tau.vector"]!;
  machine.evaluate(`((lock) => sim.tree.childrenOf(lock).forEach(({ id }) => sim.tree.change(id, { locked: true })))
    ("${page()[0]!.children[0]!.id}")`);
  const before = read();
  const changes = [{ from: "#ff0000", to: "#102030" }];
  send({ type: "recolour", applyId: 2, changes, record: { palette: ["#102030"] } });
  assert.equal(lastSent<{ imageCount: number }>().imageCount, 0);
  assert.equal(read(), before);
});

/** Fitted drawings as the window makes them: here the same at every size. */
const fitted = (fill: string) => Object.fromEntries([16, 20, 24, 32, 48].map((size) => [size, icon(fill, size)]));
function makeSet(): Shape {
  prepareBrand();
  const nodeId = page()[0]!.children[0]!.id;
  const styles = ["Flat", "Line"].map((style) => ({
    style,
    nodeId,
    content: { svg: icon(), record: {}, fitted: fitted("#ff0000") },
  }));
  send({
    type: "make-components",
    applyId: 2,
    sets: [{ name: "icon/rocket", description: "Variation 7, pack icons.", styles }],
  });
  assert.equal(lastSent()["type"], "applied", JSON.stringify(lastSent()));
  const section = page().find(({ type }) => type === "SECTION")!;
  return section.children[0]!;
}

test("an icon becomes a component set with a variant for each size and style, its name and description, one undo step", () => {
  const set = makeSet();
  assert.deepEqual([set.type, set.name, set.description], ["COMPONENT_SET", "icon/rocket", "Variation 7, pack icons."]);
  assert.deepEqual(
    set.children.map(({ type, name, box }) => [type, name, box[2]]),
    [
      ...["Flat", "Line"].flatMap((style) =>
        [16, 20, 24, 32, 48].map((size) => ["COMPONENT", `Size=${size}, Style=${style}`, size]),
      ),
    ],
  );
  machine.evaluate(`sim.select(["${set.id}"])`);
  send({ type: "read-icons", readId: 7 });
  const names = (lastSent()["icons"] as { nodeName: string }[]).map(({ nodeName }) => nodeName);
  assert.deepEqual([...new Set(names)], ["icon/rocket"], "a variant's own name says nothing of what it shows");
  for (const { id } of set.children)
    assert.ok(
      machine.evaluate(`"drawings" in sim.tree.get("${id}").relaunchData`),
      "other drawings are on offer still",
    );
  const overlaps = set.children.some(({ box: [x = 0, y = 0, w = 0, h = 0] }, index) =>
    set.children
      .slice(index + 1)
      .some(({ box: [ox = 0, oy = 0, ow = 0, oh = 0] }) => x < ox + ow && ox < x + w && y < oy + oh && oy < y + h),
  );
  assert.equal(overlaps, false);
  machine.evaluate("sim.undo()");
  assert.deepEqual(
    page().map(({ type }) => type),
    ["FRAME"],
  );
});

test("a variant is called by its property for the icon, or else by its set", () => {
  const set = makeSet();
  machine.evaluate(`sim.select(["${set.id}"])`);
  for (const [own, read] of [
    ["Size=24, Icon=Home", "Size=24, Icon=Home"],
    ["Direction=Left, Size=24", "icon/rocket"],
  ]) {
    for (const { id } of set.children) machine.evaluate(`sim.tree.change("${id}", { name: ${JSON.stringify(own)} })`);
    send({ type: "read-icons", readId: 8 });
    assert.equal((lastSent()["icons"] as { nodeName: string }[])[0]!.nodeName, read);
  }
});

test("Redraw changes every size of a component in place: instances follow and keep what was overridden", () => {
  const set = makeSet();
  const ids = set.children.slice(0, 5).map(({ id }) => id);
  machine.evaluate(
    `(sim.instance = sim.tree.instantiate("${ids[2]}"), sim.tree.change(sim.tree.childrenOf(sim.instance)[1].id, { fills: [{ type: "SOLID", color: { r: 0, g: 0, b: 1 } }] }), sim.select(["${set.id}"]), 0)`,
  );
  const { selection } = machine.evaluate<{
    selection: { images: { id: string; sizesPx: number[]; vector: string }[] };
  }>("sent.filter(({ type }) => type === 'selection').pop()");
  assert.deepEqual(
    selection.images.map(({ sizesPx }) => sizesPx),
    [[16, 20, 24, 32, 48]],
    "one drawing: both rows are of the same",
  );
  const target = selection.images[0]!.id;
  const images = [
    {
      ...image("rocket", { svg: icon("#00ff00"), record: {}, fitted: fitted("#00ff00") }),
      provenance: provenance("rocket", 8),
    },
  ];
  send({
    type: "apply",
    applyId: 3,
    artboards: [{ caption: "rocket", images }],
    target: { kind: "replace", nodeIds: [target], scaleMode: "FILL" },
  });
  const { placed, ...said } = lastSent<{ placed: readonly object[] }>();
  assert.deepEqual(said, { type: "applied", applyId: 3, imageCount: 1, sameCount: 0, skipped: [] });
  assert.equal(placed.length, 1);
  const section = page().find(({ type }) => type === "SECTION")!;
  for (const [index, variant] of section.children[0]!.children.entries()) {
    assert.equal(variant.id, set.children[index]!.id, "the component itself stays");
    assert.deepEqual(
      variant.children.map(({ id }) => id),
      set.children[index]!.children.map(({ id }) => id),
    );
    assert.equal(hexOf(variant.children[0]!.fills[0]), "#00ff00");
    assert.equal(JSON.parse(variant.data["tau.provenance"]!).seed, 8);
  }
  const instance = page().find(({ type }) => type === "INSTANCE")!;
  assert.equal(hexOf(instance.children[0]!.fills[0]), "#00ff00");
  assert.equal(hexOf(instance.children[1]!.fills[0]), "#0000ff", "the override stays");
});

test("components that the editor refuses half-way leave nothing behind; a locked set is listed and stays", () => {
  prepareBrand();
  const nodeId = page()[0]!.children[0]!.id;
  const good = { style: "Flat", nodeId, content: { svg: icon(), record: {}, fitted: fitted("#ff0000") } };
  const bad = { ...good, style: "Line", content: { svg: "no", record: {} } };
  const before = page();
  send({ type: "make-components", applyId: 2, sets: [{ name: "icon/rocket", description: "", styles: [good, bad] }] });
  assert.equal(lastSent()["type"], "apply-failed");
  assert.deepEqual(page(), before);
  const set = makeSet();
  machine.evaluate(`(sim.tree.change("${set.id}", { locked: true }), 0)`);
  const images = [image("rocket", { svg: icon("#00ff00"), record: {} })];
  send({
    type: "apply",
    applyId: 4,
    artboards: [{ caption: "", images }],
    target: { kind: "replace", nodeIds: [set.children[0]!.id], scaleMode: "FILL" },
  });
  const { skipped } = lastSent<{ skipped: { reason: string }[] }>();
  assert.deepEqual(
    skipped.map(({ reason }) => reason),
    ["locked"],
  );
});

test("a blurred path of a vector is a sharp one with a layer blur as large as the drawing is shown", () => {
  const blur = `<defs><filter id="blur-1-0a1b2c3d" filterUnits="userSpaceOnUse" x="0" y="0" width="128" height="128" color-interpolation-filters="sRGB"><feGaussianBlur stdDeviation="6"/></filter></defs>\n`;
  const svg = icon()
    .replace(/(<svg[^>]*>\n)/, `$1${blur}`)
    .replace('id="red"', 'id="red-behind" filter="url(#blur-1-0a1b2c3d)"');
  const images = [image("shadow", { svg, record: {} })];
  send({
    type: "apply",
    applyId: 99,
    artboards: [{ caption: "soft", images }],
    target: { kind: "artboards", tilePx: 64 },
  });
  const effects = machine.evaluate<object[][]>(
    `(function all(id) { return sim.tree.childrenOf(id).flatMap((bare) => { const r = sim.tree.resolved(bare);
      return [...(r.name === "red-behind" || r.effects.length > 0 ? [[r.name, r.effects]] : []), ...all(r.id)]; }); })(sim.tree.pageId)`,
  );
  assert.deepEqual(effects, [["red-behind", [{ type: "LAYER_BLUR", blurType: "NORMAL", radius: 6, visible: true }]]]);
  const shadow = { type: "DROP_SHADOW", visible: true, radius: 2, offset: { x: 0, y: 1 }, blendMode: "NORMAL" };
  const node = machine.evaluate<string>(
    `(function () { const [board] = sim.tree.childrenOf(sim.tree.pageId).slice(-1); const frame = sim.tree.childrenOf(board.id)[0];
      for (const child of sim.tree.childrenOf(frame.id)) sim.tree.change(child.id, { effects: [...child.effects, ${JSON.stringify(shadow)}] });
      return frame.id; })()`,
  );
  send({
    type: "apply",
    applyId: 100,
    artboards: [{ caption: "", images }],
    target: { kind: "replace", nodeIds: [node], scaleMode: "FILL" },
  });
  const kept = machine.evaluate<string[][]>(
    `sim.tree.childrenOf(${JSON.stringify(node)}).map(({ effects }) => effects.map(({ type }) => type))`,
  );
  assert.deepEqual(kept, [["DROP_SHADOW", "LAYER_BLUR"], ["DROP_SHADOW"]]);
});
