/**
 * The conditional invertible network τ, written once: whitening, a conditional affine injector on all dimensions, then
 * couplings. `forward` is data → residual (z → v), `inverse` residual → data; both are built from the same pieces, so the
 * likelihood, sampling and training graphs cannot drift apart. `inverseInPlace` is the inverse once more, laid out for many
 * narrow rows; a test holds the two together. (normflows names the directions the other way round.)
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

/** What becomes of a layer's parameters before they are used, where the graph wants them otherwise than they are trained. */
interface LayOut {
  /** Rows of the weight as it is trained; absent = columns of what it is multiplied by. */
  readonly inputs?: number;
  readonly weight?: (trained: Value) => Value;
  readonly bias?: (trained: Value) => Value;
}

const asItIs = (trained: Value): Value => trained;

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

  /**
   * v → z where every condition is given, without log-determinant: what `inverse` gives, to rounding, with fewer and wider
   * operators. Columns stay where they are instead of being cut out, moved and joined; weights are laid out for their places, with
   * zeros for the others, which the runtime does once, when it loads the graph.
   */
  inverseInPlace(residual: Value, given: GivenConditions): Value {
    const dims = this.#dims;
    const embedding = this.#embedGiven(given);
    let x = residual;
    /** Of each column as the permutations have it, where it lies. */
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

  /** Embedding of conditions that are all given, which needs no word of what an absent one means. */
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
    return gemm(scaled, this.#directWeight(name, scaled.shape[1]!));
  }

  #directWeight(name: string, dims: number): Value {
    return this.#weight(`embed.${name}.direct`, dims, this.#dims, 0);
  }

  /** μ(c) and log σ(c) of the injector: a residual MLP on the embedding, and what conditions say of μ directly. */
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

  /** Shift and log-scale of one coupling, by one joint net on (kept half, embedding). */
  #conditioner(index: number, kept: Value, embedding: Value): Gaussian {
    const half = this.#dims / 2;
    const hidden = this.#conditionerHidden(index, kept, embedding);
    const out = this.#linear(`coupling.${index}.out`, hidden, 2 * half, 0.02);
    return {
      shift: slice(out, 1, 0, half),
      logScale: this.#softClamp(slice(out, 1, half, 2 * half), this.#architecture.couplings.clamp),
    };
  }

  /** @param first how the first weight, [dims / 2, hiddenDims], is laid out where `x` is more than the kept half */
  #conditionerHidden(index: number, x: Value, embedding: Value, first: LayOut = {}): Value {
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

  /** The Gaussian that a step's last layer gives, its columns at `places` of the frame; elsewhere it moves nothing. */
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
    return bounded(scale(x, 1 / limit), limit);
  }

  #linear(name: string, x: Value, width: number, gain: number, layOut: LayOut = {}): Value {
    const { inputs = x.shape[1]!, weight = asItIs, bias = asItIs } = layOut;
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

/** Experts give unit vectors; this brings their components to unit variance. */
const unitGain = (dims: number): number => Math.sqrt(dims);

const unitVariance = (values: Value): Value => scale(values, unitGain(values.shape[1]!));

/** Shares of a limit, bent so that they stay within it. */
const bounded = (shares: Value, limit: number): Value => scale(tanh(shares), limit);

/** A coupling maps data to residual as x·e^s + t; back, that is x = μ + σ·v with these. */
const towardsData = ({ shift, logScale }: Gaussian): Gaussian => ({
  shift: neg(mul(shift, exp(neg(logScale)))),
  logScale: neg(logScale),
});

/** ± nats of the injector's log σ: e⁻⁴ is far below the posterior's own standard deviation. */
const injectorClamp = 4;

/** Above this the product's multiplications cost more than the moves. */
const permutedByProductMax = 32;

/** Matrix [places.length, frame] that puts column q at `places[q]`, times `factor`. */
function selection(graph: Graph, places: readonly number[], frame: number, factor = 1): Value {
  const matrix = new Float32Array(places.length * frame);
  for (const [column, place] of places.entries()) matrix[column * frame + place] = factor;
  return graph.constant(matrix, [places.length, frame]);
}

/** A weight [places.length, columns] for values that lie at `places` of a frame: [frame, columns], zeros elsewhere. */
const spreadRows = (weight: Value, places: readonly number[], frame: number): Value =>
  gemm(selection(weight.graph, places, frame), weight, { transA: true });

const invert = (permutation: readonly number[]): number[] => {
  const inverse = new Array<number>(permutation.length);
  for (const [to, from] of permutation.entries()) inverse[from] = to;
  return inverse;
};
