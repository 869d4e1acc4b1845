/**
 * The conditional invertible network τ, defined once: whitening, a conditional affine injector on all dimensions, then
 * couplings. `forward` is data → residual (z → v), `inverse` is residual → data (normflows names the directions the other way
 * round). Both use the same parts, so the graphs for likelihood, sampling and training can't differ. `inverseInPlace` is the
 * inverse arranged for many narrow rows; a test compares both.
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

/** Values and the log-determinant of the step to them, [batch, 1] in nats. */
export interface Step {
  readonly x: Value;
  readonly logDet: Value;
}

/** A pass from data to residual. */
export interface ForwardStep extends Step {
  /** The result of the injector alone. */
  readonly injected: Step;
}

/**
 * Guidance of a sampling graph: weights of the terms [batch, terms], and the number of guided couplings besides the injector,
 * counted from the data.
 */
export interface Guidance {
  readonly weights: Value;
  readonly couplings: number;
}

/** Multiplies by a dropout mask in training; the identity otherwise. */
export type Dropout = (x: Value, name: string) => Value;

const noDropout: Dropout = (x) => x;

/** How a graph rearranges a layer's trained parameters before use. */
interface Arrangement {
  /** Rows of the trained weight; absent = columns of its input. */
  readonly inputs?: number;
  readonly weight?: (trained: Value) => Value;
  readonly bias?: (trained: Value) => Value;
}

const asItIs = (trained: Value): Value => trained;

/** One flow inside one graph; declares its parameters there when they are first used. */
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
    // Declared first, so that every graph and file has both directions of the whitening.
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
   * @param embedding of the conditions; with guidance stacked with its bases, see `embedWithBases`
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

  /**
   * v → z when every condition is given, without log-determinant: the result of `inverse`, up to rounding, with fewer and wider
   * operators. Columns stay in place instead of being cut out, moved and joined. Weights are padded with zeros for the other
   * columns; the runtime does that once, when it loads the graph.
   */
  inverseInPlace(residual: Value, given: GivenConditions): Value {
    const dims = this.#dims;
    const embedding = this.#embedGiven(given);
    let x = residual;
    /** Position of each column after the permutations so far. */
    let places: readonly number[] = Array.from({ length: dims }, (_, column) => column);
    for (let index = this.#permutations.length - 1; index >= 0; index -= 1) {
      const [kept, changed] = [places.slice(0, dims / 2), places.slice(dims / 2)];
      const { clamp } = this.#architecture.couplings;
      const weight = (half: Value): Value => spreadRows(half, kept, dims);
      const hidden = this.#conditionerHidden(index, x, embedding.joint, { inputs: dims / 2, weight });
      const { shift, logScale } = this.#gaussianInPlace(`coupling.${index}.out`, hidden, changed, clamp);
      x = mul(sub(x, shift), exp(neg(logScale)));
      const moved = places;
      places = invert(this.#permutations[index]!).map((to) => moved[to]!);
    }
    const { shift, logScale } = this.#gaussianInPlace(
      "injector.out",
      this.#injectorHidden(embedding.joint),
      places,
      injectorClamp,
    );
    const mean = embedding.direct ? add(shift, gemm(embedding.direct, selection(x.graph, places, dims))) : shift;
    const white = add(mul(x, exp(logScale)), mean);
    return add(gemm(white, spreadRows(this.#whitening.inverse, places, dims)), this.#whitening.mean);
  }

  get #dims(): number {
    return this.#architecture.dims;
  }

  get #isDirect(): boolean {
    return this.#architecture.injector.isDirect === true;
  }

  /** Embedding of conditions that are all given, without "absent" vectors. */
  #embedGiven(given: GivenConditions): Embedding {
    const parts = this.#architecture.conditions.map(({ name, dims }) => {
      const weight = (unscaled: Value): Value => scale(unscaled, unitGain(dims));
      const values = given[name]!;
      return {
        joint: this.#linear(`embed.${name}`, values, this.#architecture.embeddingDims, 1, { weight }),
        direct: this.#isDirect ? gemm(values, weight(this.#directWeight(name, dims))) : undefined,
      };
    });
    const joint = this.#refine(parts.map((part) => part.joint).reduce(add));
    return this.#isDirect ? { joint, direct: parts.map(({ direct }) => direct!).reduce(add) } : { joint };
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

  /** A given condition in the embedding's space; its values have unit variance. */
  #project(name: string, scaled: Value): Value {
    return this.#linear(`embed.${name}`, scaled, this.#architecture.embeddingDims, 1);
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
    return this.#weight(`embed.${name}.direct`, dims, this.#dims, 0);
  }

  /** μ(c) and log σ(c) of the injector: a residual MLP on the embedding, plus the direct shifts of μ. */
  #injector({ joint, direct }: Embedding): Gaussian {
    const out = this.#linear("injector.out", this.#injectorHidden(joint), 2 * this.#dims, 0.05);
    const shift = slice(out, 1, 0, this.#dims);
    return {
      shift: direct ? add(shift, direct) : shift,
      logScale: this.#softClamp(slice(out, 1, this.#dims, 2 * this.#dims), injectorClamp),
    };
  }

  #injectorHidden(joint: Value): Value {
    const { hiddenDims, blocks } = this.#architecture.injector;
    let hidden = this.#linear("injector.in", joint, hiddenDims, 1);
    for (let block = 0; block < blocks; block += 1) {
      const inner = silu(this.#linear(`injector.${block}.up`, silu(hidden), hiddenDims, 1.4));
      hidden = add(
        hidden,
        this.#linear(`injector.${block}.down`, this.#dropout(inner, `injector.${block}`), hiddenDims, 0.5),
      );
    }
    return silu(hidden);
  }

  /** Shift and log-scale of one coupling by one joint network on (kept half, embedding). */
  #conditioner(index: number, kept: Value, embedding: Value): Gaussian {
    const half = this.#dims / 2;
    const hidden = this.#conditionerHidden(index, kept, embedding);
    const out = this.#linear(`coupling.${index}.out`, hidden, 2 * half, 0.02);
    return {
      shift: slice(out, 1, 0, half),
      logScale: this.#softClamp(slice(out, 1, half, 2 * half), this.#architecture.couplings.clamp),
    };
  }

  /** @param first arrangement of the first weight, [dims / 2, hiddenDims], if `x` is wider than the kept half */
  #conditionerHidden(index: number, x: Value, embedding: Value, first: Arrangement = {}): Value {
    const { hiddenDims, depth } = this.#architecture.couplings;
    const name = `coupling.${index}`;
    const joined = add(
      this.#linear(`${name}.in`, x, hiddenDims, 1, first),
      gemm(embedding, this.#weight(`${name}.condition`, this.#architecture.embeddingDims, hiddenDims, 1)),
    );
    let hidden = silu(joined);
    for (let layer = 0; layer < depth; layer += 1)
      hidden = silu(this.#linear(`${name}.${layer}`, this.#dropout(hidden, `${name}.${layer}`), hiddenDims, 1.4));
    return hidden;
  }

  /** The Gaussian of a step's last layer at columns `places` of the full width; it leaves other columns unchanged. */
  #gaussianInPlace(name: string, hidden: Value, places: readonly number[], limit: number): Gaussian {
    const count = places.length;
    const part = (start: number, factor: number): Value => {
      const spread = (values: Value): Value =>
        gemm(slice(values, 1, start, start + count), selection(values.graph, places, this.#dims, factor));
      return this.#linear(name, hidden, 2 * count, 0, { weight: spread, bias: spread });
    };
    return { shift: part(0, 1), logScale: bounded(part(count, 1 / limit), limit) };
  }

  #refine(sum: Value): Value {
    const width = this.#architecture.embeddingDims;
    const inner = silu(this.#linear("embed.up", sum, width, 1.4));
    return this.#dropout(add(sum, this.#linear("embed.down", inner, width, 0.5)), "embed");
  }

  #absent(name: string): Value {
    return this.#graph.parameter(`embed.${name}.absent`, [1, this.#architecture.embeddingDims], { initialStd: 0.5 });
  }

  /** Reorders columns. A few columns are moved faster by multiplying with the permutation's matrix, which is exact as well. */
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
    return bounded(scale(x, 1 / limit), limit);
  }

  #linear(name: string, x: Value, width: number, gain: number, arrangement: Arrangement = {}): Value {
    const { inputs = x.shape[1]!, weight = asItIs, bias = asItIs } = arrangement;
    const product = gemm(x, weight(this.#weight(`${name}.weight`, inputs, width, gain)));
    return add(product, bias(this.#graph.parameter(`${name}.bias`, [1, width])));
  }

  #weight(name: string, rows: number, columns: number, gain: number): Value {
    return this.#graph.parameter(name, [rows, columns], { initialStd: gain / Math.sqrt(rows) });
  }

  #frozen(name: string, shape: readonly number[]): Value {
    return this.#graph.parameter(name, shape, { isFrozen: true });
  }
}

const joinBlocks = (blocks: readonly Value[]): Value => (blocks.length === 1 ? blocks[0]! : concat(blocks, 0));

/** Experts return unit vectors; this scales their components to unit variance. */
const unitGain = (dims: number): number => Math.sqrt(dims);

const unitVariance = (values: Value): Value => scale(values, unitGain(values.shape[1]!));

/** Soft limit by tanh. */
const bounded = (shares: Value, limit: number): Value => scale(tanh(shares), limit);

/** A coupling maps data to residual as x·e^s + t; inverted, x = μ + σ·v with these values. */
const towardsData = ({ shift, logScale }: Gaussian): Gaussian => ({
  shift: neg(mul(shift, exp(neg(logScale)))),
  logScale: neg(logScale),
});

/** Limit of the injector's log σ in nats: e⁻⁴ is far below the posterior's standard deviation. */
const injectorClamp = 4;

/** Above this width the multiplication costs more than moving columns. */
const permutedByProductMax = 32;

/** Matrix [places.length, frame] that moves column q to `places[q]`, times `factor`. */
function selection(graph: Graph, places: readonly number[], frame: number, factor = 1): Value {
  const matrix = new Float32Array(places.length * frame);
  for (const [column, place] of places.entries()) matrix[column * frame + place] = factor;
  return graph.constant(matrix, [places.length, frame]);
}

/** A weight [places.length, columns] for values at `places` of a wider frame: [frame, columns], zeros elsewhere. */
const spreadRows = (weight: Value, places: readonly number[], frame: number): Value =>
  gemm(selection(weight.graph, places, frame), weight, { transA: true });

const invert = (permutation: readonly number[]): number[] => {
  const inverse = new Array<number>(permutation.length);
  for (const [to, from] of permutation.entries()) inverse[from] = to;
  return inverse;
};
