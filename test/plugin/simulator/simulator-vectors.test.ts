/** The simulator's vectors: what `createNodeFromSvg` reads and `exportAsync` writes look alike when rendered; groups, instances, variables. */
import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { SimDocument } from "../../../plugin/simulator/host/document.ts";
import { createRun } from "../../../plugin/simulator/host/run.ts";
import { memoryStore } from "../../../plugin/simulator/host/storage.ts";

const quiet = { showUi: () => undefined, toUi: () => undefined, notify: () => undefined, closed: () => undefined };
function openFigma(): { readonly figma: PluginAPI; readonly sim: SimDocument } {
  const sim = new SimDocument(memoryStore());
  return { sim, figma: createRun(sim, quiet, "vectorise").figma };
}
const wrapped = (body: string, size = 'width="96" height="96" viewBox="0 0 24 24"'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${size} fill="none">${body}</svg>`;

/** SVG as other tools write it: relative arcs, groups with transforms, CSS, short colours, gradients of both kinds. */
const drawings: Readonly<Record<string, string>> = {
  "arcs, shorthand curves and relative commands":
    '<path fill="#e03131" d="M12 2a6 6 0 0 1 6 6v4q0 4-4 4t-4-4V8z"/><path fill="#1971c2" fill-rule="evenodd" d="M4 14h6v6H4zm2 2h2v2H6z"/><path d="M14 17c2 0 2 4 4 4s2-4 4-4v5h-8z" fill="#2f9e44"/>',
  "groups, transforms and styles":
    '<g id="wheel" transform="translate(12 12) rotate(30)" style="fill:#f08c00"><rect x="-8" y="-2" width="16" height="4"/><circle r="3" cy="6" fill="#364"/></g><g transform="matrix(.5 0 0 .5 2 2)"><ellipse cx="6" cy="4" rx="5" ry="3" fill="rgb(10,120,200)"/><polygon points="20,2 26,8 14,8" fill="black"/></g>',
  "strokes and opacity":
    '<path d="M3 12h18" stroke="#862e9c" stroke-width="2"/><line x1="3" y1="3" x2="21" y2="9" stroke="#0b7285" stroke-width="1.5"/><rect x="6" y="14" width="12" height="7" fill="#fab005" opacity=".5"/>',
  "clip paths, nested":
    '<defs><clipPath id="a"><circle cx="12" cy="12" r="9"/></clipPath><clipPath id="b"><path d="M0 0h12v24H0z"/></clipPath></defs><g clip-path="url(#a)"><rect width="24" height="24" fill="#4dabf7"/><g clip-path="url(#b)" transform="translate(2 0)"><rect width="24" height="24" fill="#e8590c"/></g></g><rect x="1" y="1" width="3" height="3" fill="#2f9e44"/>',
  "linear gradients of user space and of the box":
    '<defs><linearGradient id="a" gradientUnits="userSpaceOnUse" x1="2" y1="4" x2="22" y2="14"><stop stop-color="#4dabf7"/><stop offset="1" stop-color="#862e9c"/></linearGradient><linearGradient id="b"><stop offset="20%" stop-color="#fff3bf"/><stop offset="1" stop-color="#e8590c"/></linearGradient></defs><path d="M2 2h20v12H2z" fill="url(#a)"/><path d="M4 16h16v6H4z" fill="url(#b)"/>',
};
const render = async (svg: string): Promise<Buffer> => sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();

for (const [name, body] of Object.entries(drawings))
  test(`an imported drawing looks as before when it is exported: ${name}`, async () => {
    const { figma } = openFigma();
    const frame = figma.createNodeFromSvg(wrapped(body));
    assert.deepEqual([frame.type, frame.width, frame.height], ["FRAME", 96, 96]);
    const exported = await frame.exportAsync({ format: "SVG_STRING" });
    const [before, after] = await Promise.all([render(wrapped(body)), render(exported)]);
    const difference = before.reduce((sum, value, at) => sum + Math.abs(value - after[at]!), 0) / before.length;
    assert.ok(difference < 1.2, `a mean difference below 1.2 of 255, got ${difference}: ${exported}`);
  });

test("layers get the ids of their shapes, groups are as large as what is in them, and broken SVG is refused", () => {
  const { figma } = openFigma();
  const frame = figma.createNodeFromSvg(
    wrapped(
      '<g id="face"><path id="dark-blue" d="M4 4h8v8H4z"/><path d="M10 10h6v6h-6z"/></g>',
      'width="24" height="24"',
    ),
  );
  const group = frame.children[0] as GroupNode;
  assert.deepEqual(
    [group.type, group.name, group.x, group.y, group.width, group.height],
    ["GROUP", "face", 4, 4, 12, 12],
  );
  assert.deepEqual(
    group.children.map((child) => [child.type, child.name, child.x, child.y]),
    [
      ["VECTOR", "dark-blue", 4, 4],
      ["VECTOR", "Vector", 10, 10],
    ],
  );
  for (const child of group.children) child.remove();
  assert.equal(group.removed, true, "an empty group goes");
  for (const broken of ["", "<p>", "<svg><g></svg>", "no"])
    assert.throws(() => figma.createNodeFromSvg(broken), /Failed to parse SVG/);
});

test("an instance follows its component's layers, keeps what was overridden, and loses it with the layer", async () => {
  const { figma } = openFigma();
  const svg = (d: string, more = ""): string =>
    wrapped(`<path id="body" fill="#ff0000" d="${d}"/>${more}`, 'width="24" height="24"');
  const component = figma.createComponentFromNode(
    figma.createNodeFromSvg(svg("M0 0h12v12H0z", '<path id="eye" fill="#fff" d="M2 2h4v4H2z"/>')),
  );
  const instance = component.createInstance();
  const blue = [{ type: "SOLID", color: { r: 0, g: 0, b: 1 } }] as const;
  (instance.children[0] as VectorNode).fills = blue;
  const body = component.children[0] as VectorNode;
  body.vectorPaths = [{ windingRule: "EVENODD", data: "M0 0L20 0L20 8L0 8Z" }];
  assert.deepEqual([body.width, body.height], [20, 8]);
  body.fills = [{ type: "SOLID", color: { r: 0, g: 1, b: 0 } }];
  const shown = instance.children[0] as VectorNode;
  assert.deepEqual([shown.width, shown.height], [20, 8], "geometry follows");
  assert.deepEqual((shown.fills as readonly Paint[])[0], blue[0], "the override stays");
  component.children[1]!.remove();
  assert.equal(instance.children.length, 1);
  assert.equal((await instance.getMainComponentAsync())?.id, component.id);
  component.remove();
  assert.equal(await instance.getMainComponentAsync(), null);
});

test("variants take their properties from their names, a set takes components alone, and only design files have them", () => {
  const { figma, sim } = openFigma();
  const variants = [16, 24].map((size) => {
    const component = figma.createComponentFromNode(figma.createFrame());
    component.name = `Size=${size}, Style=Flat`;
    return component;
  });
  const set = figma.combineAsVariants(variants, figma.currentPage);
  assert.deepEqual(variants[1]!.variantProperties, { Size: "24", Style: "Flat" });
  assert.deepEqual(
    set.children.map(({ x, y }) => [x, y]),
    [
      [0, 0],
      [0, 0],
    ],
  );
  assert.throws(() => set.appendChild(figma.createFrame()), /component set/);
  assert.throws(() => figma.combineAsVariants([], figma.currentPage), /at least one/);
  const figjam = createRun(sim, quiet, "vectorise", "figjam").figma;
  assert.throws(() => figjam.createComponentFromNode(set), /Only available in Figma Design/);
});

test("a bound paint shows its variable's colour in the mode that its layer resolves to, through aliases too", async () => {
  const { figma } = openFigma();
  const collection = figma.variables.createVariableCollection("Brand");
  const [light] = collection.modes;
  const dark = collection.addMode("Dark");
  const base = figma.variables.createVariable("base", collection, "COLOR");
  base.setValueForMode(light!.modeId, { r: 1, g: 0, b: 0 });
  base.setValueForMode(dark, { r: 0, g: 0, b: 1 });
  const alias = figma.variables.createVariable("accent", collection, "COLOR");
  for (const mode of [light!.modeId, dark]) alias.setValueForMode(mode, { type: "VARIABLE_ALIAS", id: base.id });
  const layer = figma.createRectangle();
  layer.fills = [
    figma.variables.setBoundVariableForPaint({ type: "SOLID", color: { r: 0, g: 0, b: 0 } }, "color", alias),
  ];
  const colour = () => (layer.fills as readonly SolidPaint[])[0]!.color;
  assert.deepEqual(colour(), { r: 1, g: 0, b: 0 });
  const frame = figma.createFrame();
  frame.appendChild(layer);
  frame.setExplicitVariableModeForCollection(collection, dark);
  assert.deepEqual(layer.resolvedVariableModes, { [collection.id]: dark });
  assert.deepEqual(colour(), { r: 0, g: 0, b: 1 });
  const size = figma.variables.createVariable("size", collection, "FLOAT");
  assert.throws(
    () => figma.variables.setBoundVariableForPaint({ type: "SOLID", color: colour() }, "color", size),
    /COLOR/,
  );
  assert.deepEqual(
    (await figma.variables.getLocalVariablesAsync("COLOR")).map(({ name }) => name),
    ["base", "accent"],
  );
});
