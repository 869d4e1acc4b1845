/**
 * The embedding of a flow's conditions: one projection a condition, summed, so that any subset works, with a learned vector where one is
 * absent. Every step of the flow reads it. With a direct injector each condition also shifts the injector's mean.
 */
import type { Value } from "../../onnx/graph.ts";
import { add, concat, gemm, mul, scale, silu, slice, sub } from "../../onnx/ops.ts";
import type { FlowArchitecture } from "../architecture.ts";
import { guidanceTerms } from "../guidance.ts";
import type { Layers } from "./layers.ts";

/** A condition as graph inputs: values [batch, dims] and present [batch, 1], 1 = given. */
export interface ConditionInput {
  readonly values: Value;
  readonly present: Value;
}

/** Conditions that are always given, [batch, dims] each. */
export type GivenConditions = Readonly<Record<string, Value>>;

/** The embedding of the conditions, row by row. */
export interface Embedding {
  /** The sum over all conditions, refined, [rows, embeddingDims]; every step reads it. */
  readonly joint: Value;
  /** The sum of the direct shifts of the injector's mean, [rows, dims]; absent unless the injector is direct. */
  readonly direct?: Value;
}

/** One condition's part of the embedding. */
interface EmbeddedPart {
  readonly name: string;
  /** [1, embeddingDims]: embedding of an absent condition. */
  readonly absent: Value;
  /** [batch, embeddingDims]: difference of the given condition to "absent". */
  readonly toGiven: Value;
  readonly direct?: Value | undefined;
  /** [batch, 1] */
  readonly present: Value;
}

export class ConditionEmbedding {
  readonly #layers: Layers;
  readonly #architecture: FlowArchitecture;

  constructor(layers: Layers, architecture: FlowArchitecture) {
    this.#layers = layers;
    this.#architecture = architecture;
  }

  /** Embedding of the conditions; an absent one contributes its learned "absent" vector. */
  embed(conditions: Readonly<Record<string, ConditionInput>>): Embedding {
    return this.#join([this.#embedEach(conditions)]);
  }

  /**
   * Embeddings of the conditions and, stacked below, of the base of every guidance term: (1 + terms) · batch rows.
   * @param kept for each condition [batch, terms]: 1 = the base of the term keeps it, 0 = it leaves it out
   */
  embedWithBases(
    conditions: Readonly<Record<string, ConditionInput>>,
    kept: Readonly<Record<string, Value>>,
  ): Embedding {
    const parts = this.#embedEach(conditions);
    const bases = Array.from({ length: guidanceTerms }, (_, term) =>
      parts.map((part) => ({ ...part, present: mul(part.present, slice(kept[part.name]!, 1, term, term + 1)) })),
    );
    return this.#join([parts, ...bases]);
  }

  /** Embedding of conditions that are all given, without "absent" vectors. */
  embedGiven(given: GivenConditions): Embedding {
    const parts = this.#architecture.conditions.map(({ name, dims }) => {
      const weight = (unscaled: Value): Value => scale(unscaled, unitGain(dims));
      const values = given[name]!;
      return {
        joint: this.#layers.linear(`embed.${name}`, values, this.#architecture.embeddingDims, 1, { weight }),
        direct: this.#isDirect ? gemm(values, weight(this.#directWeight(name, dims))) : undefined,
      };
    });
    const joint = this.#refine(parts.map((part) => part.joint).reduce(add));
    return this.#isDirect ? { joint, direct: parts.map(({ direct }) => direct!).reduce(add) } : { joint };
  }

  get #isDirect(): boolean {
    return this.#architecture.injector.isDirect === true;
  }

  #embedEach(conditions: Readonly<Record<string, ConditionInput>>): EmbeddedPart[] {
    const { embeddingDims } = this.#architecture;
    return this.#architecture.conditions.map(({ name }) => {
      const { values, present } = conditions[name]!;
      const scaled = unitVariance(values);
      const given = this.#layers.linear(`embed.${name}`, scaled, embeddingDims, 1);
      const absent = this.#layers.vector(`embed.${name}.absent`, embeddingDims, 0.5);
      return { name, absent, toGiven: sub(given, absent), direct: this.#projectDirectly(name, scaled), present };
    });
  }

  /** Sums the parts of each block of rows and stacks the blocks. */
  #join(blocks: ReadonlyArray<readonly EmbeddedPart[]>): Embedding {
    const stackSums = (sum: (part: EmbeddedPart) => Value): Value =>
      joinBlocks(blocks.map((parts) => parts.map(sum).reduce(add)));
    const joint = this.#refine(stackSums(({ absent, toGiven, present }) => add(absent, mul(present, toGiven))));
    if (!this.#isDirect) return { joint };
    return { joint, direct: stackSums(({ direct, present }) => mul(present, direct!)) };
  }

  /**
   * A given condition's linear shift of the injector's mean. It starts at zero, so that a flow can add it later. A network
   * recognises training images by their picture codes; a linear map of the codes also generalises to other images.
   */
  #projectDirectly(name: string, scaled: Value): Value | undefined {
    if (!this.#isDirect) return undefined;
    return gemm(scaled, this.#directWeight(name, scaled.shape[1]!));
  }

  #directWeight(name: string, dims: number): Value {
    return this.#layers.weight(`embed.${name}.direct`, dims, this.#architecture.dims, 0);
  }

  #refine(sum: Value): Value {
    const width = this.#architecture.embeddingDims;
    const inner = silu(this.#layers.linear("embed.up", sum, width, 1.4));
    return this.#layers.dropout(add(sum, this.#layers.linear("embed.down", inner, width, 0.5)), "embed");
  }
}

const joinBlocks = (blocks: readonly Value[]): Value => (blocks.length === 1 ? blocks[0]! : concat(blocks, 0));

/** Experts return unit vectors; this scales their components to unit variance. */
const unitGain = (dims: number): number => Math.sqrt(dims);

const unitVariance = (values: Value): Value => scale(values, unitGain(values.shape[1]!));
