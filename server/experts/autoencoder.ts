/**
 * Target expert Λ∘Θ: an autoencoder as two ONNX graphs on premultiplied RGBA. Encoding gives the posterior's mean (its
 * standard deviation is fixed, see the manifest); decoding gives valid premultiplied pixels in [0, 1].
 */
import { join } from "node:path";
import type { TargetExpert } from "../engine/interfaces.ts";
import { Session } from "../onnx/session.ts";
import type { AutoencoderExpertEntry } from "../packs/manifest.ts";
import { requireFinite, requireShape } from "./check.ts";
import type { ExpertOptions } from "./text.ts";

export class Autoencoder implements TargetExpert {
  readonly latentDims: number;
  readonly imageSizePx: number;
  readonly #encoder: Session;
  readonly #decoder: Session;
  readonly #latentShape: readonly number[];

  private constructor(encoder: Session, decoder: Session, entry: AutoencoderExpertEntry) {
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.#latentShape = entry.latentShape;
    this.latentDims = entry.latentShape.reduce((product, size) => product * size, 1);
    this.imageSizePx = entry.imageSizePx;
  }

  static async open(
    packFolder: string,
    entry: AutoencoderExpertEntry,
    options: ExpertOptions = {},
  ): Promise<Autoencoder> {
    const load = (path: string, half: string): Promise<Session> =>
      Session.create(join(packFolder, path), { ...options, label: `${half} ${path}` });
    return new Autoencoder(await load(entry.encoder, "encoder"), await load(entry.decoder, "decoder"), entry);
  }

  /** Premultiplied RGBA in [0, 1], [batch, 4, size, size] → posterior means [batch, latentDims]. */
  encode(images: Float32Array, batch: number): Promise<Float32Array> {
    return this.#run(this.#encoder, images, this.#imageDims(batch), this.#latentDims(batch));
  }

  /** Latents [batch, latentDims] → premultiplied RGBA in [0, 1], [batch, 4, size, size]. */
  decode(latents: Float32Array, batch: number): Promise<Float32Array> {
    return this.#run(this.#decoder, latents, this.#latentDims(batch), this.#imageDims(batch));
  }

  #imageDims(batch: number): number[] {
    return [batch, 4, this.imageSizePx, this.imageSizePx];
  }

  #latentDims(batch: number): number[] {
    return [batch, ...this.#latentShape];
  }

  async #run(
    session: Session,
    data: Float32Array,
    dims: readonly number[],
    expected: readonly number[],
  ): Promise<Float32Array> {
    const [input, output] = [session.inputNames[0]!, session.outputNames[0]!];
    const result = (await session.run({ [input]: { data, dims } }))[output]!;
    requireShape(result, expected, session.label);
    requireFinite(result.data as Float32Array, session.label);
    return result.data as Float32Array;
  }
}
