/**
 * Target expert Λ∘Θ: an autoencoder as two ONNX graphs on premultiplied RGBA. The encoder returns the posterior's mean (the
 * manifest has its fixed standard deviation). The decoder returns valid premultiplied pixels in [0, 1].
 */
import { AppError } from "../../shared/problem.ts";
import type { TargetExpert } from "../engine/interfaces.ts";
import { type LayeredImage, paintValues } from "../engine/pixels/layered-image.ts";
import type { AutoencoderExpertEntry } from "../manifest/expert-entries.ts";
import { requireFinite, requireShape } from "./check.ts";
import type { ExpertOptions } from "./expert.ts";
import { FrozenGraph } from "./frozen-graph.ts";

export class Autoencoder implements TargetExpert {
  readonly latentDims: number;
  readonly imageSizePx: number;
  readonly #encoder: FrozenGraph;
  readonly #decoder: FrozenGraph | undefined;
  readonly decodeLayers?: (latent: Float32Array) => Promise<LayeredImage>;

  private constructor(encoder: FrozenGraph, decoder: FrozenGraph | undefined, entry: AutoencoderExpertEntry) {
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.latentDims = entry.latentShape.reduce((product, size) => product * size, 1);
    this.imageSizePx = entry.imageSizePx;
    const { layers } = entry;
    if (layers !== undefined && decoder) this.decodeLayers = (latent) => this.#layersOf(decoder, latent, layers);
  }

  async #layersOf(decoder: FrozenGraph, latent: Float32Array, layers: number): Promise<LayeredImage> {
    const { logits, paints } = await decoder.run(latent, 1);
    const [sizePx, label] = [this.imageSizePx, decoder.session.label];
    requireShape(logits!, [1, layers, sizePx, sizePx], label);
    requireShape(paints!, [1, layers - 1, paintValues], label);
    const values = { logits: logits!.data as Float32Array, paints: paints!.data as Float32Array };
    requireFinite(values.logits, label);
    requireFinite(values.paints, label);
    return { ...values, sizePx };
  }

  /** @throws AppError `pack_corrupt` when a graph does not match its entry */
  static async open(
    packFolder: string,
    entry: AutoencoderExpertEntry,
    options: ExpertOptions = {},
  ): Promise<Autoencoder> {
    const image = [4, entry.imageSizePx, entry.imageSizePx];
    const encoder = await FrozenGraph.open(
      packFolder,
      entry.encoder,
      {
        label: `encoder ${entry.encoder}`,
        input: { name: "image", shape: image },
        output: { name: "mean", shape: entry.latentShape },
      },
      options,
    );
    const promised = {
      label: `decoder ${entry.decoder}`,
      input: { name: "latent", shape: entry.latentShape },
      output: { name: "image", shape: image },
    };
    const moreOutputs = entry.layers === undefined ? [] : layerOutputs(entry.layers, entry.imageSizePx);
    const decoder = options.encodesOnly
      ? undefined
      : await FrozenGraph.open(packFolder, entry.decoder, { ...promised, moreOutputs }, options);
    return new Autoencoder(encoder, decoder, entry);
  }

  /** Premultiplied RGBA in [0, 1], [batch, 4, size, size] → posterior means [batch, latentDims]. */
  async encode(images: Float32Array, batch: number): Promise<Float32Array> {
    return this.#encoder.read(await this.#encoder.run(images, batch), batch);
  }

  /**
   * Latents [batch, latentDims] → premultiplied RGBA in [0, 1], [batch, 4, size, size].
   * @throws AppError `internal` when it was opened for encoding only
   */
  async decode(latents: Float32Array, batch: number): Promise<Float32Array> {
    if (!this.#decoder) throw new AppError("internal", "target: expected a decoder, got one opened to encode only");
    return this.#decoder.read(await this.#decoder.run(latents, batch), batch);
  }
}

/** What a decoder of layers gives besides the image. */
const layerOutputs = (layers: number, sizePx: number) => [
  { name: "logits", shape: [layers, sizePx, sizePx] },
  { name: "paints", shape: [layers - 1, paintValues] },
];
