/**
 * Text expert Φ: a sentence encoder (all-MiniLM-L6-v2) as int8 ONNX. WordPiece tokens → last hidden state → mean over the
 * tokens → unit vector, as its authors pool it (sbert.net). The one importer of @huggingface/tokenizers.
 *
 * One caption a run, always: the encoder is quantised dynamically, its scales come from the whole batch, so a caption's
 * vector would depend on its neighbours.
 */
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { AppError } from "../../shared/problem.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import type { Session, Tensor } from "../onnx/session.ts";
import type { TextExpertEntry } from "../packs/manifest.ts";
import { type Promised, requireFinite, requirePromised, requireShape } from "./check.ts";
import type { ExpertCore, ExpertOptions } from "./expert.ts";
import { joinRows } from "./frozen-graph.ts";
import { SharedFiles } from "./shared-files.ts";
import { requireText } from "./values.ts";

const output = "last_hidden_state";
const tokensInput = (name: string): Promised => ({ name, type: "int64", shape: ["batch", "tokens"] });
const inputs = ["input_ids", "attention_mask", "token_type_ids"].map(tokensInput);

export class TextExpert implements ExpertCore {
  readonly dims: number;
  readonly #session: Session;
  readonly #label: string;
  readonly #tokenizer: Tokenizer;
  readonly #maxTokens: number;

  private constructor(session: Session, tokenizer: Tokenizer, entry: TextExpertEntry, label: string) {
    this.#session = session;
    this.#label = label;
    this.#tokenizer = tokenizer;
    this.#maxTokens = entry.maxTokens;
    this.dims = entry.dims;
  }

  /**
   * Loads the expert of a pack folder.
   * @throws AppError `pack_corrupt` when the graph is not what the entry promises
   */
  static async open(
    packFolder: string,
    entry: TextExpertEntry,
    { shared = new SharedFiles(), ...options }: ExpertOptions = {},
  ): Promise<TextExpert> {
    const label = `text expert ${entry.model}`;
    const session = await shared.session(join(packFolder, entry.model), { ...options, label });
    const hidden: Promised = { name: output, type: "float32", shape: ["batch", "tokens", entry.dims] };
    requirePromised(session, inputs, [hidden], label);
    const tokenizer = await shared.open(join(packFolder, entry.tokenizer), "tokenizer", readTokenizer);
    return new TextExpert(session, tokenizer, entry, label);
  }

  /** Unit vectors of captions, [captions, dims]. */
  async encode(captions: readonly ConditionValue[]): Promise<Float32Array> {
    const vectors: Float32Array[] = [];
    for (const value of captions) vectors.push(await this.#vectorOf(requireText(value, "caption")));
    return joinRows(vectors);
  }

  /** Token ids with [CLS] and [SEP], cut to the expert's length. */
  tokenize(caption: string): number[] {
    return tokenIds(this.#tokenizer, caption, this.#maxTokens);
  }

  async #vectorOf(caption: string): Promise<Float32Array> {
    const ids = this.tokenize(caption);
    const tokens = (fill: (id: number) => number): Tensor => ({
      data: BigInt64Array.from(ids, (id) => BigInt(fill(id))),
      dims: [1, ids.length],
    });
    const outputs = await this.#session.run({
      input_ids: tokens((id) => id),
      attention_mask: tokens(() => 1),
      token_type_ids: tokens(() => 0),
    });
    const vector = this.#pool(outputs[output]!, ids.length);
    requireFinite(vector, this.#label);
    return vector;
  }

  #pool(hidden: Tensor, tokens: number): Float32Array {
    requireShape(hidden, [1, tokens, this.dims], this.#label);
    const sum = new Float64Array(this.dims);
    const states = hidden.data as Float32Array;
    for (let start = 0; start < states.length; start += this.dims)
      for (let axis = 0; axis < this.dims; axis += 1) sum[axis]! += states[start + axis]!;
    const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    return Float32Array.from(sum, (value) => value / Math.max(norm, 1e-12));
  }
}

/** Token ids with the tokenizer's special ones around, cut to `maxTokens` before the last. */
export function tokenIds(tokenizer: Tokenizer, text: string, maxTokens: number): number[] {
  const { ids } = tokenizer.encode(text);
  return ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ids.at(-1)!];
}

/** @throws AppError `pack_corrupt` when the bytes are no tokenizer.json of Hugging Face */
export function readTokenizer(bytes: Uint8Array): Tokenizer {
  try {
    // The second file of Hugging Face's pair only adds chat templates and special names that sentence encoders do without.
    return new Tokenizer(JSON.parse(new TextDecoder().decode(bytes)) as object, {});
  } catch (cause) {
    throw new AppError(
      "pack_corrupt",
      `tokenizer: expected a tokenizer.json, got ${bytes.length} bytes that are none`,
      {
        cause,
      },
    );
  }
}
