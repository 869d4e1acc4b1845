/** Vectors that are turned or flipped: what is put in their place is seen in the same place, the same way round. */
import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { upright } from "../../../plugin/ui/plans/icons.ts";
import type { IconSource } from "../../../shared/messages/vector-messages.ts";
import { useMachine } from "./use-machine.ts";

const machine = useMachine("vectorise");
const send = (message: object): void => machine.fromUi(JSON.stringify(message));
const lastSent = <T>(): T => machine.evaluate<T>("sent[sent.length - 1]");

/** No turn and no flip of it looks like another. */
const outline = "M0 0L100 0L100 20L30 20L30 60L0 60Z";
const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="60" viewBox="0 0 100 60" fill="none"><path id="red" fill="#ff0000" d="${outline}"/></svg>`;

const [cos, sin] = [Math.cos(0.5), Math.sin(0.5)];
type Transform = readonly (readonly number[])[];
// Where Figma has the corner of a layer that is flipped in its own box of 40, 50 to 140, 110.
const transforms: Readonly<Record<string, Transform>> = {
  "as drawn": [
    [1, 0, 40],
    [0, 1, 50],
  ],
  "turned by 90°": [
    [0, 1, 40],
    [-1, 0, 150],
  ],
  "flipped from left to right": [
    [-1, 0, 140],
    [0, 1, 50],
  ],
  "flipped upside down": [
    [1, 0, 40],
    [0, -1, 110],
  ],
  "turned and flipped": [
    [cos, -sin, 40],
    [-sin, -cos, 150],
  ],
};

const render = (svg: string) => sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
async function assertAlike(one: string, other: string, what: string): Promise<void> {
  const [a, b] = await Promise.all([render(one), render(other)]);
  assert.equal(a.length, b.length, `${what}: the same size`);
  const difference = a.reduce((sum, value, at) => sum + Math.abs(value - b[at]!), 0) / a.length;
  assert.ok(difference < 2, `${what}: a mean difference below 2 of 255, got ${difference}`);
}
const seen = () =>
  machine.evaluate<{ svg: string; box: Record<string, number> }>(`(async () => {
    const [node] = figma.currentPage.children;
    return { svg: await node.exportAsync({ format: "SVG_STRING" }), box: node.absoluteBoundingBox };
  })()`);

for (const [name, transform] of Object.entries(transforms))
  test(`a vector ${name} is read as it is in its own px, and what replaces it is seen where and how it was`, async () => {
    const nodeId = machine.evaluate<string>(`(() => {
      const id = sim.addLayer("VECTOR", { name: "corner", width: 100, height: 60, fills: [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }],
        vectorPaths: [{ windingRule: "NONZERO", data: ${JSON.stringify(outline)} }] });
      figma.currentPage.children[0].relativeTransform = ${JSON.stringify(transform)};
      sim.tree.commit();
      sim.select([id]);
      return id;
    })()`);
    const before = seen();
    send({ type: "read-icons", readId: 1 });
    const [icon] = lastSent<{ icons: IconSource[] }>().icons;
    assert.equal(icon!.svg, before.svg);
    await assertAlike(upright({ ...icon!, url: "" }).svg!, drawing, "in its own px");
    const artboards = [{ caption: "", images: [{ key: "a", vector: { svg: drawing, record: {} } }] }];
    send({ type: "apply", applyId: 1, artboards, target: { kind: "replace", nodeIds: [nodeId], scaleMode: "FILL" } });
    const after = seen();
    for (const [side, px] of Object.entries(before.box))
      assert.ok(Math.abs(after.box[side]! - px) < 0.01, `${side}: expected ${px}, got ${after.box[side]}`);
    await assertAlike(after.svg, before.svg, "on the page");
  });

test("a line, which has no height, is replaced by a drawing as wide as it is, in its middle", () => {
  const stroke = `strokes: [{ type: "SOLID", color: { r: 1, g: 0, b: 0 } }]`;
  const nodeId = machine.evaluate<string>(
    `sim.addLayer("VECTOR", { name: "line", x: 10, y: 200, width: 120, height: 0, ${stroke} })`,
  );
  const artboards = [{ caption: "", images: [{ key: "a", vector: { svg: drawing, record: {} } }] }];
  send({ type: "apply", applyId: 1, artboards, target: { kind: "replace", nodeIds: [nodeId], scaleMode: "FILL" } });
  assert.deepEqual(seen().box, { x: 10, y: 164, width: 120, height: 72 });
});

test("a layer that is flipped upside down is not covered by what is placed beside it", () => {
  machine.evaluate(`(() => {
    sim.addLayer("FRAME", { name: "flipped", width: 400, height: 400 });
    figma.currentPage.children[0].relativeTransform = [[1, 0, -200], [0, -1, 200]];
  })()`);
  const images = [{ key: "a", vector: { svg: drawing, record: {} } }];
  const artboards = [{ caption: "corner", images }];
  send({ type: "apply", applyId: 1, artboards, target: { kind: "artboards", tilePx: 128 } });
  const [flipped, board] = machine.evaluate<Record<"x" | "y" | "width" | "height", number>[]>(
    "figma.currentPage.children.map((node) => node.absoluteBoundingBox)",
  );
  const isApart =
    board!.x >= flipped!.x + flipped!.width ||
    flipped!.x >= board!.x + board!.width ||
    board!.y >= flipped!.y + flipped!.height ||
    flipped!.y >= board!.y + board!.height;
  assert.ok(isApart, JSON.stringify([flipped, board]));
});
