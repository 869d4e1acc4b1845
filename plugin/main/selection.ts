/** What the selection offers to the UI: texts that can be captions, and nodes that Tau made. Bounded, never deep. */
import { provenanceKey, type Selection } from "../../shared/messages.ts";

/** Layers read from one selection: more captions than this is not a batch that a person meant. */
export const layersMax = 50;

export function readSelection(): Selection {
  const nodes = figma.currentPage.selection.slice(0, layersMax);
  const texts = nodes
    .filter((node): node is TextNode => node.type === "TEXT")
    // Top to bottom, then left to right: the order in which a person reads them.
    .sort((a, b) => a.y - b.y || a.x - b.x)
    .map((node) => ({ id: node.id, text: node.characters.replace(/\s+/g, " ").trim() }))
    .filter(({ text }) => text !== "");
  const images = nodes
    .map((node) => ({
      id: node.id,
      isArtboard: node.type === "FRAME" || node.type === "SECTION",
      provenance: node.getPluginData(provenanceKey),
    }))
    .filter(({ provenance }) => provenance !== "");
  return { texts, images };
}
