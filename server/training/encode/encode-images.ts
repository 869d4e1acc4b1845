/**
 * Encodes the images of a set: picture conditions (sketch, layout, image at a depth, low resolution) from the image's own
 * pixels, and the target's latents. Each image is read once. The values of each network are cached separately, so only missing
 * values and those of a changed network are computed.
 */
import { joinRows } from "../../engine/join-rows.ts";
import type { ConditionTable } from "../../flow/training-set.ts";
import { denseTable, type VectorTable } from "../../flow/vector-table.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { storedWidth } from "./encode-rows.ts";
import { type ChunkPart, type EncodeContext, encodeChunks, keyOf } from "./encoded-chunks.ts";
import type { SetCondition, SetExperts } from "./pack-experts.ts";

/** Images of a cached chunk: five seconds of work with the default pack's experts, which an interruption may lose. */
const chunkImages = 512;

/** The output of one network for an image: its conditions side by side, or the target's latent. */
interface NetworkPart extends ChunkPart {
  /** The conditions, or `latents` for the target. */
  readonly makes: readonly SetCondition[] | "latents";
}

export interface EncodedImages {
  /** One table a condition, in their order. */
  readonly tables: readonly ConditionTable[];
  /** Posterior means of all images, [images, latentDims]; empty without a target. */
  readonly latents: Float32Array;
}

/**
 * @param conditions those that read pixels
 * @throws the signal's reason, AppError `storage_full`, and whatever `context.encode` throws; finished chunks stay cached
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
    chunkRows: chunkImages,
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

/** Groups the conditions by source: all depths of a network cost one run. */
export function groupsOf(conditions: readonly SetCondition[]): SetCondition[][] {
  const bySource = new Map<string, SetCondition[]>();
  for (const condition of conditions)
    bySource.set(condition.source, [...(bySource.get(condition.source) ?? []), condition]);
  return [...bySource.values()];
}

/** @param values values of all images by condition, filled chunk by chunk */
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
    take(chunk, start) {
      const rows = chunk.length / rowWidth;
      let offset = 0;
      for (const condition of group) {
        const width = storedWidth(condition);
        values.get(condition)!.set(chunk.subarray(offset, offset + rows * width), start * width);
        offset += rows * width;
      }
    },
  };
}

/** @param latents latents of all images, filled chunk by chunk */
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
    take: (chunk, start) => latents.set(chunk, start * target.latentDims),
  };
}

/** The values of `count` images from `start` for each part, in order. */
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

/** File stem of the values. The cache key does not say which output of a network is read; the stem does. */
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
