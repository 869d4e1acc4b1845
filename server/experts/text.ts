/**
 * Text expert Φ: a sentence encoder (all-MiniLM-L6-v2) as int8 ONNX. WordPiece tokens → last hidden state → mean over the
 * tokens → unit vector, as its authors pool it (sbert.net). The one importer of @huggingface/tokenizers.
 *
 * One caption a run: the encoder is quantised dynamically, its scales come from the whole batch, so a caption's vector would
 * depend on its neighbours. Vectors are kept by caption, so that repeated captions cost nothing.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import type { ConditioningExpert } from "../engine/interfaces.ts";
import { type Provider, Session, type Tensor } from "../onnx/session.ts";
import type { TextExpertEntry } from "../packs/manifest.ts";
import { requireFinite, requireShape } from "./check.ts";

export interface ExpertOptions {
  readonly provider?: Provider;
  readonly threads?: number;
}

/** Captions whose vectors are kept, the longest unused go first; 4,000 vectors of 384 floats are 6 MB. */
const cacheEntries = 4000;

export class TextExpert implements ConditioningExpert {
  readonly dims: number;
  readonly #session: Session;
  readonly #tokenizer: Tokenizer;
  readonly #maxTokens: number;
  readonly #cache = new Map<string, Float32Array>();

  private constructor(session: Session, tokenizer: Tokenizer, entry: TextExpertEntry) {
    this.#session = session;
    this.#tokenizer = tokenizer;
    this.#maxTokens = entry.maxTokens;
    this.dims = entry.dims;
  }

  /** Loads the expert of a pack folder. */
  static async open(packFolder: string, entry: TextExpertEntry, options: ExpertOptions = {}): Promise<TextExpert> {
    const session = await Session.create(join(packFolder, entry.model), {
      ...options,
      label: `text expert ${entry.model}`,
    });
    const json = JSON.parse(await readFile(join(packFolder, entry.tokenizer), "utf8")) as object;
    // The second file of Hugging Face's pair only adds chat templates and special names that MiniLM does without.
    return new TextExpert(session, new Tokenizer(json, {}), entry);
  }

  /** Unit vectors of captions, [captions, dims]. */
  async encode(captions: readonly string[]): Promise<Float32Array> {
    const vectors = new Float32Array(captions.length * this.dims);
    for (const [index, caption] of captions.entries()) vectors.set(await this.#vectorOf(caption), index * this.dims);
    return vectors;
  }

  /** Token ids with [CLS] and [SEP], cut to the expert's length. */
  tokenize(caption: string): number[] {
    const { ids } = this.#tokenizer.encode(caption);
    return ids.length <= this.#maxTokens ? ids : [...ids.slice(0, this.#maxTokens - 1), ids.at(-1)!];
  }

  async #vectorOf(caption: string): Promise<Float32Array> {
    const known = this.#cache.get(caption);
    if (known) {
      this.#cache.delete(caption);
      this.#cache.set(caption, known);
      return known;
    }
    const ids = this.tokenize(caption);
    const dims = [1, ids.length];
    const feeds: Record<string, Tensor> = {};
    for (const name of this.#session.inputNames) {
      const fill =
        name === "input_ids"
          ? ids.map(BigInt)
          : new Array<bigint>(ids.length).fill(name === "attention_mask" ? 1n : 0n);
      feeds[name] = { data: BigInt64Array.from(fill), dims };
    }
    const outputs = await this.#session.run(feeds);
    const vector = this.#pool(Object.values(outputs)[0]!, ids.length);
    requireFinite(vector, this.#session.label);
    this.#cache.set(caption, vector);
    if (this.#cache.size > cacheEntries) this.#cache.delete(this.#cache.keys().next().value!);
    return vector;
  }

  #pool(hidden: Tensor, tokens: number): Float32Array {
    requireShape(hidden, [1, tokens, this.dims], this.#session.label);
    const sum = new Float64Array(this.dims);
    for (const [index, value] of (hidden.data as Float32Array).entries()) sum[index % this.dims]! += value;
    const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    return Float32Array.from(sum, (value) => value / Math.max(norm, 1e-12));
  }
}
