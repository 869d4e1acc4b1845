/**
 * From a folder of captioned images to a training set: images are read and validated, then encoded once by a translation's frozen experts, and
 * after them the base's drawings, brought into the style of those images. The threads that encode start, and experts are opened, while images are still being read.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TrainingSet } from "../../flow/training-set.ts";
import { writeFileAtomically } from "../../platform/atomic-file.ts";
import { type ImageSet, openImageSet } from "../dataset/image-set.ts";
import { type PreparedFolder, type PrepareOptions, prepareFolder } from "../dataset/prepare-folder.ts";
import type { DrawingsSource, TransferredImages } from "./drawings-source.ts";
import { EncodePool } from "./encode-pool.ts";
import { encodeSet } from "./encode-set.ts";
import { captionsOf } from "./encode-words.ts";
import type { ExpertsSource, SetExperts } from "./pack-experts.ts";

export interface FolderProgress {
  readonly stage: "reading" | "encoding";
  /** Images read; captions and images encoded, drawings transferred and encoded. */
  readonly done: number;
  readonly total: number;
}

export interface EncodeFolderOptions extends Omit<PrepareOptions, "onProgress"> {
  readonly source: ExpertsSource;
  /**
   * Opens the source's experts for this thread, once: where there is a pool, while images are being read, otherwise when the folder is
   * known to be fit for training. Absent = as training opens them. @param threads of their sessions
   */
  readonly openExperts?: ((threads: number) => Promise<SetExperts>) | undefined;
  /** Cores that encode; 0 = all. */
  readonly threads: number;
  /** The base's drawings that belong beside the folder's images. */
  readonly findDrawings?: ((images: ImageSet) => Promise<DrawingsSource | undefined>) | undefined;
  /** Waited for while images are read and drawings are transferred. */
  readonly onProgress?: ((progress: FolderProgress) => void | Promise<void>) | undefined;
}

export interface EncodedFolder {
  readonly images: PreparedFolder;
  readonly experts: SetExperts;
  readonly set: TrainingSet;
  /** The plainest caption of each row of the set. */
  readonly captions: readonly string[];
  readonly drawings?: EncodedDrawings;
}

/** Drawings of the base, brought into the style of a folder's images. */
export interface EncodedDrawings {
  readonly set: TrainingSet;
  readonly transferred: TransferredImages;
}

/** @throws AppError `dataset_invalid`, `storage_full`, the signal's reason, and whatever opening or running an expert throws */
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
        // While images are read, cores are idle now and then. A fault of it is met when the folder is read.
        if (EncodePool.isWorth({ threads, rows: total })) open(total, true).catch(() => undefined);
        return onProgress?.({ stage: "reading", done, total });
      },
    });
    const images = await openImageSet(folder, sizePx);
    try {
      const drawings = await options.findDrawings?.(images);
      const rows = images.count + (drawings?.count ?? 0);
      // A folder that was read before is not read again, and may be encoded already.
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
    // Nothing of a run that has ended goes on.
    await opening?.then(
      (pool) => pool.close(),
      () => undefined,
    );
  }
}

/** Of several parts of the encoding, one after the other. */
class Progress {
  readonly #total: number;
  readonly #tell: EncodeFolderOptions["onProgress"];
  #before = 0;

  constructor(total: number, tell: EncodeFolderOptions["onProgress"]) {
    this.#total = total;
    this.#tell = tell;
  }

  /** So much of the part at hand is done; the next one begins where it ends. */
  async at(done: number, ofPart: number): Promise<void> {
    const all = this.#before + done;
    if (done === ofPart) this.#before = all;
    await this.#tell?.({ stage: "encoding", done: all, total: this.#total });
  }
}

interface DrawingsWork {
  readonly drawings: DrawingsSource;
  readonly experts: SetExperts;
  readonly set: TrainingSet;
  readonly progress: Progress;
  encode(folder: string, images: ImageSet): Promise<TrainingSet>;
}

/** Lays them, once, in a set below that of the folder, which goes when the folder changes, and encodes them. */
async function encodeDrawings(
  { set: folder, sizePx, threads, signal }: EncodeFolderOptions,
  { drawings, experts, set, progress, encode }: DrawingsWork,
): Promise<EncodedDrawings> {
  const place = join(folder, "drawings");
  const done = join(place, "transferred.json");
  const known = existsSync(done) ? (JSON.parse(await readFile(done, "utf8")) as TransferRecord) : undefined;
  let transferred = known?.key === drawings.key ? known.transferred : undefined;
  if (!transferred) {
    await rm(done, { force: true });
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true });
    const onProgress = (count: number) => progress.at(count, drawings.count);
    transferred = await drawings.write(place, set, experts.conditions, { threads, signal, onProgress });
    // Last: without it, whatever an interrupted run left is made again.
    await writeFileAtomically(done, JSON.stringify({ key: drawings.key, transferred } satisfies TransferRecord));
  } else await progress.at(drawings.count, drawings.count);
  const images = await openImageSet(place, sizePx);
  try {
    return { set: await encode(place, images), transferred };
  } finally {
    await images.close();
  }
}

/** `transferred.json` beside the drawings. */
interface TransferRecord {
  /** Names what they were made from. */
  readonly key: string;
  readonly transferred: TransferredImages;
}
