/**
 * Turns a folder of captioned images into a training set. The images are read and checked, then encoded once by a translation's
 * frozen experts; then the base's drawings are transferred to their style and encoded. Experts and encoding threads start while
 * images are still being read.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TrainingSet } from "../../flow/training-set.ts";
import { writeFileAtomically } from "../../platform/files/atomic-file.ts";
import { type ImageSet, openImageSet } from "../dataset/image-set.ts";
import { type PreparedFolder, type PrepareOptions, prepareFolder } from "../dataset/prepare-folder.ts";
import type { DrawingsSource, TransferredImages } from "./drawings-source.ts";
import { EncodePool } from "./encode-pool.ts";
import { encodeSet } from "./encode-set.ts";
import { captionsOf } from "./encode-words.ts";
import type { ExpertsSource, SetExperts } from "./pack-experts.ts";

export interface FolderProgress {
  readonly stage: "reading" | "encoding";
  /** `reading`: images. `encoding`: captions and images encoded, drawings transferred and encoded. */
  readonly done: number;
  readonly total: number;
}

export interface EncodeFolderOptions extends Omit<PrepareOptions, "onProgress"> {
  readonly source: ExpertsSource;
  /**
   * Opens the source's experts for this thread. Called once: with a pool while images are being read, otherwise after the
   * folder was found usable.
   * @param threads threads of their sessions
   */
  readonly openExperts?: ((threads: number) => Promise<SetExperts>) | undefined;
  /** Cores for encoding; 0 = all. */
  readonly threads: number;
  /** Finds the drawings of the base that are trained beside the folder's images. */
  readonly findDrawings?: ((images: ImageSet) => Promise<DrawingsSource | undefined>) | undefined;
  /** Awaited while images are read and drawings are transferred. */
  readonly onProgress?: ((progress: FolderProgress) => void | Promise<void>) | undefined;
}

export interface EncodedFolder {
  readonly images: PreparedFolder;
  readonly experts: SetExperts;
  readonly set: TrainingSet;
  /** The main caption of each row. */
  readonly captions: readonly string[];
  readonly drawings?: EncodedDrawings;
}

/** Drawings of the base, transferred to the style of the folder's images. */
export interface EncodedDrawings {
  readonly set: TrainingSet;
  readonly transferred: TransferredImages;
}

/** @throws AppError `dataset_invalid`, `storage_full`, the signal's reason, and whatever an expert throws */
export async function encodeFolder(options: EncodeFolderOptions): Promise<EncodedFolder> {
  const { set: folder, sizePx, source, threads, signal, onProgress } = options;
  let opening: Promise<EncodePool> | undefined;
  const open = (rows: number, startsNow: boolean): Promise<EncodePool> => {
    opening ??= EncodePool.open(source, { threads, rows, startsNow, openExperts: options.openExperts });
    return opening;
  };
  try {
    const prepared = await prepareFolder({
      ...options,
      onProgress(done, total) {
        // Cores are sometimes idle while images are read. An error of opening is thrown below, where the pool is awaited.
        if (EncodePool.paysOff({ threads, rows: total })) open(total, true).catch(() => undefined);
        return onProgress?.({ stage: "reading", done, total });
      },
    });
    const images = await openImageSet(folder, sizePx);
    try {
      const drawings = await options.findDrawings?.(images);
      const rows = images.count + (drawings?.count ?? 0);
      // For a folder that was read before, nothing has been opened yet.
      const pool = await open(rows, false);
      const { experts } = pool;
      const captions = captionsOf(images).length + (drawings?.captions.length ?? 0);
      const progress = new Progress(rows + (drawings?.count ?? 0) + captions, onProgress);
      const encode = (from: string, some: ImageSet): Promise<TrainingSet> =>
        encodeSet({
          ...{ folder: from, images: some, pool, signal },
          drawnRepeats: 1,
          onProgress: ({ done, total }) => void progress.at(done, total),
        });
      const set = await encode(folder, images);
      return {
        images: prepared,
        experts,
        set,
        captions: images.items.map((item) => item.captions[0]!),
        ...(drawings && { drawings: await encodeDrawings(options, { drawings, experts, set, progress, encode }) }),
      };
    } finally {
      await images.close();
    }
  } finally {
    // Wait until no thread of this run is left.
    await opening?.then(
      (pool) => pool.close(),
      () => undefined,
    );
  }
}

/** Progress of the encoding over its consecutive parts. */
class Progress {
  readonly #total: number;
  readonly #report: EncodeFolderOptions["onProgress"];
  #before = 0;

  constructor(total: number, report: EncodeFolderOptions["onProgress"]) {
    this.#total = total;
    this.#report = report;
  }

  /** Reports progress within the current part. A part that is done becomes the base of the next one. */
  async at(done: number, ofPart: number): Promise<void> {
    const all = this.#before + done;
    if (done === ofPart) this.#before = all;
    await this.#report?.({ stage: "encoding", done: all, total: this.#total });
  }
}

interface DrawingsWork {
  readonly drawings: DrawingsSource;
  readonly experts: SetExperts;
  readonly set: TrainingSet;
  readonly progress: Progress;
  encode(folder: string, images: ImageSet): Promise<TrainingSet>;
}

/**
 * Transfers the drawings, unless an earlier run did, into a folder below the image set (removed with the set), and encodes
 * them.
 */
async function encodeDrawings(
  { set: folder, sizePx, threads, signal }: EncodeFolderOptions,
  { drawings, experts, set, progress, encode }: DrawingsWork,
): Promise<EncodedDrawings> {
  const drawingsFolder = join(folder, "drawings");
  const done = join(drawingsFolder, "transferred.json");
  const known = existsSync(done) ? (JSON.parse(await readFile(done, "utf8")) as TransferRecord) : undefined;
  let transferred = known?.key === drawings.key ? known.transferred : undefined;
  if (!transferred) {
    await rm(done, { force: true });
    await rm(drawingsFolder, { recursive: true, force: true });
    await mkdir(drawingsFolder, { recursive: true });
    const onProgress = (count: number) => progress.at(count, drawings.count);
    transferred = await drawings.write(drawingsFolder, set, experts.conditions, { threads, signal, onProgress });
    // Written last: without this file the drawings count as incomplete and are made again.
    await writeFileAtomically(done, JSON.stringify({ key: drawings.key, transferred } satisfies TransferRecord));
  } else await progress.at(drawings.count, drawings.count);
  const images = await openImageSet(drawingsFolder, sizePx);
  try {
    return { set: await encode(drawingsFolder, images), transferred };
  } finally {
    await images.close();
  }
}

/** Content of `transferred.json` beside the drawings. */
interface TransferRecord {
  /** `key` of their source. */
  readonly key: string;
  readonly transferred: TransferredImages;
}
