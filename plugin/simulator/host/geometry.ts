/**
 * Where a layer is: transforms and bounding boxes of nested and rotated layers, as Figma's typings describe them.
 * A transform is two rows of three, from the layer's own px to its parent's, or to the page's.
 */
import type { NodeRecord } from "./node-record.ts";
import type { SimTree } from "./tree.ts";

export function relativeTransform({ x, y, rotation, isFlipped }: NodeRecord): Transform {
  const angle = (rotation * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const down = isFlipped ? -1 : 1;
  return [
    [cos, sin * down, x],
    [-sin, cos * down, y],
  ];
}

/** The layer's members that make this transform. */
export const placedBy = ([[a, b, x], [c, d, y]]: Transform) => ({
  ...{ x, y, rotation: (Math.atan2(-c, a) * 180) / Math.PI, isFlipped: a * d - b * c < 0 },
});

const multiply = ([[a, b, c], [d, e, f]]: Transform, [[g, h, i], [j, k, l]]: Transform): Transform => [
  [a * g + b * j, a * h + b * k, a * i + b * l + c],
  [d * g + e * j, d * h + e * k, d * i + e * l + f],
];

export function absoluteTransform(tree: SimTree, record: NodeRecord): Transform {
  let transform = relativeTransform(record);
  for (let up = record.parent; up !== null; ) {
    const parent = tree.get(up);
    transform = multiply(relativeTransform(parent), transform);
    up = parent.parent;
  }
  return transform;
}

/** The upright box on the page around a layer, effects and strokes left out. */
export function absoluteBox(tree: SimTree, record: NodeRecord): Rect {
  const [[a, b, c], [d, e, f]] = absoluteTransform(tree, record);
  const corners = [
    [0, 0],
    [record.width, 0],
    [0, record.height],
    [record.width, record.height],
  ] as const;
  const xs = corners.map(([x, y]) => a * x + b * y + c);
  const ys = corners.map(([x, y]) => d * x + e * y + f);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
