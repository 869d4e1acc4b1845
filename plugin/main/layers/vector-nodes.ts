/**
 * Drawings as layers: a frame with a vector layer for each colour, new, or in the place of what a layer showed. Layers of the same
 * colour are changed instead of replaced, so that instances of a component keep what was overridden on them.
 */
import type { LayerProblem } from "../../../shared/messages/layer-messages.ts";
import { type ArtboardImage, provenanceKey } from "../../../shared/messages/messages.ts";
import { sizeKey, svgKey, type VectorContent, vectorKey } from "../../../shared/messages/vector-messages.ts";
import {
  blursOf,
  fittedSize,
  resizedSvg,
  type SvgSize,
  sharpSvg,
  viewSizeOf,
} from "../../../shared/vectors/vector-svg.ts";
import { remember } from "../remember.ts";
import { type Bound, boundPaints } from "./bindings.ts";
import { isInInstance, isLocked } from "./layers.ts";

/** Plugin data holds 100 kB an entry; a longer drawing, of a photograph, is not kept. */
const svgMaxChars = 90_000;

type Container = FrameNode | ComponentNode;
export type VectorImage = ArtboardImage & { readonly vector: VectorContent };
export const isVectorImage = (image: ArtboardImage): image is VectorImage => image.vector !== undefined;

let made = 0;

/** Why a drawing can't take a layer's place; undefined when it can. */
export function vectorProblemOf(node: BaseNode | null): LayerProblem | undefined {
  if (node === null || node.removed) return "gone";
  if (node.type === "PAGE" || node.type === "DOCUMENT" || node.type === "SECTION" || node.type === "COMPONENT_SET")
    return "no-fills";
  if (isInInstance(node)) return "instance";
  if (isLocked(node)) return "locked";
  return node.type === "COMPONENT" && node.layoutMode !== "NONE" ? "read-only" : undefined;
}

/** Whether a drawing in a layer's place takes away more than a former drawing: layers that someone made. */
export const holdsLayers = (node: SceneNode): boolean =>
  "children" in node && node.children.length > 0 && node.getPluginData(vectorKey) === "";

/** The drawing as a new frame within a box, on the page; it is put in `nodes` as soon as it exists. */
export function createVector({ svg }: VectorContent, box: SvgSize, bound: Bound, nodes: SceneNode[]): FrameNode {
  const size = fittedSize(svg, box);
  // What Figma makes of filters is not documented: blurs become its own effects.
  const frame = figma.createNodeFromSvg(resizedSvg(sharpSvg(svg), size));
  nodes.push(frame);
  for (const [index, deviation] of blursOf(svg)) {
    const radius = (2 * deviation * size.width) / viewSizeOf(svg)!.width;
    const child = frame.children[index];
    if (child && "effects" in child)
      child.effects = [{ type: "LAYER_BLUR", blurType: "NORMAL", radius, visible: true }];
  }
  if (bound.byHex.size > 0) for (const child of frame.children) bindColours(child, bound);
  return frame;
}

function bindColours(node: SceneNode, bound: Bound): void {
  if ("fills" in node && node.fills !== figma.mixed) node.fills = boundPaints(node.fills, bound);
  if ("strokes" in node) node.strokes = boundPaints(node.strokes, bound);
}

/** What a vector remembers: how it was drawn, in which colours, and its buttons. @returns what identifies it */
export function rememberVector(node: Container, image: VectorImage): string {
  const { vector } = image;
  const mark = `vector ${Date.now().toString(36)} ${++made}`;
  node.setPluginData(vectorKey, JSON.stringify(vector.record));
  node.setPluginData(svgKey, vector.svg.length > svgMaxChars ? "" : vector.svg);
  remember(node, image, mark, "vector");
  return mark;
}

/** Puts a drawing in the place of a layer. @throws Error when the editor refuses @returns the node and its new mark */
export function putVector(
  node: SceneNode,
  image: VectorImage,
  bound: Bound,
  nodes: SceneNode[],
): { id: string; imageHash: string } {
  const isContainer = node.type === "COMPONENT" || (node.type === "FRAME" && node.layoutMode === "NONE");
  if (!isContainer) return replaceNode(node, image, bound, nodes);
  let mark = "";
  for (const target of node.type === "COMPONENT" ? variantsLike(node) : [node]) {
    const { fitted = {}, svg } = image.vector;
    const sizePx = Number(target.getPluginData(sizeKey));
    replaceContent(target, { ...image.vector, svg: fitted[sizePx] ?? svg }, bound);
    mark = rememberVector(target, image);
  }
  return { id: node.id, imageHash: mark };
}

/** The variants of one drawing: all sizes change together. */
function variantsLike(node: ComponentNode): ComponentNode[] {
  const set = node.parent;
  const own = node.getPluginData(provenanceKey);
  if (set?.type !== "COMPONENT_SET" || own === "") return [node];
  const alike = set.children.filter(
    (child): child is ComponentNode => child.type === "COMPONENT" && child.getPluginData(provenanceKey) === own,
  );
  // The last one: its mark shows whether it was undone.
  return [...alike.filter(({ id }) => id !== node.id), node];
}

function replaceContent(container: Container, content: VectorContent, bound: Bound): void {
  const nodes: SceneNode[] = [];
  try {
    const fresh = createVector(content, container, bound, nodes);
    const [left, top] = [(container.width - fresh.width) / 2, (container.height - fresh.height) / 2];
    const unused = container.children.filter((child): child is VectorNode => child.type === "VECTOR");
    // Overrides of fills are none of strokes: a layer goes on as what it is.
    const take = (child: SceneNode, name?: string): VectorNode | undefined => {
      const index = unused.findIndex(
        (layer) => (name ?? layer.name) === layer.name && hasStrokes(layer) === hasStrokes(child),
      );
      return child.type !== "VECTOR" || index < 0 ? undefined : unused.splice(index, 1)[0];
    };
    const drawn = fresh.children.map((child) => ({ child, old: take(child, child.name) }));
    for (const [index, { child, old = take(child) }] of drawn.entries()) {
      const [x, y] = [child.x + left, child.y + top];
      if (old !== undefined) takeOver(old, child as VectorNode);
      const own = old ?? child;
      container.insertChild(index, own);
      own.x = x;
      own.y = y;
    }
    const kept = new Set(container.children.slice(0, drawn.length).map(({ id }) => id));
    for (const child of container.children) if (!kept.has(child.id)) child.remove();
    // The picture that was drawn anew would show behind the drawing.
    const { fills } = container;
    if (fills !== figma.mixed && fills.some(isImage)) container.fills = fills.filter((paint) => !isImage(paint));
  } finally {
    for (const node of nodes) if (!node.removed) node.remove();
  }
}

const isImage = ({ type }: Paint): boolean => type === "IMAGE";

export const hasStrokes = (layer: SceneNode): boolean => "strokes" in layer && layer.strokes.length > 0;

const paintKeys = [
  "fills",
  "strokes",
  "strokeWeight",
  "strokeCap",
  "strokeJoin",
  "strokeAlign",
  "dashPattern",
] as const;

/** The look of a layer on another one, which keeps its identity. */
function takeOver(node: VectorNode, look: VectorNode): void {
  // Layer blurs are the drawing's shadows; other effects are the designer's.
  if (node.name.endsWith("behind") || look.effects.length > 0)
    node.effects = [...node.effects.filter(({ type }) => type !== "LAYER_BLUR"), ...look.effects];
  node.name = look.name;
  node.vectorPaths = look.vectorPaths;
  node.resize(Math.max(0.01, look.width), Math.max(0.01, look.height));
  // Of a layer that was read from SVG none is mixed.
  for (const key of paintKeys) Object.assign(node, { [key]: look[key] });
}

function replaceNode(
  node: SceneNode,
  image: VectorImage,
  bound: Bound,
  nodes: SceneNode[],
): { id: string; imageHash: string } {
  const frame = createVector(image.vector, node, bound, nodes);
  const parent = node.parent as (BaseNode & ChildrenMixin) | null;
  frame.name = node.name;
  parent?.insertChild(parent.children.indexOf(node), frame);
  // First: in an auto layout Figma leaves out where a transform puts a layer that flows.
  if ("layoutPositioning" in node && node.layoutPositioning === "ABSOLUTE") frame.layoutPositioning = "ABSOLUTE";
  // Turned and flipped as the layer, in the middle of its own sides.
  const [[a, b, x], [c, d, y]] = node.relativeTransform;
  const [left, top] = [(node.width - frame.width) / 2, (node.height - frame.height) / 2];
  frame.relativeTransform = [
    [a, b, x + a * left + b * top],
    [c, d, y + c * left + d * top],
  ];
  if ("opacity" in node) frame.opacity = node.opacity;
  if ("constraints" in node) frame.constraints = node.constraints;
  const imageHash = rememberVector(frame, image);
  // Last: until here nothing of the page has changed for good.
  node.remove();
  nodes.splice(nodes.indexOf(frame), 1);
  return { id: frame.id, imageHash };
}
