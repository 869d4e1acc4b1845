/** The selection read on request: layers that can be filled, by name, and a drawing as SVG. Only reads. */
import type { FillableLayer } from "../../../shared/messages/layer-messages.ts";
import { problemOf } from "../layers/layers.ts";
import { holdsLayers, vectorProblemOf } from "../layers/vector-nodes.ts";
import { createYield } from "../slices.ts";

/** Layers of one fill: a page of icons has some hundred. */
const layersMax = 1000;

export interface ReadLayers {
  readonly layers: readonly FillableLayer[];
  readonly unreadCount: number;
}

/** The selected layers themselves, in their order. */
export async function readLayers(nodes: readonly SceneNode[]): Promise<ReadLayers> {
  const yieldToEditor = createYield();
  const layers: FillableLayer[] = [];
  for (const node of nodes.slice(0, layersMax)) {
    // It may have been deleted in a pause.
    const problem = problemOf(node);
    if (problem !== "gone") {
      const vectorProblem = vectorProblemOf(node);
      const problems = { ...(problem && { problem }), ...(vectorProblem && { vectorProblem }) };
      layers.push({ id: node.id, name: node.name, ...problems, ...(holdsLayers(node) && { holdsLayers: true }) });
    }
    const pause = yieldToEditor();
    if (pause !== undefined) await pause;
  }
  return { layers, unreadCount: Math.max(0, nodes.length - layersMax) };
}

/** The first selected layer as SVG with its strokes; empty when there is none, or it can't be exported. */
export async function readDrawing(
  nodes: readonly SceneNode[],
): Promise<{ readonly name: string; readonly svg: string }> {
  const node = nodes[0];
  if (node === undefined) return { name: "", svg: "" };
  try {
    return { name: node.name, svg: await node.exportAsync({ format: "SVG_STRING" }) };
  } catch {
    // An empty frame, or a layer outside the page: nothing to draw from.
    return { name: node.name, svg: "" };
  }
}
