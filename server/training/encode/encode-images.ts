/**
 * Encodes the images of a set: picture conditions (sketch, layout, image at a depth, low resolution) from each image's own pixels, as the
 * experts read examples, and the target's latents. Each image is read once and given to all; what each network makes is cached apart, so
 * that only what is not there yet, or comes from another network now, is made.
 */
import { joinRows } from "../../engine/join-rows.ts";
import type { ConditionTable } from "../../flow/training-set.ts";
import { denseTable, type VectorTable } from "../../flow/vector-table.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { storedWidth } from "./encode-rows.ts";
import { type ChunkPart, type EncodeContext, encodeChunks, keyOf } from "./encoded-chunks.ts";
import type { SetCondition, SetExperts } from "./pack-experts.ts";

/** Five seconds of work of the default pack's experts: what a stop may lose. */
const imagesAPiece = 512;

/** What one network makes of an image: the conditions that read it, side by side, or the target's latent. */
interface NetworkPart extends ChunkPart {
  /** `latents`: the target's. */
  readonly makes: readonly SetCondition[] | "latents";
}

export interface EncodedImages {
  /** One a condition, in their order. */
  readonly tables: readonly ConditionTable[];
  /** Posterior means of all images, [images, latentDims]; empty where no target was asked. */
  readonly latents: Float32Array;
}

/**
 * @param conditions that are read from pixels
 * @throws the signal's reason, AppError `storage_full`, and whatever `context.encode` throws; pieces that were done before stay
 */
export async function encodeSetImages(
  context: EncodeContext,
  conditions: readonly SetCondition[],
  target?: Pick<SetExperts, "target" | "targetDigest">,
): Promise<EncodedImages> {
  const { folder, images, signal, onProgress } = context;
  const total = images.items.length;
  const values = new Map(conditions.map((condition) => [condition, new Float32Array(total * storedWidth(condition))]));
  const latents = new Float32Array(total * (target?.target.latentDims ?? 0));
  const parts = groupsOf(conditions).map((group) => partOfGroup(images, group, values));
  if (target) parts.push(partOfTarget(images, target, latents));
  await encodeChunks({
    folder,
    what: "images",
    total,
    pieceRows: imagesAPiece,
    changedMs: images.pixelsChangedMs,
    parts,
    signal,
    onProgress,
    encode: (missing, start, count, onRows) => encodeParts(context, missing, start, count, onRows),
  });
  const own = images.items.map((_, row) => [row]);
  const tables = conditions.map((condition): ConditionTable => {
    const { name, expert } = condition;
    return {
      name,
      kind: "picture",
      dims: expert.dims,
      table: tableOf(condition, values.get(condition)!),
      options: own,
    };
  });
  return { tables, latents };
}

/** Conditions of one source: depths of one network cost one run. */
export function groupsOf(conditions: readonly SetCondition[]): SetCondition[][] {
  const bySource = new Map<string, SetCondition[]>();
  for (const condition of conditions)
    bySource.set(condition.source, [...(bySource.get(condition.source) ?? []), condition]);
  return [...bySource.values()];
}

/** @param values of all images by condition, filled piece by piece */
function partOfGroup(
  images: ImageSet,
  group: readonly SetCondition[],
  values: ReadonlyMap<SetCondition, Float32Array>,
): NetworkPart {
  const rowWidth = group.reduce((sum, condition) => sum + storedWidth(condition), 0);
  return {
    makes: group,
    key: keyOf(images, "picture", group[0]!.source),
    stem: group.map(stemOf).join("+"),
    width: rowWidth,
    // One block a condition, each [rows, its width].
    take(piece, start) {
      const rows = piece.length / rowWidth;
      let offset = 0;
      for (const condition of group) {
        const width = storedWidth(condition);
        values.get(condition)!.set(piece.subarray(offset, offset + rows * width), start * width);
        offset += rows * width;
      }
    },
  };
}

/** @param latents of all images, filled piece by piece */
function partOfTarget(
  images: ImageSet,
  { target, targetDigest }: Pick<SetExperts, "target" | "targetDigest">,
  latents: Float32Array,
): NetworkPart {
  return {
    makes: "latents",
    key: keyOf(images, "target", targetDigest),
    stem: "images",
    width: target.latentDims,
    take: (piece, start) => latents.set(piece, start * target.latentDims),
  };
}

/** The values of `count` images from `start` for each of the parts, in their order. */
async function encodeParts(
  { encode }: EncodeContext,
  parts: readonly NetworkPart[],
  start: number,
  count: number,
  onRows: (rows: number) => void,
): Promise<Float32Array[]> {
  const groups = parts.flatMap(({ makes }) => (makes === "latents" ? [] : [makes]));
  const conditions = groups.flat().map(({ name }) => name);
  const withLatents = groups.length < parts.length;
  const blocks = [...(await encode({ kind: "images", conditions, withLatents, start, count }, onRows))];
  const latents = withLatents ? blocks.pop()! : undefined;
  return parts.map(({ makes }) => (makes === "latents" ? latents! : joinRows(blocks.splice(0, makes.length))));
}

/** Names the values in the cache, whose key leaves out which of a network's outputs is read: most conditions are called after it. */
const stemOf = ({ name, entry }: SetCondition): string =>
  entry.kind === "image" && name !== `image-${entry.output}` ? `${name}=${encodeURIComponent(entry.output)}` : name;

const tableOf = (condition: SetCondition, values: Float32Array): VectorTable =>
  condition.entry.kind === "layout"
    ? {
        kind: "ones",
        dims: condition.expert.dims,
        places: Uint16Array.from(values),
        perEntry: storedWidth(condition),
      }
    : denseTable(values, condition.expert.dims);
