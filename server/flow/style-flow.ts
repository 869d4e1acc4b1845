/**
 * The flow between styles (server/pretrain/styles) as the engine's `Flow`: one graph that goes both ways, one row a run, so that a row
 * never depends on its neighbours. The run that draws says how likely its latent is, also without conditions, whose part of the graph
 * is run once. Conditions are a drawing, the style that it has, the requested style, and colours. What is
 * absent is as in training: zeros. Where no style is requested, the mean of all codes of the pack is. Guidance moves the code of
 * the requested style further from that of the drawing's own, as classifier-free guidance moves away from no condition (Ho &
 * Salimans 2022, arXiv 2207.12598).
 */
import { AppError } from "../../shared/problem.ts";
import type { ConditionBatches, Flow, GuidanceTerm, Likelihood } from "../engine/interfaces.ts";
import { logNormal } from "../engine/log-normal.ts";
import { Session, type SessionOptions, type Tensor } from "../onnx/session.ts";
import { meanRow } from "../platform/mean-row.ts";

/** Rows of a palette and values of each: red, green, blue, share of what is drawn. */
export const paletteShape = [4, 4] as const;

/**
 * How far guidance of weight 1 moves a style's code, as a share of its distance to the code of the drawing's style. Larger shares win
 * little with the judge of styles and lose nearness to the true pictures (server/pretrain/styles/NOTES.md).
 */
const contrastShare = 0.1;

/** Widths of everything, as the graph has them. */
interface Shapes {
  /** [channels, height, width] */
  readonly latent: readonly number[];
  readonly codeDims: number;
  /** Of the output `manner`; 1 of `size`, which packs made before 0.26 have instead; 0 where there is neither. */
  readonly mannerDims: number;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/**
 * @param codes codes of the pack's styles, [styles, code]
 * @throws AppError `pack_corrupt` when the graph does not load, or is no flow between styles
 */
export async function openStyleFlow(
  path: string,
  codes: Float32Array,
  options: Pick<SessionOptions, "provider" | "threads" | "label">,
): Promise<Flow & { dispose(): Promise<void> }> {
  const session = await Session.create(path, options);
  const shapes = shapesOf(session);
  const { latent, codeDims, mannerDims } = shapes;
  const anyStyle = meanRow(codes, codeDims, [...Array(codes.length / codeDims).keys()]);
  const dims = sizeOf(latent);
  const nothing = new Float32Array(dims);
  const tensorOf = (data: Float32Array): Tensor => ({ data, dims: [1, ...latent] });

  const base = await baseOf(session, givenOf({}, 0, 0, anyStyle, shapes), tensorOf(nothing));
  const wanted = session.outputNames.filter((name) => !saidOutputs.includes(name));

  async function run(given: Record<string, Tensor>, v: Float32Array, z: Float32Array) {
    const outputs = await session.run({ v: tensorOf(v), latent: tensorOf(z), ...given, ...base }, wanted);
    const read = (name: string, length: number): Float32Array => valuesOf(outputs, name, length, session);
    const manner = mannerDims > 0 ? read(mannerOutput(session)!, mannerDims) : undefined;
    const ofRestyled = (name: string): number => (base ? -dims * read(name, 1)[0]! : 0);
    return {
      restyled: read("restyled", dims),
      inverted: read("inverted", dims),
      nats: read("nats", 1)[0]!,
      manner,
      likely: ofRestyled("restyledNats"),
      likelyAlone: ofRestyled("restyledBaseNats"),
    };
  }

  return {
    dims,
    guidedBy: ["style"],
    mannerDims,
    areRowsApart: true,
    conditions: [
      { name: "style", dims: codeDims },
      // The drawing, and where it is known.
      { name: "drawing", dims: dims + placesOf(latent) },
      { name: "drawing-style", dims: codeDims },
      { name: "colours", dims: sizeOf(paletteShape) },
    ],
    async forward(latents, conditions, batch) {
      const result = { values: new Float32Array(batch * dims), logDet: new Float32Array(batch) };
      for (let row = 0; row < batch; row += 1) {
        const z = latents.slice(row * dims, (row + 1) * dims);
        const { inverted, nats } = await run(givenOf(conditions, row, 0, anyStyle, shapes), nothing, z);
        result.values.set(inverted, row * dims);
        // log p(z|c) = log N(v) + log |det|, and `nats` is −log p(z|c) a dimension.
        result.logDet[row] = -nats * dims - logNormal(inverted);
      }
      return result;
    },
    async inverse(residuals, conditions, batch, guidance = []) {
      const values = new Float32Array(batch * dims);
      const manners: Float32Array[] = [];
      const likelihoods: Likelihood[] = [];
      for (let row = 0; row < batch; row += 1) {
        const v = residuals.slice(row * dims, (row + 1) * dims);
        const weight = weightOf(guidance[row] ?? []);
        const { restyled, manner, likely, likelyAlone } = await run(
          givenOf(conditions, row, weight, anyStyle, shapes),
          v,
          nothing,
        );
        values.set(restyled, row * dims);
        if (manner) manners.push(manner);
        if (!base) continue;
        // Guidance moves a condition; how likely the latent is under what was given takes a run of its own.
        const given =
          weight === 0
            ? likely
            : -dims * (await run(givenOf(conditions, row, 0, anyStyle, shapes), nothing, restyled)).nats;
        likelihoods.push({ logLikelihood: given, conditionGain: given - likelyAlone });
      }
      return { values, ...(mannerDims > 0 ? { manners } : {}), ...(base && { likelihoods }) };
    },
    dispose: () => session.dispose(),
  };
}

/** What the graph's larger part says of conditions, and the inputs by which the smaller part takes it again. Packs made before 0.41 have none. */
const saidOutputs: readonly string[] = ["saidMean", "saidWidth", "saidFeatures"];
const baseInputs = ["baseMean", "baseWidth", "baseFeatures"] as const;

/** What the graph says of given conditions, as its own further inputs; undefined where it has none. */
async function baseOf(
  session: Session,
  given: Readonly<Record<string, Tensor>>,
  latent: Tensor,
): Promise<Readonly<Record<string, Tensor>> | undefined> {
  if (!baseInputs.every((name) => session.inputs.has(name))) return undefined;
  const empty = (name: string): Tensor => {
    const dims = [1, ...session.inputs.get(name)!.shape.slice(1).map(Number)];
    return { data: new Float32Array(sizeOf(dims)), dims };
  };
  const nothing = Object.fromEntries(baseInputs.map((name) => [name, empty(name)]));
  const said = await session.run({ v: latent, latent, ...given, ...nothing }, saidOutputs);
  return Object.fromEntries(baseInputs.map((name, at) => [name, said[saidOutputs[at]!]!]));
}

const placesOf = ([, height, width]: readonly number[]): number => height! * width!;

/** Weight of guidance by the style. */
const weightOf = (terms: readonly GuidanceTerm[]): number =>
  terms.reduce((sum, { weight, without }) => sum + (without.includes("style") ? weight : 0), 0);

/**
 * One row's inputs besides what is translated. A condition that is given in part, as in blends, counts by its share.
 * @param guidance weight of guidance by the style; it needs a drawing whose style is known
 */
function givenOf(
  conditions: ConditionBatches,
  row: number,
  guidance: number,
  anyStyle: Float32Array,
  { latent, codeDims }: Shapes,
): Record<string, Tensor> {
  const of = (name: string, width: number): Float32Array => {
    const share = conditions[name]?.present[row] ?? 0;
    if (share === 0) return new Float32Array(width);
    return conditions[name]!.values.slice(row * width, (row + 1) * width).map((value) => share * value);
  };
  const dims = sizeOf(latent);
  const drawing = of("drawing", dims + placesOf(latent));
  const missing = 1 - (conditions["style"]?.present[row] ?? 0);
  const origin = of("drawing-style", codeDims);
  const contrast = guidance * contrastShare * (1 - missing) * (conditions["drawing-style"]?.present[row] ?? 0);
  const asked = of("style", codeDims).map((value, axis) => {
    const code = value + missing * anyStyle[axis]!;
    return code + contrast * (code - origin[axis]!);
  });
  return {
    source: { data: drawing.slice(0, dims), dims: [1, ...latent] },
    known: { data: drawing.slice(dims), dims: [1, 1, ...latent.slice(1)] },
    asked: { data: asked, dims: [1, codeDims] },
    origin: { data: origin, dims: [1, codeDims] },
    palette: { data: of("colours", sizeOf(paletteShape)), dims: [1, ...paletteShape] },
  };
}

const mannerOutput = ({ outputs }: Session): string | undefined => ["manner", "size"].find((name) => outputs.has(name));

function valuesOf(
  outputs: Readonly<Record<string, Tensor>>,
  name: string,
  length: number,
  { label }: Session,
): Float32Array {
  const tensor = outputs[name];
  if (tensor?.data instanceof Float32Array && tensor.data.length === length) return tensor.data;
  const got = tensor ? `[${tensor.dims.join(", ")}]` : `only ${Object.keys(outputs).join(", ")}`;
  throw new AppError("tensor_mismatch", `${label}: expected ${length} values of ${name}, got ${got}`);
}

/** @throws AppError `pack_corrupt` naming what is missing or does not fit */
function shapesOf(session: Session): Shapes {
  const refuse = (expected: string, got: unknown): never => {
    throw new AppError("pack_corrupt", `${session.label}: expected ${expected}, got ${got}`);
  };
  const shapeOf = (name: string): number[] => {
    const shape = session.inputs.get(name)?.shape.slice(1);
    return shape?.every((size) => typeof size === "number" && size > 0)
      ? (shape as number[])
      : refuse(`an input ${name} of a known shape`, [...session.inputs.keys()].join(", "));
  };
  const [latent, code] = [shapeOf("v"), shapeOf("asked")];
  if (latent.length !== 3) refuse("v [batch, channels, height, width]", `[batch, ${latent.join(", ")}]`);
  const promised = { latent, source: latent, known: [1, ...latent.slice(1)], origin: code, palette: [...paletteShape] };
  for (const [name, shape] of Object.entries(promised))
    if (shapeOf(name).join() !== shape.join())
      refuse(`${name} [batch, ${shape.join(", ")}]`, `[batch, ${shapeOf(name).join(", ")}]`);
  for (const name of ["restyled", "inverted", "nats"])
    if (!session.outputs.has(name)) refuse(`an output ${name}`, [...session.outputs.keys()].join(", "));
  const output = mannerOutput(session);
  const mannerDims = output === undefined ? 0 : (session.outputs.get(output)!.shape[1] ?? 1);
  if (typeof mannerDims !== "number") return refuse("manner [batch, width] of a known width", mannerDims);
  return { latent, codeDims: code[0]!, mannerDims };
}
