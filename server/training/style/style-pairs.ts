/**
 * Aligned pairs of a style that has none: each icon is redrawn in a named style of the pack, and from that drawing its own style is requested.
 * So likelihood and judge see what restyling will have to do (back-translation: Sennrich et al. 2016, arXiv 1511.06709).
 */
import { batchConditions, type EncodedCondition, type EncodedConditions } from "../../engine/conditions.ts";
import type { ConditionValue } from "../../engine/interfaces.ts";
import { logNormal } from "../../engine/log-normal.ts";
import type { StyleInk } from "../../engine/pixels/style-ink.ts";
import { looksOf } from "../../engine/read-in-ink.ts";
import { type DrawnLatent, decodeDrawn, paint, shownDrawing, type Translation } from "../../engine/translation.ts";
import { TrainingRandom } from "../../flow/random.ts";
import type { PreviewImage } from "../preview.ts";
import { type Judged, judgeCodes } from "./style-judge.ts";

export type Icon = Extract<ConditionValue, { kind: "image" }>;

/** An icon's latent with the conditions under which it is to be drawn, but for the style. */
export interface StylePair {
  readonly latent: Float32Array;
  readonly from: EncodedConditions;
}

const given = (vector: Float32Array) => ({ vector, presence: 1 });

export class StylePairs {
  readonly #translation: Translation;
  readonly #posteriorStd: number;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param posteriorStd of the target's latents, as the flow was trained on them
   * @param signal ends every method before its next icon, with the signal's reason
   */
  constructor(translation: Translation, posteriorStd: number, signal?: AbortSignal) {
    this.#translation = translation;
    this.#posteriorStd = posteriorStd;
    this.#signal = signal;
  }

  #expert(name: "style" | "drawing") {
    return this.#translation.conditions.find((condition) => condition.name === name)!.expert;
  }

  /** Code of a style that is named, or that 1 to 16 icons show. */
  async codeOf(style: string | readonly Icon[]): Promise<Float32Array> {
    this.#signal?.throwIfAborted();
    const value: ConditionValue =
      typeof style === "string" ? { kind: "text", text: style } : { kind: "images", images: style };
    return this.#expert("style").encode([value]);
  }

  /** @param own code of the style that the icons have @param others codes of named styles, taken in turn */
  async pairsOf(
    icons: readonly Icon[],
    own: Float32Array,
    others: readonly Float32Array[],
    onPair: (done: number) => void = () => {},
  ): Promise<StylePair[]> {
    const { target } = this.#translation;
    const pairs: StylePair[] = [];
    for (const [at, icon] of icons.entries()) {
      this.#signal?.throwIfAborted();
      const other = others[at % others.length]!;
      const planes = await this.#draw({ drawing: await this.#shown(icon), "drawing-style": given(own) }, other);
      const source: Icon = { kind: "image", planes, sizePx: target.imageSizePx, key: `${icon.key} redrawn` };
      const from = { drawing: await this.#shown(source), "drawing-style": given(other) };
      pairs.push({ latent: await target.encode(icon.planes, 1), from });
      onPair(pairs.length);
    }
    return pairs;
  }

  /** Mean of −log p a dimension of the icons, drawn in the style of a code. */
  async natsOf(code: Float32Array, pairs: readonly StylePair[], seed: number): Promise<number> {
    const { flow } = this.#translation;
    let total = 0;
    for (const [at, { latent, from }] of pairs.entries()) {
      this.#signal?.throwIfAborted();
      const noise = new Float32Array(latent.length);
      new TrainingRandom(seed, at, "evaluation").fillNormal(noise, this.#posteriorStd);
      const z = latent.map((value, axis) => value + noise[axis]!);
      const { values, logDet } = await flow.forward(z, batchConditions(flow, [{ ...from, style: given(code) }]), 1);
      total -= (logNormal(values) + logDet[0]!) / flow.dims;
    }
    return total / pairs.length;
  }

  /** The icons drawn again in the style of a code, at temperature 0, as an answer would be. */
  async drawn(pairs: readonly StylePair[], code: Float32Array, styleInk: StyleInk): Promise<PreviewImage[]> {
    const { target } = this.#translation;
    const images: PreviewImage[] = [];
    const looks = { ...looksOf(this.#translation, {}, styleInk), spread: styleInk.spread };
    for (const { from } of pairs) {
      this.#signal?.throwIfAborted();
      const { planes } = await paint(this.#translation, await this.#translate(from, code), looks);
      images.push({ planes, sizePx: target.imageSizePx });
    }
    return images;
  }

  /** Share of the restyled icons whose own style is nearer to `real` than to any of the others, by the style expert. */
  async judge(
    code: Float32Array,
    pairs: readonly StylePair[],
    real: Float32Array,
    others: readonly Float32Array[],
  ): Promise<Judged> {
    const { target } = this.#translation;
    const seen: Float32Array[] = [];
    for (const [at, { from }] of pairs.entries()) {
      this.#signal?.throwIfAborted();
      const planes = await this.#draw(from, code);
      seen.push(await this.codeOf([{ kind: "image", planes, sizePx: target.imageSizePx, key: `restyled ${at}` }]));
    }
    return judgeCodes(seen, real, others);
  }

  async #shown(icon: Icon): Promise<EncodedCondition> {
    return { ...given(await this.#expert("drawing").encode([icon])), planes: icon.planes };
  }

  /** Premultiplied planes of v = 0 in the style of a code. */
  async #draw(from: EncodedConditions, code: Float32Array): Promise<Float32Array> {
    return decodeDrawn(this.#translation, await this.#translate(from, code));
  }

  async #translate(from: EncodedConditions, code: Float32Array): Promise<Pick<DrawnLatent, "latent" | "drawing">> {
    const { flow } = this.#translation;
    const conditions = batchConditions(flow, [{ ...from, style: given(code) }]);
    const { values: latent, manners } = await flow.inverse(new Float32Array(flow.dims), conditions, 1);
    return { latent, drawing: shownDrawing(from, flow.dims, manners?.[0]) };
  }
}
