/**
 * Low-resolution expert Φ: the encoder of a small autoencoder of small images (the paper's super-resolution example). The image
 * is averaged down to the expert's size first, so all images that shrink to the same pixels are the same condition.
 */

import type { ConditionValue } from "../engine/interfaces.ts";
import { averageAreas } from "../engine/pixels/areas.ts";
import type { LowResolutionExpertEntry } from "../manifest/expert-entries.ts";
import type { ExpertCore, ExpertOptions } from "./expert.ts";
import { FrozenGraph } from "./frozen-graph.ts";
import { requireImage } from "./values.ts";

export class LowResolutionExpert implements ExpertCore {
  readonly dims: number;
  readonly #graph: FrozenGraph;
  readonly #sizePx: number;

  private constructor(graph: FrozenGraph, { dims, sizePx }: LowResolutionExpertEntry) {
    this.dims = dims;
    this.#graph = graph;
    this.#sizePx = sizePx;
  }

  /** @throws AppError `pack_corrupt` when the graph does not match its entry */
  static async open(
    packFolder: string,
    entry: LowResolutionExpertEntry,
    options: ExpertOptions = {},
  ): Promise<LowResolutionExpert> {
    const promise = {
      label: `low-resolution expert ${entry.model}`,
      input: { name: "image", shape: [4, entry.sizePx, entry.sizePx] },
      output: { name: "code", shape: [entry.dims] },
    };
    return new LowResolutionExpert(await FrozenGraph.open(packFolder, entry.model, promise, options), entry);
  }

  /** Codes [images, dims], each of about unit length. */
  async encode(values: readonly ConditionValue[]): Promise<Float32Array> {
    return this.#graph.encode(this.#shrink(values), 1);
  }

  async encodeForTraining(values: readonly ConditionValue[]): Promise<Float32Array> {
    return this.#graph.encode(this.#shrink(values), this.#graph.rowsMax);
  }

  #shrink(values: readonly ConditionValue[]): Float32Array[] {
    return values.map((value) => {
      const { planes, sizePx } = requireImage(value, "lowResolution");
      return averageAreas(planes, sizePx, this.#sizePx);
    });
  }
}
