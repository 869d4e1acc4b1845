/**
 * Text expert Φ: a sentence encoder (all-MiniLM-L6-v2) as ONNX with int8 weights. WordPiece tokens → last hidden state → mean over the
 * tokens → unit vector, as its authors pool it (sbert.net). The one importer of @huggingface/tokenizers.
 *
 * A caption of a request runs alone. Of a training set, captions of as many tokens share a run, which reads the weights once for all of
 * them; an encoder whose activations are quantised by ranges of the whole run is found out by the first one, and runs each alone.
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

const output = "last_hidden_state";
const tokensInput = (name: string): Promised => ({ name, type: "int64", shape: ["batch", "tokens"] });
const inputs = ["input_ids", "attention_mask", "token_type_ids"].map(tokensInput);

export class TextExpert implements ExpertCore {
  readonly dims: number;
  readonly #session: Session;
  readonly #label: string;
  readonly #tokenizer: Tokenizer;
  readonly #maxTokens: number;
  /** Whether captions of one run leave each other's vectors as they are; unknown until two are there to try. */
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
    for (const value of captions) vectors.push(await this.#vectorsOf([this.#idsOf(value)]));
    return joinRows(vectors);
  }

  /** The same within 1e-5, of captions that share runs. */
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

  /** Token ids with [CLS] and [SEP], cut to the expert's length. */
  tokenize(caption: string): number[] {
    return tokenIds(this.#tokenizer, caption, this.#maxTokens);
  }

  #idsOf(value: ConditionValue): number[] {
    return this.tokenize(requireText(value, "caption"));
  }

  /** Whether texts of one length may share runs, found out by the first two that differ; until then each runs alone. */
  async #mayShare(texts: ReadonlyArray<readonly number[]>): Promise<boolean> {
    if (this.#session.inputs.get("input_ids")!.shape[0] === 1) return false;
    const [first] = texts;
    const other = texts.find((text) => text.some((id, at) => id !== first![at]));
    if (this.#canShare === undefined && other !== undefined) this.#canShare = await this.#trySharing(first!, other);
    return this.#canShare ?? false;
  }

  async #trySharing(first: readonly number[], second: readonly number[]): Promise<boolean> {
    const alone = joinRows([await this.#vectorsOf([first]), await this.#vectorsOf([second])]);
    // A graph that can't take two at once says so here, and takes one.
    const shared = await this.#vectorsOf([first, second]).catch(() => undefined);
    return shared?.every((value, at) => Math.abs(value - alone[at]!) < sharedTolerance) ?? false;
  }

  /** Unit vectors of one run over texts of as many tokens, [texts, dims]. */
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

  /** Mean of states [tokens, dims] at unit length. */
  #pool(states: Float32Array): Float32Array {
    const sum = new Float64Array(this.dims);
    for (let start = 0; start < states.length; start += this.dims)
      for (let axis = 0; axis < this.dims; axis += 1) sum[axis]! += states[start + axis]!;
    const norm = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    return Float32Array.from(sum, (value) => value / Math.max(norm, 1e-12));
  }
}

/** Captions of one run: more gain nothing once the weights' way from memory is shared. */
const sharedRows = 16;
const sharedTolerance = 1e-5;

/** Places of texts by how many tokens they have. */
function groupsOfEqualLength(texts: ReadonlyArray<readonly number[]>): number[][] {
  const groups = new Map<number, number[]>();
  for (const [place, { length }] of texts.entries()) {
    const group = groups.get(length);
    if (group) group.push(place);
    else groups.set(length, [place]);
  }
  return [...groups.values()];
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
