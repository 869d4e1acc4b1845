/**
 * From a folder of captioned images to a training set: images are read and validated, then encoded once by a translation's frozen experts. The
 * threads that encode start, and experts are opened, while images are still being read.
 */
import type { TrainingSet } from "../flow/training-set.ts";
import { encodeSet } from "./encode-set.ts";
import { EncodeTeam, sessionThreadsFor } from "./encode-team.ts";
import { captionsOf } from "./encode-words.ts";
import { openImageSet } from "./image-set.ts";
import type { ExpertsSource, SetExperts } from "./pack-experts.ts";
import { type PreparedFolder, type PrepareOptions, prepareFolder } from "./prepare-folder.ts";

export interface FolderProgress {
  readonly stage: "reading" | "encoding";
  /** Images read; captions and images encoded. */
  readonly done: number;
  readonly total: number;
}

export interface EncodeFolderOptions<Experts extends SetExperts> extends Omit<PrepareOptions, "onProgress"> {
  readonly source: ExpertsSource;
  /**
   * Opens the source's experts for this thread, once: where there is a team, while images are being read, otherwise when the folder is known to be fit for
   * training. @param threads of their sessions
   */
  openExperts(threads: number): Promise<Experts>;
  /** Cores that encode; 0 = all. */
  readonly threads: number;
  /** Waited for while images are read. */
  readonly onProgress?: ((progress: FolderProgress) => void | Promise<void>) | undefined;
}

export interface EncodedFolder<Experts extends SetExperts> {
  readonly images: PreparedFolder;
  readonly experts: Experts;
  readonly set: TrainingSet;
  /** The plainest caption of each row of the set. */
  readonly captions: readonly string[];
}

/** @throws AppError `dataset_invalid`, `storage_full`, the signal's reason, and whatever opening or running an expert throws */
export async function encodeFolder<Experts extends SetExperts>(
  options: EncodeFolderOptions<Experts>,
): Promise<EncodedFolder<Experts>> {
  const { set: folder, sizePx, source, threads, signal, onProgress } = options;
  const team = new EncodeTeam(source, threads);
  let opening: Promise<Experts> | undefined;
  const open = (sessionThreads: number): Promise<Experts> => {
    opening ??= options.openExperts(sessionThreads);
    return opening;
  };
  try {
    const prepared = await prepareFolder({
      ...options,
      onProgress(done, total) {
        // A fault of it is met when the folder is read.
        if (team.startFor(total)) open(1).catch(() => undefined);
        return onProgress?.({ stage: "reading", done, total });
      },
    });
    // A folder that was read before is not read again.
    const experts = await open(sessionThreadsFor(prepared.usable, threads));
    const images = await openImageSet(folder, sizePx);
    // Captions come first.
    const captions = captionsOf(images).length;
    const total = captions + images.count;
    try {
      const set = await encodeSet({
        ...{ folder, images, experts, team, signal },
        drawnRepeats: 1,
        onProgress: ({ what, done }) =>
          void onProgress?.({ stage: "encoding", done: what === "captions" ? done : captions + done, total }),
      });
      return { images: prepared, experts, set, captions: images.items.map((item) => item.captions[0]!) };
    } finally {
      await images.close();
    }
  } finally {
    // Nothing of a run that has ended goes on.
    await Promise.all([team.close(), opening?.catch(() => undefined)]);
  }
}
