/**
 * Threads that decode the images of translations whose answers keep the drawing's edges. There the runtime's run is half of the work and
 * the other half TypeScript, which one thread does on one core while the other cores wait. Each thread opens the decoders that it needs.
 */
import type { DecodedImage, Finish } from "../../engine/translation.ts";
import type { AutoencoderExpertEntry } from "../../manifest/expert-entries.ts";
import type { CatalogueEntry } from "../../packs/catalogue.ts";
import { startThread } from "../../platform/processes/spawn.ts";
import { endedAs, WorkerPool, workersFor } from "../../platform/processes/worker-pool.ts";
import { type Decoding, decodeHere, type ImageDecoder, type Undecoded } from "./image-decoder.ts";

/** Where a thread finds a decoder. */
export interface DecoderPlace {
  readonly folder: string;
  readonly entry: AutoencoderExpertEntry;
}

/** An image to decode, or none to open a decoder and run it once. */
export interface DecodeTask {
  readonly place: DecoderPlace;
  /** Of the translation, for messages. */
  readonly id: string;
  readonly image?: { readonly drawn: Undecoded; readonly finish: Finish };
}

const threadsMost = 4;
/** Memory of a thread: its heap, and a decoder with what a run needs. */
const threadBytes = 150 << 20;
/** Images that a thread has at a time, so that it need not wait for the thread that draws. */
const imagesEach = 2;

/**
 * @param entries packs whose translations may be decoded
 * @param cores cores that may be used, one thread each
 * @returns undefined where one core is all there is, or no pack decodes beside drawings
 */
export function decodePool(entries: readonly CatalogueEntry[], cores: number) {
  const places = new Map(entries.flatMap(placesOf));
  const count = workersFor(cores, threadsMost, threadBytes);
  if (count < 2 || places.size === 0) return undefined;
  const pool = new WorkerPool<DecodeTask, DecodedImage | undefined>(
    count,
    () => startThread("decodes.js", "inference/decoding/decode-thread.ts", undefined),
    endedAs("inference_crashed", "decoding"),
    { tasksEach: imagesEach },
  );
  return {
    concurrencyOf: ({ id }: Decoding) => (places.has(id) ? count * imagesEach : 1),
    async decode(translation: Decoding, drawn: Undecoded, finish: Finish) {
      const place = places.get(translation.id);
      if (!place) return decodeHere.decode(translation, drawn, finish);
      const { latent, logLikelihood, drawing } = drawn;
      const image = { drawn: { latent, logLikelihood, drawing }, finish };
      return (await pool.run({ place, id: translation.id, image }))!;
    },
    /** Opens every decoder on every thread, and runs it once. @throws AppError `pack_corrupt` */
    async open() {
      const byDecoder = new Map(
        [...places].map(([id, place]) => [`${place.folder} ${place.entry.decoder}`, { id, place }]),
      );
      for (const task of byDecoder.values()) await pool.openAll(task);
    },
    close: () => pool.close(),
  } satisfies ImageDecoder & { open: unknown; close: unknown };
}

/** The decoders of a pack that see drawings, by translation. */
const placesOf = ({ folder, manifest }: CatalogueEntry): ReadonlyArray<readonly [id: string, place: DecoderPlace]> =>
  manifest.translations.flatMap(({ id, target }) => {
    const entry = manifest.experts[target];
    return entry?.kind === "autoencoder" && entry.mannerDims ? [[id, { folder, entry }] as const] : [];
  });
