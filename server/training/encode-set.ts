/**
 * Encodes an image set once by the frozen experts: latents of all images, vectors of all captions. Results are cached
 * beside the set, keyed by set and expert, and written piece by piece, so an interrupted run goes on where it stopped.
 */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ConditioningExpert, TargetExpert } from "../engine/interfaces.ts";
import { TrainingRandom } from "../flow/random.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import { readTensorFile, writeTensorFile } from "../onnx/tensor-file.ts";
import type { ImageItem, ImageSet } from "./image-set.ts";

export interface EncodeProgress {
  readonly what: "images" | "captions";
  readonly done: number;
  readonly total: number;
}

interface Work {
  readonly folder: string;
  /** Names set and expert: a cached piece is used only under the same name. */
  readonly key: string;
  readonly what: EncodeProgress["what"];
  readonly total: number;
  readonly dims: number;
  readonly pieceRows: number;
  /** Pieces older than this (milliseconds since 1970) are made again. */
  readonly changedMs: number;
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: EncodeProgress): void;
  encode(start: number, count: number): Promise<Float32Array>;
}

/** Runs `encode` piece by piece over 0 … total, keeping each piece on disk. */
async function encodePieces(work: Work): Promise<Float32Array> {
  const cache = join(work.folder, ".encoded", work.key);
  await mkdir(cache, { recursive: true });
  const all = new Float32Array(work.total * work.dims);
  for (let start = 0; start < work.total; start += work.pieceRows) {
    work.signal?.throwIfAborted();
    const count = Math.min(work.pieceRows, work.total - start);
    const path = join(cache, `${work.what}-${start}.safetensors`);
    let piece = await readPiece(path, work.changedMs);
    if (piece?.length !== count * work.dims) {
      piece = await work.encode(start, count);
      await writeTensorFile(path, new Map([["values", piece]]));
    }
    all.set(piece, start * work.dims);
    work.onProgress?.({ what: work.what, done: start + count, total: work.total });
  }
  return all;
}

/** A cached piece; undefined when it is missing, older than what it was made from, or broken. */
async function readPiece(path: string, changedMs: number): Promise<Float32Array | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (!info || info.mtimeMs < changedMs) return undefined;
  // A cache is not worth a failure: what does not read is made again.
  const file = await readTensorFile(path).catch(() => undefined);
  return file?.tensors.get("values");
}

export interface EncodeOptions {
  readonly folder: string;
  readonly images: ImageSet;
  readonly target: TargetExpert;
  readonly targetDigest: string;
  readonly text: ConditioningExpert;
  readonly textDigest: string;
  /** Style ids in the order of the pack's vocabulary. */
  readonly styles: readonly string[];
  readonly posteriorStd: number;
  /** How often a drawn image comes for each time that one of its recoloured copies does, so that plain names keep their natural colours. */
  readonly drawnRepeats: number;
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: EncodeProgress): void;
}

/** Images a run of the encoder; small enough to stay in the cache, large enough to fill the threads. */
const encoderBatch = 16;

/** Captions between two looks at the signal. */
const captionsAtOnce = 64;

/** Distinct captions of a set in order of appearance. */
const distinctCaptions = (items: readonly ImageItem[]): string[] => [
  ...new Set(items.flatMap(({ captions }) => captions)),
];

async function encodeCaptions(
  options: Omit<EncodeOptions, "target" | "targetDigest" | "styles" | "posteriorStd" | "drawnRepeats">,
  captions: readonly string[],
): Promise<Float32Array> {
  const { folder, images, text, textDigest, signal, onProgress } = options;
  return encodePieces({
    folder,
    key: `${images.digest.slice(0, 12)}-text-${textDigest.slice(0, 12)}`,
    what: "captions",
    total: captions.length,
    dims: text.dims,
    pieceRows: 4096,
    // The key names the captions themselves.
    changedMs: 0,
    signal,
    ...(onProgress ? { onProgress } : {}),
    async encode(start, count) {
      const vectors = new Float32Array(count * text.dims);
      for (let at = 0; at < count; at += captionsAtOnce) {
        signal?.throwIfAborted();
        const some = captions.slice(start + at, start + Math.min(at + captionsAtOnce, count));
        vectors.set(await text.encode(some), at * text.dims);
      }
      return vectors;
    },
  });
}

/** The training set of a caption-and-style translation. Styles outside the vocabulary (held back) are left out of both splits. */
export async function encodeSet(options: EncodeOptions): Promise<TrainingSet> {
  const { folder, images, target, targetDigest, styles, posteriorStd, drawnRepeats, signal, onProgress } = options;
  const captions = distinctCaptions(images.items);
  const captionTable = await encodeCaptions(options, captions);
  const latents = await encodePieces({
    folder,
    key: `${images.digest.slice(0, 12)}-target-${targetDigest.slice(0, 12)}`,
    what: "images",
    total: images.items.length,
    dims: target.latentDims,
    pieceRows: 2048,
    changedMs: images.pixelsChangedMs,
    signal,
    ...(onProgress ? { onProgress } : {}),
    encode: (start, count) => encodeImages(options, start, count),
  });
  const entryOf = new Map(captions.map((caption, index) => [caption, index]));
  const styleOf = new Map(styles.map((style, index) => [style, index]));
  const rowsOf = (split: ImageItem["split"]): Int32Array =>
    Int32Array.from(
      images.items.flatMap((item, row) => (item.split === split && styleOf.has(item.style) ? [row] : [])),
    );
  return {
    dims: target.latentDims,
    latents,
    posteriorStd,
    trainRows: Int32Array.from(
      [...rowsOf("train")].flatMap((row) =>
        new Array<number>(images.items[row]!.augmentedFrom === undefined ? drawnRepeats : 1).fill(row),
      ),
    ),
    heldOutRows: shuffled(rowsOf("heldOutPair")),
    conditions: [
      {
        name: "caption",
        dims: options.text.dims,
        table: captionTable,
        options: images.items.map((item) => Int32Array.from(item.captions, (caption) => entryOf.get(caption)!)),
      },
      {
        name: "style",
        dims: styles.length,
        table: oneHot(styles.length),
        options: images.items.map(({ style }) =>
          styleOf.has(style) ? Int32Array.of(styleOf.get(style)!) : new Int32Array(0),
        ),
      },
    ],
  };
}

async function encodeImages(
  { images, target, signal }: EncodeOptions,
  start: number,
  count: number,
): Promise<Float32Array> {
  const latents = new Float32Array(count * target.latentDims);
  for (let at = 0; at < count; at += encoderBatch) {
    signal?.throwIfAborted();
    const rows = Math.min(encoderBatch, count - at);
    latents.set(await target.encode(await images.read(start + at, rows), rows), at * target.latentDims);
  }
  return latents;
}

/** Mixes styles and concepts, so that any prefix is a fair sample and a neighbour is a stranger. */
function shuffled(rows: Int32Array): Int32Array {
  const order = new TrainingRandom(0, 0, "order").permutation(rows.length);
  return Int32Array.from(order, (index) => rows[index]!);
}

const oneHot = (size: number): Float32Array =>
  Float32Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0));
