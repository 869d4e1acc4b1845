/**
 * What the selection offers to the UI: texts that can be captions, and nodes that Tau made. Bounded, never deep. It also says whether the
 * plugin or a person made the selection.
 */
import { layersMax, provenanceKey, type Selection } from "../../../shared/messages/messages.ts";
import { sizeKey, vectorKey } from "../../../shared/messages/vector-messages.ts";
import { variantsIn } from "./read-icons.ts";

let ownKey: string | undefined;
const keyOf = (nodes: readonly SceneNode[]): string =>
  nodes
    .slice(0, layersMax)
    .map(({ id }) => id)
    .sort()
    .join() + nodes.length;

/** Selects what the plugin added. */
export function selectAdded(page: PageNode, nodes: readonly SceneNode[]): void {
  // First: the event of the selection may come at once.
  ownKey = keyOf(nodes);
  page.selection = nodes;
}

export function readSelection(): Selection {
  const { selection } = figma.currentPage;
  const nodes = selection.slice(0, layersMax);
  const texts = inReadingOrder(nodes.filter((node) => charactersOf(node) !== undefined))
    .map((node) => ({ id: node.id, text: charactersOf(node)!.replace(/\s+/g, " ").trim() }))
    .filter(({ text }) => text !== "");
  const images = nodes
    .flatMap((node) => (node.type === "COMPONENT_SET" ? variantsIn(node) : [node]))
    .map((node) => {
      const vector = node.getPluginData(vectorKey);
      return {
        id: node.id,
        isArtboard: "children" in node && vector === "",
        provenance: node.getPluginData(provenanceKey),
        ...(vector === "" ? {} : { vector, sizesPx: sizesOf(node) }),
      };
    })
    .filter(({ provenance }) => provenance !== "");
  const key = keyOf(selection);
  const isOwn = key === ownKey;
  // Of one change: who selects the same later chooses it.
  ownKey = undefined;
  return { texts, images, layerCount: selection.length, key, isOwn };
}

/** Sides of the variants that a drawing has. */
const sizesOf = (node: SceneNode): number[] =>
  node.parent?.type !== "COMPONENT_SET"
    ? []
    : [...new Set(node.parent.children.map((child) => Number(child.getPluginData(sizeKey))))].filter(
        (size) => size > 0,
      );

/** Text of a text layer, and in FigJam of a sticky or a shape. */
function charactersOf(node: SceneNode): string | undefined {
  if (node.type === "TEXT") return node.characters;
  return node.type === "STICKY" || node.type === "SHAPE_WITH_TEXT" ? node.text.characters : undefined;
}

/**
 * As a person reads the page: row by row from the top, each from the left, wherever in frames the layers are. A layer is
 * in the row of the first one whose height its middle lies in.
 */
function inReadingOrder(nodes: readonly SceneNode[]): SceneNode[] {
  const placed = nodes
    .map((node) => ({ node, box: node.absoluteBoundingBox ?? node }))
    .sort((a, b) => a.box.y - b.box.y);
  const rows: (typeof placed)[] = [];
  for (const entry of placed) {
    const first = rows.at(-1)?.[0]?.box;
    const middle = entry.box.y + entry.box.height / 2;
    if (first !== undefined && middle <= first.y + first.height) rows.at(-1)!.push(entry);
    else rows.push([entry]);
  }
  return rows.flatMap((row) => row.sort((a, b) => a.box.x - b.box.x).map(({ node }) => node));
}
