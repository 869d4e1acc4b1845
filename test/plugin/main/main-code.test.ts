/** The built main code in a real QuickJS machine on the in-memory host: everything that happens on the canvas. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProvenanceSchema } from "../../../shared/contract/generations/provenance.ts";
import { drawPng } from "../png.ts";
import { useMachine } from "./use-machine.ts";

const machine = useMachine();

const provenance = (seed: number, caption: string) => ({
  format: 1,
  packId: "default",
  packDigest: "digest",
  translation: "caption",
  condition: { caption },
  seed,
  temperature: 0.7,
  guidance: 1,
  logLikelihood: -100.5,
});
const bytesOf = (png: Uint8Array): string => `new Uint8Array([${png.join(",")}])`;

function apply(
  applyId: number,
  captions: Readonly<Record<string, number>>,
  target: object = { kind: "artboards", tilePx: 256 },
): void {
  const artboards = Object.entries(captions).map(([caption, count]) => ({
    caption,
    images: Array.from({ length: count }, (_, i) => ({
      ...{ key: `${caption}/${i}`, provenance: provenance(i, caption), hasDrawings: true },
    })),
  }));
  artboards
    .flatMap(({ images }) => images)
    .forEach(({ key }, index) => {
      const bytes = bytesOf(drawPng(index + 10 * applyId, 8));
      machine.fromUi(`{ type: "image", applyId: ${applyId}, key: ${JSON.stringify(key)}, bytes: ${bytes} }`);
    });
  machine.fromUi(JSON.stringify({ type: "apply", applyId, artboards, target }));
}

interface Shape {
  id: string;
  type: string;
  name: string;
  x: number;
  y: number;
  width: number;
  height: number;
  data: string;
  relaunch: Record<string, string>;
  hash: string | null;
  children: Shape[];
}
const page = (): Shape[] =>
  machine.evaluate<Shape[]>(`(function read(id) { return sim.tree.childrenOf(id).map((r) => ({
    id: r.id, type: r.type, name: r.name, x: r.x, y: r.y, width: r.width, height: r.height,
    data: r.pluginData["tau.provenance"] || "", relaunch: r.relaunchData,
    hash: r.fills[0] && r.fills[0].imageHash || null, children: read(r.id) })); })(sim.tree.pageId)`);
const lastSent = <T = Record<string, unknown>>(): T => machine.evaluate<T>("sent[sent.length - 1]");

test("the command opens the UI with theme colours, and answers ready with settings and selection", () => {
  machine.evaluate(`sim.select([sim.addText("a dog", 0, 50), sim.addText("a cat", 0, 0)])`);
  machine.open("caption-to-artboard");
  const { options } = machine.evaluate<{ options: Record<string, unknown> }>("shown[0]");
  assert.equal(options["themeColors"], true);
  machine.fromUi(`{ type: "ready" }`);
  const start = lastSent<{
    launch: unknown;
    settings: { serverUrl: string };
    selection: { texts: { text: string }[] };
  }>();
  assert.deepEqual(start.launch, { kind: "command", command: "caption-to-artboard" });
  assert.equal(start.settings.serverUrl, "http://localhost:7826");
  assert.deepEqual(
    start.selection.texts.map(({ text }) => text),
    ["a cat", "a dog"],
  );
});

test("a set becomes one artboard a caption: wrapped grid, image fills, provenance, Redraw, selected", () => {
  machine.open("caption-to-artboard");
  apply(1, { "a red bicycle": 4, "a cat": 1 });
  const [first, second] = page();
  const keys = [0, 1, 2, 3].map((at) => `a red bicycle/${at}`);
  assert.deepEqual(lastSent(), {
    ...{ type: "applied", applyId: 1, imageCount: 5, sameCount: 0, skipped: [] },
    placed: [
      ...keys.map((key, at) => ({ key, nodeId: first!.children[at]!.id })),
      { key: "a cat/0", nodeId: second!.children[0]!.id },
    ],
  });
  assert.deepEqual([first?.type, first?.name, first?.width, first?.height], ["FRAME", "a red bicycle", 576, 576]);
  assert.deepEqual(
    first?.children.map(({ x, y }) => [x, y]),
    [
      [24, 24],
      [296, 24],
      [24, 296],
      [296, 296],
    ],
  );
  assert.deepEqual([second?.width, second?.height], [304, 304]);
  assert.equal(second!.x, first!.x + 576 + 80);
  for (const layer of first!.children) {
    assert.deepEqual([layer.type, layer.width, layer.height], ["RECTANGLE", 256, 256]);
    assert.match(layer.hash ?? "", /^[0-9a-f]{40}$/);
    assert.equal(ProvenanceSchema.parse(JSON.parse(layer.data)).condition.caption, "a red bicycle");
    assert.equal(layer.relaunch["redraw"], "a red bicycle");
  }
  assert.equal(first!.relaunch["redraw"], "a red bicycle");
  assert.deepEqual(machine.evaluate("sim.selection"), [first!.id, second!.id]);
});

test("each applied set is exactly one undo step", () => {
  machine.open("caption-to-artboard");
  apply(1, { "a cat": 4 });
  apply(2, { "a dog": 2, "a tree": 2 });
  assert.deepEqual(
    page().map(({ name }) => name),
    ["a cat", "a dog", "a tree"],
  );
  machine.evaluate("sim.undo()");
  assert.deepEqual(
    page().map(({ name }) => name),
    ["a cat"],
  );
  machine.evaluate("sim.undo()");
  assert.deepEqual(page(), []);
});

test("artboards land in free space near the middle of the view, which pans only when they would be out of sight", () => {
  machine.evaluate(`(sim.viewport = { x: 1000, y: 500, zoom: 1 }, 0)`);
  machine.open("caption-to-artboard");
  apply(1, { "a cat": 1 });
  const view = () => machine.evaluate<{ x: number; y: number; zoom: number }>("sim.viewport");
  assert.deepEqual(view(), { x: 1000, y: 500, zoom: 1 }, "in sight: the view stays");
  apply(2, { "a dog": 1 });
  const [cat, dog] = page();
  assert.deepEqual([cat?.x, cat?.y], [1000 - 152, 500 - 152]);
  const isApart = Math.abs(cat!.x - dog!.x) >= 304 + 80 || Math.abs(cat!.y - dog!.y) >= 304 + 80;
  assert.ok(isApart, `${cat!.x},${cat!.y} and ${dog!.x},${dog!.y}`);
  machine.evaluate(`(sim.tree.change("${cat!.id}", { width: 4000, height: 4000, x: -1000, y: -1000 }), 0)`);
  apply(3, { "a fox": 1 });
  const fox = page()[2]!;
  assert.deepEqual(view(), { x: fox.x + 152, y: fox.y + 152, zoom: 1 }, "out of sight: the view pans");
});

test("many captions make rows of artboards that never overlap", () => {
  machine.open("caption-to-artboard");
  apply(1, { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 });
  const boards = page();
  assert.deepEqual([new Set(boards.map(({ x }) => x)).size, new Set(boards.map(({ y }) => y)).size], [3, 2]);
  for (const one of boards)
    for (const other of boards)
      assert.ok(one === other || Math.abs(one.x - other.x) >= 384 || Math.abs(one.y - other.y) >= 384);
});

test("an image that Figma refuses leaves nothing behind", () => {
  machine.open("caption-to-artboard");
  const image = { key: "a", provenance: provenance(1, "a cat") };
  machine.fromUi(`{ type: "image", applyId: 1, key: "a", bytes: new Uint8Array([82, 73, 70, 70]) }`);
  machine.fromUi(
    JSON.stringify({
      type: "apply",
      applyId: 1,
      artboards: [{ caption: "a cat", images: [image] }],
      target: { kind: "artboards", tilePx: 256 },
    }),
  );
  assert.equal(lastSent()["type"], "apply-failed");
  assert.deepEqual(page(), []);
  assert.equal(machine.evaluate("sim.tree.canUndo"), false);
});

test("bytes that never came, and messages of others, change nothing", () => {
  machine.open("caption-to-artboard");
  const image = { key: "a", provenance: provenance(1, "a cat") };
  machine.fromUi(
    JSON.stringify({
      type: "apply",
      applyId: 1,
      artboards: [{ caption: "a cat", images: [image] }],
      target: { kind: "artboards", tilePx: 256 },
    }),
  );
  assert.equal(lastSent()["type"], "apply-failed");
  machine.fromUi(`{ type: "intruder" }`);
  assert.deepEqual(page(), []);
});

/** What the quick action's field shows for a text that is typed. */
const suggest = (key: string, query: string, parameters: object = {}) =>
  machine.evaluate<{ items: { name: string; data: unknown }[]; error?: string }>(
    `run.suggest(${JSON.stringify(key)}, ${JSON.stringify(query)}, ${JSON.stringify(parameters)})`,
  );

test("quick actions suggest the styles of all translations that do them, by what is typed", () => {
  const [flat, lucide, own] = [
    { id: "flat", label: "Flat" },
    { id: "~restyle/lucide", label: "Lucide" },
    { id: "@mine", label: "My own" },
  ];
  const styles = { caption: [flat, own, lucide], label: [flat], names: [flat, lucide] };
  machine.open("caption-to-artboard");
  machine.fromUi(JSON.stringify({ type: "save-vocabulary", vocabulary: { styles, labels: [] } }));
  for (const load of [false, true]) {
    if (load) machine.load("caption-to-artboard");
    const named = (query: string, parameters: object) =>
      suggest("style", query, parameters).items.map(({ name }) => name);
    assert.deepEqual(named("", { caption: "cat" }), ["Any style", "Flat", "My own", "Lucide"]);
    assert.deepEqual(named("", { label: "anchor" }), ["Any style", "Flat"]);
    assert.deepEqual(named("", {}), ["Any style", "Flat", "Lucide"]);
    assert.deepEqual(suggest("style", "LUC", { caption: "cat" }).items, [{ name: "Lucide", data: lucide.id }]);
    assert.match(suggest("style", "luc", { label: "anchor" }).error ?? "", /no such style/);
  }
});

test("the quick action suggests captions, the styles last seen, and counts, and refuses a wrong count", () => {
  machine.open("caption-to-artboard");
  // As earlier versions stored it.
  machine.fromUi(
    `{ type: "save-vocabulary", vocabulary: { styles: [{ id: "flat", label: "Flat" }, { id: "emoji", label: "Emoji" }], labels: [{ id: "anchor", label: "anchor" }, { id: "red-apple", label: "red apple" }] } }`,
  );
  machine.load("caption-to-artboard");
  assert.equal(suggest("caption", "a purple whale").items[0]?.name, "a purple whale");
  assert.deepEqual(suggest("style", "em").items, [{ name: "Emoji", data: "emoji" }]);
  assert.deepEqual(suggest("count", "3").items, [{ name: "3", data: 3 }]);
  assert.match(suggest("count", "99").error ?? "", /1 to 16/);
  assert.deepEqual(suggest("label", "appl").items, [{ name: "red apple", data: "red-apple" }]);
  assert.match(suggest("label", "zebra").error ?? "", /no such label/);
  assert.deepEqual(
    suggest("scale", "").items.map(({ data }) => data),
    [2, 3, 4],
  );
});

test("each quick action hands its answers to the UI, and opens the form when its own is missing", () => {
  const launchOf = (command: string, parameters: object): unknown => {
    machine.open(command, parameters);
    machine.fromUi(`{ type: "ready" }`);
    return lastSent()["launch"];
  };
  const quick = (command: string, answers: object): object => ({ kind: "quick", command, answers });
  assert.deepEqual(
    launchOf("caption-to-artboard", { caption: " a cat ", style: "flat", count: 2 }),
    quick("caption-to-artboard", { caption: "a cat", style: "flat", count: 2 }),
  );
  assert.deepEqual(launchOf("fill-label", { label: "anchor" }), quick("fill-label", { label: "anchor" }));
  assert.deepEqual(launchOf("fill-names", {}), quick("fill-names", { style: "" }));
  for (const scale of [3, 4])
    assert.deepEqual(launchOf("upscale", { scale }), quick("upscale", { scale }), `×${scale} is launched`);
  assert.deepEqual(launchOf("caption-to-artboard", { caption: " " }), {
    kind: "command",
    command: "caption-to-artboard",
  });
});

test("the relaunch buttons, also those of older nodes, say what to do", () => {
  for (const [command, launch] of [
    ["redraw", { kind: "redraw" }],
    ["regenerate", { kind: "redraw" }],
    ["make-again", { kind: "make-again" }],
    ["restyle", { kind: "command", command: "restyle" }],
    ["variations", { kind: "command", command: "variations" }],
  ] as const) {
    machine.open(command);
    machine.fromUi(`{ type: "ready" }`);
    assert.deepEqual(lastSent()["launch"], launch);
  }
});

test("the UI hears when all that it applied was taken back", () => {
  machine.open("caption-to-artboard");
  apply(1, { "a cat": 2 });
  machine.evaluate("sim.undo()");
  assert.deepEqual(lastSent(), { type: "unapplied", applyId: 1 });
});

test("undone one by one, each set is said to be gone, the last one first", () => {
  machine.open("caption-to-artboard");
  apply(1, { "a cat": 2 });
  const [, second] = page()[0]!.children;
  apply(2, { "a scale": 1 }, { kind: "replace", nodeIds: [second!.id], scaleMode: "FILL" });
  assert.deepEqual(lastSent()["placed"], [{ key: "a scale/0", nodeId: second!.id }]);
  for (const applyId of [2, 1]) {
    machine.evaluate("sim.undo()");
    assert.deepEqual(lastSent(), { type: "unapplied", applyId });
  }
});

test("only an image that has other drawings gets their button", () => {
  machine.open("caption-to-artboard");
  apply(1, { "a cat": 1 });
  const target = { kind: "replace", nodeIds: [page()[0]!.children[0]!.id], scaleMode: "FILL" };
  const buttonsAfter = (applyId: number, about: object): string[] => {
    const bytes = bytesOf(drawPng(applyId, 8));
    machine.fromUi(`{ type: "image", applyId: ${applyId}, key: "k", bytes: ${bytes} }`);
    const artboards = [{ caption: "", images: [{ key: "k", provenance: provenance(1, "a cat"), ...about }] }];
    machine.fromUi(JSON.stringify({ type: "apply", applyId, artboards, target }));
    return Object.keys(page()[0]!.children[0]!.relaunch);
  };
  assert.ok(buttonsAfter(2, { hasDrawings: true }).includes("drawings"));
  assert.ok(!buttonsAfter(3, {}).includes("drawings"));
});

test("undo that is wished for in the window is the editor's", () => {
  machine.open("caption-to-artboard");
  apply(1, { "a cat": 2 });
  assert.equal(page().length, 1);
  machine.fromUi(`{ type: "undo" }`);
  assert.equal(page().length, 0);
});

for (const [when, next] of [
  ["after a change of the page", "sim.changed()"],
  ["after a selection", "sim.select([])"],
  ["when the UI asks", `run.fromUi({ type: "read-shown-styles" })`],
] as const)
  test(`styles of the file that undo took away are sent once ${when}`, () => {
    machine.open("caption-to-artboard");
    machine.fromUi(`{ type: "read-shown-styles" }`);
    machine.fromUi(`{ type: "save-shown-style", style: { id: "a1", name: "Mine", pictures: ["b25l"] } }`);
    machine.evaluate("(sim.pluginData = {}, (sent.length = 0))");
    machine.evaluate(next);
    const lists = machine.evaluate(`sent.filter(({ type }) => type === "shown-styles")`);
    assert.deepEqual(lists, [{ type: "shown-styles", styles: [] }]);
  });

test("an image dragged out of the window lands where it is dropped, remembers how it was made, and is one undo step", () => {
  machine.open("history");
  const dropped = { applyId: 4, key: "k", name: "a cat", provenance: provenance(7, "a cat"), tilePx: 96 };
  machine.fromUi(`{ type: "image", applyId: 4, key: "k", bytes: ${bytesOf(drawPng(1, 8))} }`);
  machine.evaluate(`run.drop({ x: 500, y: 300 }, ${JSON.stringify(dropped)})`);
  const [layer] = page();
  assert.deepEqual([layer?.name, layer?.x, layer?.y, layer?.width], ["a cat", 452, 252, 96]);
  assert.equal(ProvenanceSchema.parse(JSON.parse(layer!.data)).seed, 7);
  assert.match(layer!.hash ?? "", /^[0-9a-f]{40}$/);
  machine.evaluate("run.drop({ x: 0, y: 0 }, { someone: 'else' })");
  assert.equal(page().length, 1, "other drops are the editor's");
  machine.evaluate("sim.undo()");
  assert.deepEqual(page(), []);
  machine.evaluate(`run.drop({ x: 0, y: 0 }, ${JSON.stringify(dropped)})`);
  assert.match(String(lastSent()["detail"]), /^drop: expected the bytes/);
  assert.deepEqual(page(), []);
});

test("session and window size are kept, a size only within its bounds", () => {
  machine.open("caption-to-artboard");
  machine.fromUi(`{ type: "save-session", session: { form: { captions: "a cat" } } }`);
  machine.fromUi(`{ type: "resize", size: { width: 5000, height: 500 } }`);
  machine.open("caption-to-artboard");
  const { options } = machine.evaluate<{ options: { width: number; height: number } }>("shown[shown.length - 1]");
  assert.deepEqual([options.width, options.height], [960, 500]);
  machine.fromUi(`{ type: "ready" }`);
  assert.deepEqual(lastSent()["session"], { form: { captions: "a cat" } });
});

test("selected layers are read by name with what keeps them from being filled, a drawing as SVG", () => {
  machine.open("fill-names");
  machine.evaluate(`sim.select([
    sim.addLayer("RECTANGLE", { name: "anchor", strokes: [{ type: "SOLID", color: { r: 0, g: 0, b: 0 } }] }),
    sim.addLayer("RECTANGLE", { name: "moon", locked: true }),
  ])`);
  machine.fromUi(`{ type: "read-layers", readId: 3 }`);
  const { layers, unreadCount } = lastSent<{ layers: { name: string; problem?: string }[]; unreadCount: number }>();
  assert.deepEqual(
    layers.map(({ name, problem }) => [name, problem]),
    [
      ["anchor", undefined],
      ["moon", "locked"],
    ],
  );
  assert.equal(unreadCount, 0);
  machine.fromUi(`{ type: "read-drawing", readId: 4 }`);
  assert.match(lastSent<{ svg: string }>().svg, /^<svg .*<rect .*stroke="#000000"/);
});

test("settings are kept in client storage, and closing the UI closes the plugin", () => {
  machine.open("settings");
  machine.fromUi(`{ type: "ready" }`);
  assert.deepEqual(lastSent()["launch"], { kind: "command", command: "settings" });
  machine.fromUi(
    `{ type: "save-settings", settings: { serverUrl: "http://localhost:9000", token: "t", applyAutomatically: true } }`,
  );
  machine.fromUi(`{ type: "notify", text: "${"x".repeat(140)}", isError: true }`);
  assert.equal(machine.evaluate<string>("notes[0].text").length, 100);
  machine.fromUi(`{ type: "close" }`);
  assert.equal(machine.evaluate("closed"), 1);
  machine.open("caption-to-artboard");
  machine.fromUi(`{ type: "ready" }`);
  assert.equal((lastSent()["settings"] as { token: string }).token, "t");
});

test("a page of the server opens in the browser, and nothing that is no page", () => {
  machine.open("help");
  for (const url of ["http://localhost:7826/docs", "javascript:alert(1)", "figma://file"])
    machine.fromUi(JSON.stringify({ type: "open-external", url }));
  machine.fromUi(`{ type: "open-external" }`);
  assert.deepEqual(machine.evaluate("opened"), ["http://localhost:7826/docs"]);
});

test("in FigJam, which has no frames, the artboard is a section with the same grid", () => {
  machine.open("caption-to-artboard", undefined, "figjam");
  apply(1, { "a cat": 4 });
  const [section] = page();
  assert.deepEqual([section?.type, section?.name], ["SECTION", "a cat"]);
  assert.deepEqual(
    section?.children.map(({ x, y }) => [x, y]),
    [
      [24, 24],
      [296, 24],
      [24, 296],
      [296, 296],
    ],
  );
});

test("nodes offer buttons for what their editor can do: vectors and components need a design file", () => {
  const design = ["components", "drawings", "make-again", "redraw", "restyle", "upscale", "variations", "vectorise"];
  const others = ["drawings", "make-again", "redraw", "restyle", "upscale", "variations"];
  for (const [editor, offered] of [
    ["figma", design],
    ["figjam", others],
    ["slides", others],
  ] as const) {
    machine.evaluate("sim.tree.childrenOf(sim.tree.pageId).map(({ id }) => sim.tree.remove(id))");
    machine.open("caption-to-artboard", undefined, editor);
    apply(1, { "a cat": 1 });
    const images: Shape[] = [];
    const collect = (shapes: readonly Shape[]): void => {
      for (const shape of shapes) {
        if (shape.hash !== null) images.push(shape);
        collect(shape.children);
      }
    };
    collect(page());
    assert.deepEqual(
      images.map(({ relaunch }) => Object.keys(relaunch).sort()),
      [offered],
      editor,
    );
  }
});

test("the host is as strict as Figma with dynamic pages, limits and closed plugins", () => {
  machine.open("caption-to-artboard");
  const throws = (expression: string, reason: RegExp): void => {
    assert.throws(() => machine.evaluate(expression), reason, expression);
  };
  throws(`figma.getNodeById("0:1")`, /dynamic-page/);
  throws(`figma.currentPage = null`, /dynamic-page/);
  throws(`figma.createFrame().setPluginData("k", "x".repeat(100001))`, /too large/);
  throws(`figma.clientStorage.setAsync("k", "x".repeat(6e6))`, /5 MB/);
  throws(`figma.createImage(${bytesOf(drawPng(1, 8).fill(0x20, 16, 20))})`, /too large/);
  throws(`(() => { "use strict"; figma.createRectangle().unknown = 1; })()`, /extensible|add/);
  throws(`(() => { const r = figma.createRectangle(); r.remove(); return r.x; })()`, /does not exist/);
  machine.evaluate("figma.closePlugin()");
  throws("figma.createFrame()", /closed/);
});
