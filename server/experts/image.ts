/**
 * Image expert Φ: features of an image classifier at one depth, from "same picture" (early) to "same idea" (last). Entries for
 * several depths name one ONNX file; experts that share its session also share its runs, one for each image.
 */
import { averageAreas } from "../engine/areas.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import { joinRows } from "../engine/join-rows.ts";
import type { ImageExpertEntry } from "../manifest/expert-entries.ts";
import type { Session, Tensor } from "../onnx/session.ts";
import { LruCache } from "../platform/lru-cache.ts";
import type { ExpertCore, ExpertOptions } from "./expert.ts";
import { FrozenGraph } from "./frozen-graph.ts";
import { type ImageValue, requireImage } from "./values.ts";

/** All outputs of one image, each with a batch axis of 1. */
type Outputs = Readonly<Record<string, Tensor>>;

/** Images whose outputs are kept: more than any caller encodes between two depths; three vectors of 256 each are 3 MB. */
const keptImages = 1024;

/** Images of one run: the first layers of a classifier are so large that those of more do not fit beside each other in the cache. */
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

  /** @throws AppError `pack_corrupt` when the graph is not what the entry promises */
  static async open(packFolder: string, entry: ImageExpertEntry, options: ExpertOptions = {}): Promise<ImageExpert> {
    const promise = {
      label: `image expert ${entry.model}, ${entry.output}`,
      input: { name: "image", shape: [4, entry.sizePx, entry.sizePx] },
      output: { name: entry.output, shape: [entry.dims] },
    };
    return new ImageExpert(await FrozenGraph.open(packFolder, entry.model, promise, options), entry);
  }

  /** Features [images, dims], about unit length each. */
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

  /** Outputs of each image; those that are not kept share a run. */
  #outputs(images: readonly ImageValue[], atOnce: number): Array<Promise<Outputs>> {
    // Outputs of shared runs may differ in the last bits, so they are kept apart from those of single runs.
    // A graph of free sizes may serve two entries at two sizes.
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

/** One row of every output that has a batch axis. */
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
