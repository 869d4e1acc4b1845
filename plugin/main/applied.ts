/** Watches whether what was last applied is still there: after an undo the UI offers it again. */
import { imageKey } from "./layers.ts";

interface Applied {
  readonly applyId: number;
  readonly nodes: readonly { readonly id: string; readonly imageHash: string }[];
}

let last: Applied | undefined;

export async function watchApplied(applyId: number, nodeIds: readonly string[]): Promise<void> {
  const nodes = await Promise.all(nodeIds.map((id) => figma.getNodeByIdAsync(id)));
  last = {
    applyId,
    nodes: nodes.flatMap((node) => (node === null ? [] : [{ id: node.id, imageHash: node.getPluginData(imageKey) }])),
  };
}

/** The apply id when every trace of the last set is gone, and then never again. */
export async function takeUnapplied(): Promise<number | undefined> {
  const watched = last;
  if (watched === undefined || watched.nodes.length === 0) return undefined;
  const nodes = await Promise.all(watched.nodes.map(({ id }) => figma.getNodeByIdAsync(id)));
  const isThere = watched.nodes.some(({ imageHash }, index) => {
    const node = nodes[index] ?? null;
    return node !== null && !node.removed && node.getPluginData(imageKey) === imageHash;
  });
  if (isThere || last !== watched) return undefined;
  last = undefined;
  return watched.applyId;
}
