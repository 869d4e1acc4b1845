/**
 * Text expert Φ: a sentence encoder (all-MiniLM-L6-v2) as ONNX with int8 weights. WordPiece tokens → last hidden state → mean
 * over the tokens → unit vector, the pooling of its authors (sbert.net). The only importer of @huggingface/tokenizers.
 * A request's caption runs alone. Training captions with the same number of tokens share a run, which reads the weights once
 * for all of them. If the encoder quantises activations by the range of the whole run, the first shared run reveals it, and
 * captions run alone.
 */
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { AppError } from "../../shared/problem.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import { joinRows } from "../engine/join-rows.ts";
import type { TextExpertEntry } from "../manifest/expert-entries.ts";
import type { Session, Tensor } from "../onnx/session.ts";
import { type Promised, requireFinite, requirePromised, requireShape } from "./check.ts";
import type { ExpertCore, ExpertOptions } from "./expert.ts";
import { SharedFiles } from "./shared-files.ts";
import { requireText } from "./values.ts";

const unknownToken = "[UNK]";
const output = "last_hidden_state";
const tokensInput = (name: string): Promised => ({ name, type: "int64", shape: ["batch", "tokens"] });
const inputs = ["input_ids", "attention_mask", "token_type_ids"].map(tokensInput);

export class TextExpert implements ExpertCore {
  readonly dims: number;
  readonly #session: Session;
  readonly #label: string;
  readonly #tokenizer: Tokenizer;
  readonly #maxTokens: number;
  /** Whether captions can share a run without changing each other's vectors; unknown until the first two are compared. */
  #canShare: boolean | undefined;

  private constructor(session: Session, tokenizer: Tokenizer, entry: TextExpertEntry, label: string) {
    this.#session = session;
    this.#label = label;
    this.#tokenizer = tokenizer;
    this.#maxTokens = entry.maxTokens;
    this.dims = entry.dims;
  }

  /**
   * Loads the expert of a pack folder.
   * @throws AppError `pack_corrupt` when the graph does not match its entry
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
    for (const value of captions) vectors.push(await this.#vectorsOf([this.#idsOf(value)]));
    return joinRows(vectors);
  }

  /** The same vectors within 1e-5, from shared runs. */
  async encodeForTraining(captions: readonly ConditionValue[]): Promise<Float32Array> {
    const rows = new Float32Array(captions.length * this.dims);
    const ids = captions.map((value) => this.#idsOf(value));
    for (const group of groupsOfEqualLength(ids)) {
      const atOnce = (await this.#mayShare(group.map((row) => ids[row]!))) ? sharedRows : 1;
      for (let start = 0; start < group.length; start += atOnce) {
        const some = group.slice(start, start + atOnce);
        const vectors = await this.#vectorsOf(some.map((row) => ids[row]!));
        for (const [at, row] of some.entries())
          rows.set(vectors.subarray(at * this.dims, (at + 1) * this.dims), row * this.dims);
      }
    }
    return rows;
  }

  /** Token ids with [CLS] and [SEP], truncated to the expert's length. */
  tokenize(caption: string): number[] {
    return tokenIds(this.#tokenizer, caption, this.#maxTokens);
  }

  /** Whether a word, in lower case, is a token of its own. */
  isWord(word: string): boolean {
    const [, id, ...others] = this.tokenize(word);
    return others.length === 1 && id !== this.#tokenizer.token_to_id(unknownToken);
  }

  #idsOf(value: ConditionValue): number[] {
    return this.tokenize(requireText(value, "caption"));
  }

  /** Whether texts of one length may share runs: compares the first two that differ; until then each runs alone. */
  async #mayShare(texts: ReadonlyArray<readonly number[]>): Promise<boolean> {
    if (this.#session.inputs.get("input_ids")!.shape[0] === 1) return false;
    const [first] = texts;
    const other = texts.find((text) => text.some((id, at) => id !== first![at]));
    if (this.#canShare === undefined && other !== undefined) this.#canShare = await this.#trySharing(first!, other);
    return this.#canShare ?? false;
  }

  async #trySharing(first: readonly number[], second: readonly number[]): Promise<boolean> {
    const alone = joinRows([await this.#vectorsOf([first]), await this.#vectorsOf([second])]);
    // A graph with a fixed batch of one throws here, and captions run alone.
    const shared = await this.#vectorsOf([first, second]).catch(() => undefined);
    return shared?.every((value, at) => Math.abs(value - alone[at]!) < sharedTolerance) ?? false;
  }

  /** Unit vectors of texts with the same number of tokens from one run, [texts, dims]. */
  async #vectorsOf(texts: ReadonlyArray<readonly number[]>): Promise<Float32Array> {
    const tokens = texts[0]!.length;
    const feed = (ofToken: (id: number) => number): Tensor => ({
      data: BigInt64Array.from(texts.flat(), (id) => BigInt(ofToken(id))),
      dims: [texts.length, tokens],
    });
    const outputs = await this.#session.run({
      input_ids: feed((id) => id),
      attention_mask: feed(() => 1),
      token_type_ids: feed(() => 0),
    });
    const hidden = outputs[output]!;
    requireShape(hidden, [texts.length, tokens, this.dims], this.#label);
    const states = hidden.data as Float32Array;
    const size = tokens * this.dims;
    const vectors = texts.map((_, row) => this.#pool(states.subarray(row * size, (row + 1) * size)));
    for (const vector of vectors) requireFinite(vector, this.#label);
    return joinRows(vectors);
  }

  /** Mean of the states [tokens, dims], normalised to unit length. */
  #pool(states: Float32Array): Float32Array {
    const sum = new Float64Array(this.dims);
    for (let start = 0; start < states.length; start += this.dims)
      for (let axis = 0; axis < this.dims; axis += 1) sum[axis]! += states[start + axis]!;
    const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    return Float32Array.from(sum, (value) => value / Math.max(norm, 1e-12));
  }
}

/** Captions of a shared run; with more of them, reading the weights is no longer what costs time. */
const sharedRows = 16;
const sharedTolerance = 1e-5;

/** Indices of the texts, grouped by number of tokens. */
function groupsOfEqualLength(texts: ReadonlyArray<readonly number[]>): number[][] {
  const groups = new Map<number, number[]>();
  for (const [place, { length }] of texts.entries()) {
    const group = groups.get(length);
    if (group) group.push(place);
    else groups.set(length, [place]);
  }
  return [...groups.values()];
}

/** Token ids with the tokenizer's special tokens around them, truncated to `maxTokens` before the last one. */
export function tokenIds(tokenizer: Tokenizer, text: string, maxTokens: number): number[] {
  const { ids } = tokenizer.encode(text);
  return ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ids.at(-1)!];
}

/** @throws AppError `pack_corrupt` when the bytes are no tokenizer.json of Hugging Face */
export function readTokenizer(bytes: Uint8Array): Tokenizer {
  try {
    // Hugging Face's second file only adds chat templates and special tokens, which sentence encoders do not need.
    return new Tokenizer(JSON.parse(new TextDecoder().decode(bytes)) as object, {});
  } catch (cause) {
    throw new AppError(
      "pack_corrupt",
      `tokenizer: expected a tokenizer.json, got ${bytes.length} bytes of another format`,
      {
        cause,
      },
    );
  }
}
