/**
 * Sketch expert Φ: the encoder of an autoencoder of line drawings. A drawing (raster or rendered SVG) is normalised in
 * thickness, size and position first, so that its content counts and not its style. In training, edges of an image stand for a
 * sketch of it.
 */
import { AppError } from "../../../shared/problem.ts";
import type { ConditionValue } from "../../engine/interfaces.ts";
import type { SketchExpertEntry } from "../../manifest/expert-entries.ts";
import type { ExpertCore, ExpertOptions } from "../expert.ts";
import { FrozenGraph } from "../frozen-graph.ts";
import { requireImage } from "../values.ts";
import { drawingPx, edgesOf, normaliseDrawing } from "./line-drawing.ts";

export class SketchExpert implements ExpertCore {
  readonly dims: number;
  readonly #graph: FrozenGraph;

  private constructor(graph: FrozenGraph, dims: number) {
    this.dims = dims;
    this.#graph = graph;
  }

  /** @throws AppError `pack_corrupt` when the graph does not match its entry */
  static async open(packFolder: string, entry: SketchExpertEntry, options: ExpertOptions = {}): Promise<SketchExpert> {
    if (entry.sizePx !== drawingPx)
      throw new AppError(
        "pack_corrupt",
        `sketch expert ${entry.model}: expected ${drawingPx} px, got ${entry.sizePx} px`,
      );
    const promise = {
      label: `sketch expert ${entry.model}`,
      input: { name: "sketch", shape: [1, entry.sizePx, entry.sizePx] },
      output: { name: "code", shape: [entry.dims] },
    };
    return new SketchExpert(await FrozenGraph.open(packFolder, entry.model, promise, options), entry.dims);
  }

  /**
   * Codes of drawings, [drawings, dims], each of about unit length.
   * @throws AppError `sketch_empty` for a drawing without a stroke
   */
  async encode(drawings: readonly ConditionValue[]): Promise<Float32Array> {
    return this.#graph.encode(drawings.map(inkOf), 1);
  }

  /** Codes of the edges of images, [images, dims]; an image without edges is an empty drawing. */
  async encodeForTraining(images: readonly ConditionValue[]): Promise<Float32Array> {
    const edges = images.map((value) => {
      const { planes, sizePx } = requireImage(value, "sketch");
      return edgesOf(planes, sizePx);
    });
    return this.#graph.encode(edges, this.#graph.rowsMax);
  }
}

function inkOf(value: ConditionValue): Float32Array {
  const { planes, sizePx } = requireImage(value, "sketch");
  const ink = normaliseDrawing(planes, sizePx);
  if (ink.some((amount) => amount > 0)) return ink;
  const expected = "a drawing with at least one stroke";
  throw new AppError("sketch_empty", `condition.sketch: expected ${expected}, got an empty one`, {
    field: "condition.sketch",
    expected,
    received: "an empty one",
  });
}
