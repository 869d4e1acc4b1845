/**
 * Threads that decode the images of translations whose answers keep the drawing's edges. There the runtime's run is half of the work and
 * the other half TypeScript, which one thread does on one core while the other cores wait. Each thread opens the decoders that it needs.
 */
import { AppError, type ProblemCode } from "../../../shared/problem.ts";
import type { DecodedImage, Finish } from "../../engine/translation.ts";
import type { AutoencoderExpertEntry } from "../../manifest/expert-entries.ts";
import type { CatalogueEntry } from "../../packs/catalogue.ts";
import { startThread } from "../../platform/processes/spawn.ts";
import { endedAs, WorkerPool, watchOfRuntime, workersFor } from "../../platform/processes/worker-pool.ts";
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

type Pool = WorkerPool<DecodeTask, DecodedImage | undefined>;

const threadsMost = 4;
/** Memory of a thread at most: its heap, and a decoder with what a run needs. */
const threadBytes = 150 << 20;
/** Images that a thread has at a time, so that it need not wait for the thread that draws. */
const imagesEach = 2;
/** After so long without an image the threads end, which gives back some 50 MB each. */
const idleMs = 60_000;

/** Errors of a thread, not of an image: it ended, or does not find a file that was there when the pack was loaded. */
const ofThreads: readonly unknown[] = ["inference_crashed", "pack_corrupt"] satisfies ProblemCode[];

/** Its first image starts the threads; until they are ready, images are decoded on the thread that asks. */
export class DecodePool implements ImageDecoder {
  /** Without those that do not open on a thread. */
  readonly #places: Map<string, DecoderPlace>;
  readonly #count: number;
  /** Of threads that are ready. */
  #pool: Pool | undefined;
  #opening: Promise<void> | undefined;
  #running = 0;
  /** Who needs the memory of the threads. */
  #holders = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  private constructor(places: Map<string, DecoderPlace>, count: number) {
    this.#places = places;
    this.#count = count;
  }

  /**
   * @param entries packs whose translations may be decoded
   * @param cores cores that may be used, one thread each
   * @returns undefined where one core is all there is, or no pack decodes beside drawings
   */
  static of(entries: readonly CatalogueEntry[], cores: number): DecodePool | undefined {
    const places = new Map(entries.flatMap(placesOf));
    const count = workersFor(cores, threadsMost, threadBytes);
    return count < 2 || places.size === 0 ? undefined : new DecodePool(places, count);
  }

  concurrencyOf({ id }: Decoding): number {
    return this.#pool && this.#places.has(id) ? this.#count * imagesEach : 1;
  }

  async decode(translation: Decoding, drawn: Undecoded, finish: Finish): Promise<DecodedImage> {
    const { id } = translation;
    const place = this.#places.get(id);
    const pool = this.#pool;
    if (!place || !pool) {
      if (place) void this.open(id).catch(() => {});
      return decodeHere.decode(translation, drawn, finish);
    }
    const { latent, logLikelihood, drawing } = drawn;
    this.#running += 1;
    try {
      return (await pool.run({ place, id, image: { drawn: { latent, logLikelihood, drawing }, finish } }))!;
    } catch (error) {
      if (!(error instanceof AppError && ofThreads.includes(error.code))) throw error;
      this.#places.delete(id);
      return decodeHere.decode(translation, drawn, finish);
    } finally {
      this.#running -= 1;
      this.#restLater();
    }
  }

  /**
   * Starts the threads, opens the decoder of a translation there and runs it once; others are opened by their first image. Does nothing
   * while the threads are held back.
   * @throws AppError `pack_corrupt`; the translation is then decoded without threads
   */
  async open(id: string): Promise<void> {
    if (this.#holders > 0) return;
    this.#opening ??= this.#start(id);
    await this.#opening;
  }

  /** Ends the threads and keeps them from starting until what it returns is called: something else needs their memory. */
  holdBack(): () => void {
    this.#holders += 1;
    void this.rest();
    return () => {
      this.#holders -= 1;
    };
  }

  /** Ends the threads, unless they decode. */
  async rest(): Promise<void> {
    const pool = this.#pool;
    if (!pool || this.#running > 0) return;
    clearTimeout(this.#idle);
    this.#pool = undefined;
    this.#opening = undefined;
    await pool.close();
  }

  async #start(id: string): Promise<void> {
    const pool: Pool = new WorkerPool(
      this.#count,
      () => startThread("decodes.js", "inference/decoding/decode-thread.ts", undefined),
      endedAs("inference_crashed", "decoding"),
      { tasksEach: imagesEach, watch: watchOfRuntime },
    );
    try {
      await pool.openAll({ id, place: this.#places.get(id)! });
    } catch (error) {
      this.#places.delete(id);
      this.#opening = undefined;
      await pool.close();
      throw error;
    }
    this.#pool = pool;
    this.#restLater();
  }

  #restLater(): void {
    clearTimeout(this.#idle);
    if (this.#holders > 0) void this.rest();
    else this.#idle = setTimeout(() => void this.rest(), idleMs);
  }
}

/** The decoders of a pack that see drawings, by translation. */
const placesOf = ({ folder, manifest }: CatalogueEntry): ReadonlyArray<readonly [id: string, place: DecoderPlace]> =>
  manifest.translations.flatMap(({ id, target }) => {
    const entry = manifest.experts[target];
    return entry?.kind === "autoencoder" && entry.mannerDims ? [[id, { folder, entry }] as const] : [];
  });
