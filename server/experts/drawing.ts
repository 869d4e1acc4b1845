/**
 * Drawing expert Φ: the latent of a drawing by the target's encoder, place by place, so that a flow with a grid knows where
 * everything lies (issue 25). It says nothing of the drawing's style, which is a condition of its own (drawing-style.ts).
 */
import type { ConditionValue } from "../engine/interfaces.ts";
import type { DrawingExpertEntry, DrawingStyleExpertEntry } from "../manifest/expert-entries.ts";
import type { ExpertCore, ExpertOptions } from "./expert.ts";
import { FrozenGraph } from "./frozen-graph.ts";
import { type ImageValue, requireImage } from "./values.ts";

/** From this share on a pixel belongs to a hole. */
const holeFrom = 0.5;

export class DrawingExpert implements ExpertCore {
  readonly dims: number;
  readonly #encoder: DrawingEncoder;
  readonly #side: number;

  private constructor(encoder: DrawingEncoder, side: number) {
    this.#encoder = encoder;
    this.#side = side;
    this.dims = encoder.dims + side * side;
  }

  /** @throws AppError `pack_corrupt` when the graph does not match its entry */
  static async open(packFolder: string, entry: DrawingExpertEntry, options: ExpertOptions): Promise<DrawingExpert> {
    return new DrawingExpert(await DrawingEncoder.open(packFolder, entry, options), entry.latentShape[1]);
  }

  /**
   * Latents and, for each place, whether it is known, [drawings, dims]; in holes both are 0.
   * @throws AppError `invalid_request` for values that are no images
   */
  async encode(drawings: readonly ConditionValue[]): Promise<Float32Array> {
    const images = drawings.map((value) => requireImage(value, "drawing"));
    const latents = await this.#encoder.encode(images);
    const codes = new Float32Array(images.length * this.dims);
    for (const [row, { hole, sizePx }] of images.entries()) {
      const known = hole ? knownPlaces(hole, sizePx, this.#side) : new Float32Array(this.#side ** 2).fill(1);
      const latent = latents
        .subarray(row * this.#encoder.dims, (row + 1) * this.#encoder.dims)
        .map((value, at) => value * known[at % known.length]!);
      codes.set(latent, row * this.dims);
      codes.set(known, row * this.dims + latent.length);
    }
    return codes;
  }
}

/** 0 where a place of the grid has a pixel that is drawn anew, [side, side]. */
function knownPlaces(hole: Float32Array, sizePx: number, side: number): Float32Array {
  const known = new Float32Array(side * side).fill(1);
  const cellPx = sizePx / side;
  for (let at = 0; at < hole.length; at += 1)
    if (hole[at]! >= holeFrom)
      known[Math.floor(Math.floor(at / sizePx) / cellPx) * side + Math.floor((at % sizePx) / cellPx)] = 0;
  return known;
}

/** The target's encoder on decoded images of its own size. */
export class DrawingEncoder {
  /** Values of a latent. */
  readonly dims: number;
  readonly #graph: FrozenGraph;

  private constructor(graph: FrozenGraph, dims: number) {
    this.#graph = graph;
    this.dims = dims;
  }

  /** @throws AppError `pack_corrupt` when the graph does not match its entry */
  static async open(
    packFolder: string,
    { kind, encoder, latentShape, imageSizePx }: DrawingExpertEntry | DrawingStyleExpertEntry,
    options: ExpertOptions,
  ): Promise<DrawingEncoder> {
    const promise = {
      label: `${kind} expert ${encoder}`,
      input: { name: "image", shape: [4, imageSizePx, imageSizePx] },
      output: { name: "mean", shape: latentShape },
    };
    const dims = latentShape.reduce((product, size) => product * size, 1);
    return new DrawingEncoder(await FrozenGraph.open(packFolder, encoder, promise, options), dims);
  }

  /** Posterior means [images, dims], one image a run, so that a latent never depends on its neighbours. */
  encode(images: readonly ImageValue[]): Promise<Float32Array> {
    return this.#graph.encode(
      images.map(({ planes }) => planes),
      1,
    );
  }
}
