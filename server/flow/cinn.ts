/**
 * The conditional invertible network τ, defined once: whitening, a conditional affine injector on all dimensions, then
 * couplings. `forward` is data → residual (z → v), `inverse` is residual → data (normflows names the directions the other way
 * round). Both use the same parts, so the graphs for likelihood, sampling and training can't differ. `inverseInPlace` is the
 * inverse arranged for many narrow rows; a test compares both.
 * Sources: Rombach, Esser, Ommer 2020 (arXiv 2005.13580), conditional couplings; SRFlow (Lugmayr et al. 2020), the affine
 * injector. Guidance of the steps is in guidance.ts, the embedding of the conditions in parts/embedding.ts.
 */
import type { Graph, Value } from "../onnx/graph.ts";
import { add, concat, exp, gemm, mul, neg, reduceSum, scale, silu, slice, sub } from "../onnx/ops.ts";
import type { FlowArchitecture } from "./architecture.ts";
import { blockOf, type Gaussian, guide, stack } from "./guidance.ts";
import { invert, permute, selection, spreadRows } from "./parts/columns.ts";
import { ConditionEmbedding, type Embedding, type GivenConditions } from "./parts/embedding.ts";
import { type Arrangement, bounded, type Dropout, Layers } from "./parts/layers.ts";
import { TrainingRandom } from "./random.ts";

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

/** One flow inside one graph; declares its parameters there when they are first used. */
export class Cinn {
  readonly #architecture: FlowArchitecture;
  readonly #layers: Layers;
  /** Makes the embedding that every step reads. */
  readonly embedding: ConditionEmbedding;
  readonly #permutations: readonly number[][];
  readonly #whitening: Readonly<Record<"mean" | "matrix" | "inverse" | "logDet", Value>>;

  constructor(graph: Graph, architecture: FlowArchitecture, dropout?: Dropout) {
    this.#architecture = architecture;
    this.#layers = new Layers(graph, dropout);
    this.embedding = new ConditionEmbedding(this.#layers, architecture);
    const random = new TrainingRandom(architecture.permutationSeed, 0, "permutation");
    // Declared first, so that every graph and file has both directions of the whitening.
    this.#whitening = {
      mean: this.#layers.frozen("whitening.mean", [1, architecture.dims]),
      matrix: this.#layers.frozen("whitening.matrix", [architecture.dims, architecture.dims]),
      inverse: this.#layers.frozen("whitening.inverse", [architecture.dims, architecture.dims]),
      logDet: this.#layers.frozen("whitening.logDet", [1, 1]),
    };
    this.#permutations = Array.from({ length: architecture.couplings.count }, () =>
      random.permutation(architecture.dims),
    );
  }

  /** z → v with log |det ∂v/∂z|. */
  forward(latent: Value, embedding: Embedding): ForwardStep {
    const white = gemm(sub(latent, this.#whitening.mean), this.#whitening.matrix);
    const { shift, logScale } = this.#injector(embedding);
    let x = mul(sub(white, shift), exp(neg(logScale)));
    let logDet = sub(this.#whitening.logDet, reduceSum(logScale, [1]));
    const injected = { x, logDet };
    for (const [index, permutation] of this.#permutations.entries()) {
      const [kept, changed] = this.#halves(permute(x, permutation));
      const step = this.#conditioner(index, kept, embedding.joint);
      x = concat([kept, add(mul(changed, exp(step.logScale)), step.shift)], 1);
      logDet = add(logDet, reduceSum(step.logScale, [1]));
    }
    return { x, logDet, injected };
  }

  /**
   * v → z with log |det ∂z/∂v|.
   * @param embedding of the conditions; with guidance stacked with its bases, see parts/embedding.ts
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
      x = permute(joined, invert(this.#permutations[index]!));
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
    const embedding = this.embedding.embedGiven(given);
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

  /** μ(c) and log σ(c) of the injector: a residual MLP on the embedding, plus the direct shifts of μ. */
  #injector({ joint, direct }: Embedding): Gaussian {
    const out = this.#layers.linear("injector.out", this.#injectorHidden(joint), 2 * this.#dims, 0.05);
    const shift = slice(out, 1, 0, this.#dims);
    return {
      shift: direct ? add(shift, direct) : shift,
      logScale: this.#softClamp(slice(out, 1, this.#dims, 2 * this.#dims), injectorClamp),
    };
  }

  #injectorHidden(joint: Value): Value {
    const { hiddenDims, blocks } = this.#architecture.injector;
    let hidden = this.#layers.linear("injector.in", joint, hiddenDims, 1);
    for (let block = 0; block < blocks; block += 1) {
      const inner = silu(this.#layers.linear(`injector.${block}.up`, silu(hidden), hiddenDims, 1.4));
      hidden = add(
        hidden,
        this.#layers.linear(
          `injector.${block}.down`,
          this.#layers.dropout(inner, `injector.${block}`),
          hiddenDims,
          0.5,
        ),
      );
    }
    return silu(hidden);
  }

  /** Shift and log-scale of one coupling by one joint network on (kept half, embedding). */
  #conditioner(index: number, kept: Value, embedding: Value): Gaussian {
    const half = this.#dims / 2;
    const hidden = this.#conditionerHidden(index, kept, embedding);
    const out = this.#layers.linear(`coupling.${index}.out`, hidden, 2 * half, 0.02);
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
      this.#layers.linear(`${name}.in`, x, hiddenDims, 1, first),
      gemm(embedding, this.#layers.weight(`${name}.condition`, this.#architecture.embeddingDims, hiddenDims, 1)),
    );
    let hidden = silu(joined);
    for (let layer = 0; layer < depth; layer += 1)
      hidden = silu(
        this.#layers.linear(`${name}.${layer}`, this.#layers.dropout(hidden, `${name}.${layer}`), hiddenDims, 1.4),
      );
    return hidden;
  }

  /** The Gaussian of a step's last layer at columns `places` of the full width; it leaves other columns unchanged. */
  #gaussianInPlace(name: string, hidden: Value, places: readonly number[], limit: number): Gaussian {
    const count = places.length;
    const part = (start: number, factor: number): Value => {
      const spread = (values: Value): Value =>
        gemm(slice(values, 1, start, start + count), selection(values.graph, places, this.#dims, factor));
      return this.#layers.linear(name, hidden, 2 * count, 0, { weight: spread, bias: spread });
    };
    return { shift: part(0, 1), logScale: bounded(part(count, 1 / limit), limit) };
  }

  #halves(x: Value): [Value, Value] {
    return [slice(x, 1, 0, this.#dims / 2), slice(x, 1, this.#dims / 2, this.#dims)];
  }

  #softClamp(x: Value, limit: number): Value {
    return bounded(scale(x, 1 / limit), limit);
  }
}

/** A coupling maps data to residual as x·e^s + t; inverted, x = μ + σ·v with these values. */
const towardsData = ({ shift, logScale }: Gaussian): Gaussian => ({
  shift: neg(mul(shift, exp(neg(logScale)))),
  logScale: neg(logScale),
});

/** Limit of the injector's log σ in nats: e⁻⁴ is far below the posterior's standard deviation. */
const injectorClamp = 4;
