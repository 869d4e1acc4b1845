/**
 * The conditional invertible network τ, written once: whitening, a conditional affine injector on all dimensions, then
 * couplings. `forward` is data → residual (z → v), `inverse` residual → data; both are built from the same pieces, so the
 * likelihood, sampling and training graphs cannot drift apart. (normflows names the directions the other way round.)
 *
 * Sources: Rombach, Esser, Ommer 2020 (arXiv 2005.13580), conditional couplings; SRFlow (Lugmayr et al. 2020), the affine
 * injector. Guidance of the steps is in guidance.ts.
 */
import type { Graph, Value } from "../onnx/graph.ts";
import {
  add,
  concat,
  exp,
  gemm,
  mul,
  neg,
  permuteColumns,
  reduceSum,
  scale,
  silu,
  slice,
  sub,
  tanh,
} from "../onnx/ops.ts";
import type { FlowArchitecture } from "./architecture.ts";
import { blockOf, type Gaussian, guidanceTerms, guide, stack } from "./guidance.ts";
import { TrainingRandom } from "./random.ts";

/** A condition as the graph sees it: values [batch, dims] and present [batch, 1], 1 = given. */
export interface ConditionInput {
  readonly values: Value;
  readonly present: Value;
}

/** Conditions that are always given, [batch, dims] each. */
export type GivenConditions = Readonly<Record<string, Value>>;

/** What the conditions say, row by row. */
export interface Embedding {
  /** The sum of all that is given, refined, [rows, embeddingDims]: read by every step. */
  readonly joint: Value;
  /** The sum of how far each moves the injector's mean by itself, [rows, dims]; absent where the injector is not direct. */
  readonly direct?: Value;
}

/** One condition on its way into the embedding. */
interface EmbeddedPart {
  readonly name: string;
  /** [1, embeddingDims]: what a missing condition adds. */
  readonly absent: Value;
  /** [batch, embeddingDims]: from "absent" to what is given. */
  readonly toGiven: Value;
  readonly direct?: Value | undefined;
  /** [batch, 1] */
  readonly present: Value;
}

/** Values with the log-determinant of the step that made them, [batch, 1] in nats. */
export interface Step {
  readonly x: Value;
  readonly logDet: Value;
}

/** A pass from data to residual. */
export interface ForwardStep extends Step {
  /** What the injector alone makes of it. */
  readonly injected: Step;
}

/** How a sampling graph is guided: weights of the terms [batch, terms], and how many couplings besides the injector, from the data on. */
export interface Guidance {
  readonly weights: Value;
  readonly couplings: number;
}

/** Multiplies by a dropout mask while training; the identity when serving. */
export type Dropout = (x: Value, name: string) => Value;

const noDropout: Dropout = (x) => x;

/** One flow inside one graph: declares its parameters there as it is used. */
export class Cinn {
  readonly #graph: Graph;
  readonly #architecture: FlowArchitecture;
  readonly #dropout: Dropout;
  readonly #permutations: readonly number[][];
  readonly #whitening: Readonly<Record<"mean" | "matrix" | "inverse" | "logDet", Value>>;

  constructor(graph: Graph, architecture: FlowArchitecture, dropout: Dropout = noDropout) {
    this.#graph = graph;
    this.#architecture = architecture;
    this.#dropout = dropout;
    const random = new TrainingRandom(architecture.permutationSeed, 0, "permutation");
    // Declared at once, so that every graph and file carries both directions of the whitening.
    this.#whitening = {
      mean: this.#frozen("whitening.mean", [1, architecture.dims]),
      matrix: this.#frozen("whitening.matrix", [architecture.dims, architecture.dims]),
      inverse: this.#frozen("whitening.inverse", [architecture.dims, architecture.dims]),
      logDet: this.#frozen("whitening.logDet", [1, 1]),
    };
    this.#permutations = Array.from({ length: architecture.couplings.count }, () =>
      random.permutation(architecture.dims),
    );
  }

  /** Embedding of the conditions; a missing one contributes its learned "absent" vector. */
  embed(conditions: Readonly<Record<string, ConditionInput>>): Embedding {
    return this.#join([this.#embedEach(conditions)]);
  }

  /** The same where every condition is given, which needs no word of what an absent one means. */
  embedGiven(values: GivenConditions): Embedding {
    const given = this.#architecture.conditions.map(({ name }) => ({ name, scaled: unitVariance(values[name]!) }));
    const joint = this.#refine(given.map(({ name, scaled }) => this.#project(name, scaled)).reduce(add));
    if (!this.#isDirect) return { joint };
    return { joint, direct: given.map(({ name, scaled }) => this.#projectDirectly(name, scaled)!).reduce(add) };
  }

  /**
   * Embeddings of the conditions and, stacked below them, of every guidance term's base: (1 + terms) · batch rows.
   * @param kept for each condition [batch, terms]: 1 where the base of a term keeps it, 0 where it leaves it out
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

  /** z → v with log |det ∂v/∂z|. */
  forward(latent: Value, embedding: Embedding): ForwardStep {
    const white = gemm(sub(latent, this.#whitening.mean), this.#whitening.matrix);
    const { shift, logScale } = this.#injector(embedding);
    let x = mul(sub(white, shift), exp(neg(logScale)));
    let logDet = sub(this.#whitening.logDet, reduceSum(logScale, [1]));
    const injected = { x, logDet };
    for (const [index, permutation] of this.#permutations.entries()) {
      const [kept, changed] = this.#halves(this.#permute(x, permutation));
      const step = this.#conditioner(index, kept, embedding.joint);
      x = concat([kept, add(mul(changed, exp(step.logScale)), step.shift)], 1);
      logDet = add(logDet, reduceSum(step.logScale, [1]));
    }
    return { x, logDet, injected };
  }

  /**
   * v → z with log |det ∂z/∂v|.
   * @param embedding of the conditions, and with guidance of the bases too, as `embedWithBases` stacks them
   * @param guidance absent, or all weights 0: the exact inverse of `forward`
   */
  inverse(residual: Value, embedding: Embedding, guidance?: Guidance): Step {
    const given = guidance ? blockOf(embedding.joint, 0) : embedding.joint;
    let x = residual;
    let logDet: Value | undefined;
    for (let index = this.#permutations.length - 1; index >= 0; index -= 1) {
      const [kept, changed] = this.#halves(x);
      const { shift, logScale } =
        guidance && index < guidance.couplings
          ? guide(towardsData(this.#conditioner(index, stack(kept), embedding.joint)), guidance.weights)
          : towardsData(this.#conditioner(index, kept, given));
      const joined = concat([kept, add(mul(changed, exp(logScale)), shift)], 1);
      x = this.#permute(joined, invert(this.#permutations[index]!));
      const sum = reduceSum(logScale, [1]);
      logDet = logDet ? add(logDet, sum) : sum;
    }
    const injected = this.#injector(embedding);
    const { shift, logScale } = guidance ? guide(injected, guidance.weights) : injected;
    const white = add(mul(x, exp(logScale)), shift);
    const z = add(gemm(white, this.#whitening.inverse), this.#whitening.mean);
    const outer = sub(reduceSum(logScale, [1]), this.#whitening.logDet);
    return { x: z, logDet: logDet ? add(outer, logDet) : outer };
  }

  get #dims(): number {
    return this.#architecture.dims;
  }

  get #isDirect(): boolean {
    return this.#architecture.injector.isDirect === true;
  }

  #embedEach(conditions: Readonly<Record<string, ConditionInput>>): EmbeddedPart[] {
    return this.#architecture.conditions.map(({ name }) => {
      const { values, present } = conditions[name]!;
      const scaled = unitVariance(values);
      const given = this.#project(name, scaled);
      const absent = this.#absent(name);
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

  /** A given condition in the embedding's space, from values of unit variance. */
  #project(name: string, scaled: Value): Value {
    return this.#linear(`embed.${name}`, scaled, this.#architecture.embeddingDims, 1);
  }

  /**
   * How far a given condition moves the injector's mean by a linear map; starts at nothing, so that a flow can learn it later. A net finds
   * training images again by their codes of pictures; a linear map of them, with as much said, can't help but hold for other images too.
   */
  #projectDirectly(name: string, scaled: Value): Value | undefined {
    if (!this.#isDirect) return undefined;
    return gemm(scaled, this.#weight(`embed.${name}.direct`, scaled.shape[1]!, this.#dims, 0));
  }

  /** μ(c) and log σ(c) of the injector: a residual MLP on the embedding, and what conditions say of μ directly. */
  #injector({ joint, direct }: Embedding): Gaussian {
    const { hiddenDims, blocks } = this.#architecture.injector;
    let hidden = this.#linear("injector.in", joint, hiddenDims, 1);
    for (let block = 0; block < blocks; block += 1) {
      const inner = silu(this.#linear(`injector.${block}.up`, silu(hidden), hiddenDims, 1.4));
      hidden = add(
        hidden,
        this.#linear(`injector.${block}.down`, this.#dropout(inner, `injector.${block}`), hiddenDims, 0.5),
      );
    }
    const out = this.#linear("injector.out", silu(hidden), 2 * this.#dims, 0.05);
    const shift = slice(out, 1, 0, this.#dims);
    return {
      shift: direct ? add(shift, direct) : shift,
      logScale: this.#softClamp(slice(out, 1, this.#dims, 2 * this.#dims), injectorClamp),
    };
  }

  /** Shift and log-scale of one coupling, by one joint net on (kept half, embedding). */
  #conditioner(index: number, kept: Value, embedding: Value): Gaussian {
    const { hiddenDims, depth, clamp } = this.#architecture.couplings;
    const half = this.#dims / 2;
    const name = `coupling.${index}`;
    const joined = add(
      this.#linear(`${name}.in`, kept, hiddenDims, 1),
      gemm(embedding, this.#weight(`${name}.condition`, this.#architecture.embeddingDims, hiddenDims, 1)),
    );
    let hidden = silu(joined);
    for (let layer = 0; layer < depth; layer += 1)
      hidden = silu(this.#linear(`${name}.${layer}`, this.#dropout(hidden, `${name}.${layer}`), hiddenDims, 1.4));
    const out = this.#linear(`${name}.out`, hidden, 2 * half, 0.02);
    return { shift: slice(out, 1, 0, half), logScale: this.#softClamp(slice(out, 1, half, 2 * half), clamp) };
  }

  #refine(sum: Value): Value {
    const width = this.#architecture.embeddingDims;
    const inner = silu(this.#linear("embed.up", sum, width, 1.4));
    return this.#dropout(add(sum, this.#linear("embed.down", inner, width, 0.5)), "embed");
  }

  #absent(name: string): Value {
    return this.#graph.parameter(`embed.${name}.absent`, [1, this.#architecture.embeddingDims], { initialStd: 0.5 });
  }

  /** Columns in another order. Few columns are moved faster by a product with the permutation's matrix, which is exact as well. */
  #permute(x: Value, order: readonly number[]): Value {
    const size = order.length;
    if (size > permutedByProductMax) return permuteColumns(x, order);
    const matrix = new Float32Array(size * size);
    for (const [to, from] of order.entries()) matrix[from * size + to] = 1;
    return gemm(x, this.#graph.constant(matrix, [size, size]));
  }

  #halves(x: Value): [Value, Value] {
    return [slice(x, 1, 0, this.#dims / 2), slice(x, 1, this.#dims / 2, this.#dims)];
  }

  #softClamp(x: Value, limit: number): Value {
    return scale(tanh(scale(x, 1 / limit)), limit);
  }

  #linear(name: string, x: Value, width: number, gain: number): Value {
    const product = gemm(x, this.#weight(`${name}.weight`, x.shape[1]!, width, gain));
    return add(product, this.#graph.parameter(`${name}.bias`, [1, width]));
  }

  #weight(name: string, rows: number, columns: number, gain: number): Value {
    return this.#graph.parameter(name, [rows, columns], { initialStd: gain / Math.sqrt(rows) });
  }

  #frozen(name: string, shape: readonly number[]): Value {
    return this.#graph.parameter(name, shape, { isFrozen: true });
  }
}

const joinBlocks = (blocks: readonly Value[]): Value => (blocks.length === 1 ? blocks[0]! : concat(blocks, 0));

/** Experts give unit vectors; √dims brings their components to unit variance. */
const unitVariance = (values: Value): Value => scale(values, Math.sqrt(values.shape[1]!));

/** A coupling maps data to residual as x·e^s + t; back, that is x = μ + σ·v with these. */
const towardsData = ({ shift, logScale }: Gaussian): Gaussian => ({
  shift: neg(mul(shift, exp(neg(logScale)))),
  logScale: neg(logScale),
});

/** ± nats of the injector's log σ: e⁻⁴ is far below the posterior's own standard deviation. */
const injectorClamp = 4;

/** Above this the product's multiplications cost more than the moves. */
const permutedByProductMax = 32;

const invert = (permutation: readonly number[]): number[] => {
  const inverse = new Array<number>(permutation.length);
  for (const [to, from] of permutation.entries()) inverse[from] = to;
  return inverse;
};
