/** Watches whether what was applied last is still there: after an undo the UI offers it again. */
import { findNode, imageKey } from "./layers/layers.ts";

/** A node that was applied, and the image that it was given; empty for an artboard. */
export interface AppliedNode {
  readonly id: string;
  readonly imageHash: string;
  /** Where no image shows it: whether the layer still is as it was left. */
  readonly isThere?: (node: BaseNode) => boolean;
}

interface Applied {
  readonly applyId: number;
  readonly nodes: readonly AppliedNode[];
}

/** Sets that are watched, the last one at the end: once it is undone, the one before is the last. */
const watched: Applied[] = [];
/** Sets that somebody undoes one by one. */
const watchedMax = 20;
let isLooking = false;
let hasChangedMeanwhile = false;

export function watchApplied(applyId: number, nodes: readonly AppliedNode[]): void {
  watched.push({ applyId, nodes });
  if (watched.length > watchedMax) watched.shift();
}

/**
 * The apply id when every trace of the last set is gone, and then never again. Asked while it looks, it looks once more:
 * a page on which much happens is not searched many times at once.
 */
export async function takeUnapplied(): Promise<number | undefined> {
  hasChangedMeanwhile = true;
  if (isLooking) return undefined;
  isLooking = true;
  try {
    while (hasChangedMeanwhile) {
      hasChangedMeanwhile = false;
      const last = watched.at(-1);
      if (last === undefined || last.nodes.length === 0) return undefined;
      const isThere = await isAnyThere(last.nodes);
      if (isThere || watched.at(-1) !== last) continue;
      watched.pop();
      return last.applyId;
    }
    return undefined;
  } finally {
    isLooking = false;
  }
}

async function isAnyThere(nodes: readonly AppliedNode[]): Promise<boolean> {
  const hasImage = (node: BaseNode, hash: string): boolean => node.getPluginData(imageKey) === hash;
  for (const { id, imageHash, isThere = (node: BaseNode) => hasImage(node, imageHash) } of nodes) {
    const node = await findNode(id);
    if (node !== null && !node.removed && isThere(node)) return true;
  }
  return false;
}
