/**
 * Image expert Φ: features of an image classifier at one depth, from "same picture" (early) to "same idea" (last). Entries for
 * several depths name one ONNX file. Experts with the same session share its runs, one for each image.
 */

import type { ConditionValue } from "../engine/interfaces.ts";
import { joinRows } from "../engine/join-rows.ts";
import { averageAreas } from "../engine/pixels/areas.ts";
import type { ImageExpertEntry } from "../manifest/expert-entries.ts";
import type { Session, Tensor } from "../onnx/session.ts";
import { LruCache } from "../platform/lru-cache.ts";
import type { ExpertCore, ExpertOptions } from "./expert.ts";
import { FrozenGraph } from "./frozen-graph.ts";
import { type ImageValue, requireImage } from "./values.ts";

/** All outputs of one image, each with a batch axis of 1. */
type Outputs = Readonly<Record<string, Tensor>>;

/**
 * Images whose outputs are cached: more than any caller encodes between two depths. Three vectors of 256 for each take 3 MB.
 */
const keptImages = 1024;

/** Images of one run: the first layers of a classifier are so large that those of more images do not fit into the cache. */
const imagesAtOnce = 4;

const outputsOf = new WeakMap<Session, LruCache<Promise<Outputs>>>();

function recentOf(session: Session): LruCache<Promise<Outputs>> {
  const recent = outputsOf.get(session) ?? new LruCache(keptImages);
  outputsOf.set(session, recent);
  return recent;
}

export class ImageExpert implements ExpertCore {
  readonly dims: number;
  readonly #graph: FrozenGraph;
  readonly #sizePx: number;
  readonly #recent: LruCache<Promise<Outputs>>;

  private constructor(graph: FrozenGraph, { dims, sizePx }: ImageExpertEntry) {
    this.dims = dims;
    this.#graph = graph;
    this.#sizePx = sizePx;
    this.#recent = recentOf(graph.session);
  }

  /** @throws AppError `pack_corrupt` when the graph does not match its entry */
  static async open(packFolder: string, entry: ImageExpertEntry, options: ExpertOptions = {}): Promise<ImageExpert> {
    const promise = {
      label: `image expert ${entry.model}, ${entry.output}`,
      input: { name: "image", shape: [4, entry.sizePx, entry.sizePx] },
      output: { name: entry.output, shape: [entry.dims] },
    };
    return new ImageExpert(await FrozenGraph.open(packFolder, entry.model, promise, options), entry);
  }

  /** Features [images, dims], each of about unit length. */
  encode(values: readonly ConditionValue[]): Promise<Float32Array> {
    return this.#encode(values, 1);
  }

  encodeForTraining(values: readonly ConditionValue[]): Promise<Float32Array> {
    return this.#encode(values, Math.min(this.#graph.rowsMax, imagesAtOnce));
  }

  async #encode(values: readonly ConditionValue[], atOnce: number): Promise<Float32Array> {
    const images = values.map((value) => requireImage(value, "image"));
    const vectors: Float32Array[] = [];
    for (let start = 0; start < images.length; start += atOnce) {
      const outputs = await Promise.all(this.#outputs(images.slice(start, start + atOnce), atOnce));
      vectors.push(...outputs.map((output) => this.#graph.read(output, 1)));
    }
    return joinRows(vectors);
  }

  /** The outputs of each image; images that are not cached share a run. */
  #outputs(images: readonly ImageValue[], atOnce: number): Array<Promise<Outputs>> {
    // Outputs of shared runs may differ in the last bits from those of single runs, so the key contains the run size. A graph
    // with free sizes may serve two entries at two sizes, so it contains the size.
    const keys = images.map(({ key, sizePx }) => `${atOnce} ${this.#sizePx} ${sizePx} ${key}`);
    const found = new Map(keys.map((key) => [key, this.#recent.get(key)]));
    const missing = [...found.keys()].filter((key) => found.get(key) === undefined);
    if (missing.length > 0) {
      const planes = missing.map((key) => {
        const image = images[keys.indexOf(key)]!;
        return averageAreas(image.planes, image.sizePx, this.#sizePx);
      });
      const run = this.#graph.run(joinRows(planes), missing.length);
      run.catch(() => {
        for (const key of missing) this.#recent.delete(key);
      });
      for (const [row, key] of missing.entries())
        found.set(
          key,
          this.#recent.set(
            key,
            run.then((outputs) => rowOf(outputs, row)),
          ),
        );
    }
    return keys.map((key) => found.get(key)!);
  }
}

/** One row of every output with a batch axis. */
const rowOf = (outputs: Outputs, row: number): Outputs =>
  Object.fromEntries(
    Object.entries(outputs).map(
      ([
        name,
        {
          data,
          dims: [batch = 1, ...shape],
        },
      ]) => {
        const length = data.length / batch;
        return [name, { data: data.slice(row * length, (row + 1) * length), dims: [1, ...shape] }];
      },
    ),
  );
