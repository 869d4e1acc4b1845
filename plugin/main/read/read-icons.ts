/** Icons of the selection: images with their bytes, and anything else as SVG. A frame or section of Tau's icons is those icons. Only reads. */
import { limits } from "../../../shared/limits.ts";
import { provenanceKey } from "../../../shared/messages/messages.ts";
import { type IconSource, type SkippedIcon, svgKey, vectorKey } from "../../../shared/messages/vector-messages.ts";
import { imagePaintIndex, isInInstance, isLocked } from "../layers/layers.ts";
import { holdsLayers } from "../layers/vector-nodes.ts";
import { createYield } from "../slices.ts";

/** Icons read at once: two families. */
const iconsMax = 2 * limits.familyMax;

export interface ReadIcons {
  readonly icons: readonly IconSource[];
  readonly skipped: readonly SkippedIcon[];
  readonly unreadCount: number;
}

export async function readIcons(
  selection: readonly SceneNode[],
  sendImage: (hash: string, bytes: Uint8Array) => void,
): Promise<ReadIcons> {
  const yieldToEditor = createYield();
  const nodes = selection.flatMap((node) => iconsIn(node));
  const icons: IconSource[] = [];
  const skipped: SkippedIcon[] = [];
  const sent = new Set<string>();
  for (const node of nodes.slice(0, iconsMax)) {
    if (node.removed) continue;
    const found = await readIcon(node, sent, sendImage);
    if ("reason" in found) skipped.push(found);
    else icons.push(found);
    await yieldToEditor();
  }
  return { icons, skipped, unreadCount: Math.max(0, nodes.length - iconsMax) };
}

const isMade = (node: SceneNode): boolean =>
  node.getPluginData(provenanceKey) !== "" || node.getPluginData(vectorKey) !== "";

/** The icons that a selected layer stands for; of a component set those that are drawn apart, or all its variants. */
export function iconsIn(
  node: SceneNode,
  ofSet: (set: ComponentSetNode) => readonly SceneNode[] = variantsIn,
): readonly SceneNode[] {
  if (node.type === "COMPONENT_SET") return ofSet(node);
  if (node.type === "SECTION") return node.children.flatMap((child) => iconsIn(child, ofSet));
  const isArtboard = (node.type === "FRAME" || node.type === "GROUP") && node.getPluginData(vectorKey) === "";
  return isArtboard && node.children.some(isMade) ? node.children : [node];
}

/** One variant for each drawing: the largest, whose other sizes follow it. */
export function variantsIn(set: ComponentSetNode): SceneNode[] {
  const largest = new Map<string, SceneNode>();
  for (const child of set.children) {
    const drawing = child.getPluginData(provenanceKey) || child.id;
    const known = largest.get(drawing);
    if (known === undefined || child.width > known.width) largest.set(drawing, child);
  }
  return [...largest.values()];
}

/** A variant's name is a list of properties. Where none of them names the icon, its set's name says what it shows. */
const nameOf = ({ name, parent }: SceneNode): string =>
  parent?.type === "COMPONENT_SET" && !/(^|, )(Icon|Name)=/i.test(name) ? parent.name : name;

async function readIcon(
  node: SceneNode,
  sent: Set<string>,
  sendImage: (hash: string, bytes: Uint8Array) => void,
): Promise<IconSource | SkippedIcon> {
  const about = { nodeId: node.id, nodeName: nameOf(node) };
  if (node.type === "INSTANCE" && (await node.getMainComponentAsync().catch(() => null)) === null)
    return { ...about, reason: "no-main" };
  const imageHash = imageOf(node);
  // An image inside an instance can be overridden, a drawing can't.
  const isInstance = imageHash === undefined ? isInInstance(node) : node.type === "INSTANCE";
  const source = {
    ...about,
    widthPx: node.width,
    heightPx: node.height,
    provenance: node.getPluginData(provenanceKey),
    vector: node.getPluginData(vectorKey),
    ...(isInstance ? { problem: "instance" as const } : isLocked(node) ? { problem: "locked" as const } : {}),
  };
  if (imageHash !== undefined) {
    if (sent.has(imageHash)) return { ...source, imageHash };
    const bytes = await figma
      .getImageByHash(imageHash)
      ?.getBytesAsync()
      .catch(() => undefined);
    if (bytes === undefined) return { ...about, reason: "missing" };
    if (bytes.length > limits.uploadMaxBytes) return { ...about, reason: "too-many-bytes" };
    sent.add(imageHash);
    sendImage(imageHash, bytes);
    return { ...source, imageHash };
  }
  try {
    const svg = await node.exportAsync({ format: "SVG_STRING" });
    if (!/<(?:path|rect|circle|ellipse|line|polygon|polyline|image|text)\b/.test(svg))
      return { ...about, reason: "empty" };
    const traced = node.getPluginData(svgKey);
    const [[a, b], [c, d]] = node.absoluteTransform;
    const turn = a === 1 && d === 1 ? {} : { turn: [a, b, c, d] as const };
    const held = holdsLayers(node) ? { holdsLayers: true as const } : {};
    return { ...source, svg, ...turn, ...(traced === "" ? {} : { traced }), ...held };
  } catch {
    // A hidden or empty layer: there is nothing to draw from.
    return { ...about, reason: "empty" };
  }
}

/** The image that a layer shows; layers with others inside are exported as they look. */
function imageOf(node: SceneNode): string | undefined {
  if (!("fills" in node) || node.fills === figma.mixed || ("children" in node && node.children.length > 0))
    return undefined;
  const paint = node.fills[imagePaintIndex(node)];
  return paint?.type === "IMAGE" && paint.imageHash !== null ? paint.imageHash : undefined;
}
