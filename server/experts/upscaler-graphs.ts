/**
 * The frozen graphs of an upscaler: Φ and Ψ of a ×2 stage, and the projection onto what shrinks to the input. ONNX files as
 * server/pretrain/sharp writes them, for pictures of any size; checked when opened and at every run.
 */
import { join } from "node:path";
import { residualDims } from "../engine/pixel-noise.ts";
import type { Consistency, DetailDecoder, UpscaleNetwork } from "../engine/upscale.ts";
import type { Session, Tensor, TensorInfo } from "../onnx/session.ts";
import type { UpscalerEntry } from "../packs/manifest.ts";
import { requireFinite, requirePromised, requireShape } from "./check.ts";
import type { ExpertOptions } from "./expert.ts";
import { SharedFiles } from "./shared-files.ts";

const rgb = (height: string, width: string): TensorInfo => ({ type: "float32", shape: [1, 3, height, width] });

/** @param output the one output to compute; absent = all */
const open = (
  packFolder: string,
  path: string,
  label: string,
  options: ExpertOptions,
  output?: string,
): Promise<Session> =>
  (options.shared ?? new SharedFiles()).session(join(packFolder, path), {
    ...options,
    ...(output === undefined ? {} : { layer: output }),
    label,
    keepsMemory: false,
  });

/** @throws AppError `pack_corrupt` when the graph is not what the entry promises */
export async function openUpscaleNetwork(
  packFolder: string,
  { network, featureDims, marginPx }: UpscalerEntry["stages"][number],
  options: ExpertOptions = {},
): Promise<UpscaleNetwork> {
  const label = `upscaler ${network}`;
  const session = await open(packFolder, network, label, options);
  requirePromised(
    session,
    [{ name: "image", ...rgb("height", "width") }],
    [
      { name: "features", type: "float32", shape: ["pixels", featureDims] },
      { name: "answers", type: "float32", shape: ["pixels", residualDims] },
    ],
    label,
  );
  const answering = await open(packFolder, network, label, options, "answers");
  const requireAnswers = (answers: Tensor | undefined, widthPx: number, heightPx: number): Float32Array => {
    requireShape(answers!, [heightPx * widthPx, residualDims], label);
    requireFinite(answers!.data as Float32Array, label);
    return answers!.data as Float32Array;
  };
  return {
    marginPx,
    featureDims,
    async answer(tile, widthPx, heightPx) {
      const { answers } = await answering.run({ image: { data: tile, dims: [1, 3, heightPx, widthPx] } });
      return requireAnswers(answers, widthPx, heightPx);
    },
    async read(tile, widthPx, heightPx) {
      const { features, answers } = await session.run({ image: { data: tile, dims: [1, 3, heightPx, widthPx] } });
      requireShape(features!, [heightPx * widthPx, featureDims], label);
      return { features: features!.data as Float32Array, answers: requireAnswers(answers, widthPx, heightPx) };
    },
  };
}

/** @throws AppError `pack_corrupt` when the graph is not what the entry promises */
export async function openDetailDecoder(
  packFolder: string,
  { graph, marginPx }: NonNullable<UpscalerEntry["stages"][number]["details"]>,
  featureDims: number,
  options: ExpertOptions = {},
): Promise<DetailDecoder> {
  const label = `upscaler ${graph}`;
  const session = await open(packFolder, graph, label, options);
  requirePromised(
    session,
    [
      { name: "features", type: "float32", shape: ["height", "width", featureDims] },
      { name: "latent", type: "float32", shape: ["height", "width", residualDims] },
    ],
    [{ name: "details", type: "float32", shape: ["height", "width", residualDims] }],
    label,
  );
  return {
    marginPx,
    async decode(features, latent, widthPx, heightPx) {
      const { details } = await session.run({
        features: { data: features, dims: [heightPx, widthPx, featureDims] },
        latent: { data: latent, dims: [heightPx, widthPx, residualDims] },
      });
      requireShape(details!, [heightPx, widthPx, residualDims], label);
      return details!.data as Float32Array;
    },
  };
}

/** @throws AppError `pack_corrupt` when the graph is not what the entry promises */
export async function openConsistency(
  packFolder: string,
  { consistency }: UpscalerEntry,
  scale: 2 | 4,
  options: ExpertOptions = {},
): Promise<Consistency> {
  const { graph, marginPx } = consistency[scale];
  const label = `upscaler ${graph}`;
  const session = await open(packFolder, graph, label, options);
  requirePromised(
    session,
    [
      { name: "picture", ...rgb("high height", "high width") },
      { name: "low", ...rgb("height", "width") },
    ],
    [{ name: "consistent", ...rgb("high height", "high width") }],
    label,
  );
  return {
    marginPx,
    async project(picture, low, widthPx, heightPx) {
      const dims = [1, 3, scale * heightPx, scale * widthPx];
      const { consistent } = await session.run({
        picture: { data: picture, dims },
        low: { data: low, dims: [1, 3, heightPx, widthPx] },
      });
      requireShape(consistent!, dims, label);
      requireFinite(consistent!.data as Float32Array, label);
      return consistent!.data as Float32Array;
    },
  };
}
