/**
 * Target expert Λ∘Θ: an autoencoder as two ONNX graphs on premultiplied RGBA. The encoder returns the posterior's mean (the
 * manifest has its fixed standard deviation). The decoder returns valid premultiplied pixels in [0, 1]. One that sees the drawing
 * that a latent was made from keeps its edges (asymmetric VQGAN, Zhu et al. 2023, arXiv 2306.04632).
 */
import { AppError } from "../../shared/problem.ts";
import type { DecodedLayers, ShownDrawing, TargetExpert } from "../engine/interfaces.ts";
import { paintValues } from "../engine/pixels/layered-image.ts";
import type { AutoencoderExpertEntry } from "../manifest/expert-entries.ts";
import { requireFinite, requireShape } from "./check.ts";
import type { ExpertOptions } from "./expert.ts";
import { FrozenGraph } from "./frozen-graph.ts";

export class Autoencoder implements TargetExpert {
  readonly latentDims: number;
  readonly imageSizePx: number;
  readonly #encoder: FrozenGraph;
  readonly #decoder: FrozenGraph | undefined;
  readonly #places: number;
  readonly mannerDims: number;
  readonly decodeBeside?: (latent: Float32Array, drawing: ShownDrawing) => Promise<Float32Array>;
  readonly decodeLayers?: (latent: Float32Array, drawing?: ShownDrawing) => Promise<DecodedLayers>;

  private constructor(encoder: FrozenGraph, decoder: FrozenGraph | undefined, entry: AutoencoderExpertEntry) {
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.latentDims = entry.latentShape.reduce((product, size) => product * size, 1);
    this.imageSizePx = entry.imageSizePx;
    const { layers, latentShape } = entry;
    const mannerDims = mannerDimsOf(entry);
    this.#places = latentShape[1] * latentShape[2];
    this.mannerDims = mannerDims;
    if (mannerDims > 0 && decoder)
      this.decodeBeside = async (latent, drawing) => decoder.read(await this.#decoded(decoder, latent, 1, drawing), 1);
    if (layers !== undefined && decoder)
      this.decodeLayers = (latent, drawing) => this.#layersOf(decoder, latent, layers, drawing);
  }

  /** All that the decoder gives. One that sees drawings is shown zeros where there is none. */
  #decoded(decoder: FrozenGraph, latents: Float32Array, batch: number, drawing?: ShownDrawing) {
    if (!this.decodeBeside) return decoder.run(latents, batch);
    const planes = drawing?.planes ?? new Float32Array(batch * 4 * this.imageSizePx ** 2);
    const known = drawing?.known ?? new Float32Array(batch * this.#places);
    // Where no drawing is known, its size is 1 and no style says more.
    const nothing = new Float32Array(batch * this.mannerDims).map((_, at) => Number(at % this.mannerDims === 0));
    const manner = drawing?.manner ?? nothing;
    return decoder.run(latents, batch, { drawing: planes, known, manner, size: manner });
  }

  async #layersOf(
    decoder: FrozenGraph,
    latent: Float32Array,
    layers: number,
    drawing: ShownDrawing | undefined,
  ): Promise<DecodedLayers> {
    const outputs = await this.#decoded(decoder, latent, 1, drawing);
    const { logits, paints } = outputs;
    const [sizePx, label] = [this.imageSizePx, decoder.session.label];
    requireShape(logits!, [1, layers, sizePx, sizePx], label);
    requireShape(paints!, [1, layers - 1, paintValues], label);
    const values = { logits: logits!.data as Float32Array, paints: paints!.data as Float32Array };
    requireFinite(values.logits, label);
    requireFinite(values.paints, label);
    return { ...values, sizePx, planes: decoder.read(outputs, 1) };
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
    const known = [1, ...entry.latentShape.slice(1)];
    const moreInputs = mannerDimsOf(entry)
      ? [{ name: "drawing", shape: image }, { name: "known", shape: known }, mannerInput(entry)]
      : [];
    const decoder = options.encodesOnly
      ? undefined
      : await FrozenGraph.open(packFolder, entry.decoder, { ...promised, moreInputs, moreOutputs }, options);
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
    return this.#decoder.read(await this.#decoded(this.#decoder, latents, batch), batch);
  }
}

/** Values that a decoder takes of how it is to see a drawing; 0 for one that sees none. */
const mannerDimsOf = ({ mannerDims, seesDrawing }: AutoencoderExpertEntry): number =>
  mannerDims ?? (seesDrawing ? 1 : 0);

/** The input of these values. */
const mannerInput = ({ mannerDims }: AutoencoderExpertEntry) =>
  mannerDims === undefined ? { name: "size", shape: [] } : { name: "manner", shape: [mannerDims] };

/** What a decoder of layers gives besides the image. */
const layerOutputs = (layers: number, sizePx: number) => [
  { name: "logits", shape: [layers, sizePx, sizePx] },
  { name: "paints", shape: [layers - 1, paintValues] },
];
