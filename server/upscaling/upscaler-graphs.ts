/**
 * The frozen graphs of an upscaler: Φ and Ψ of a factor, and the projection onto pictures that shrink to the input. ONNX
 * files as server/pretrain/super-resolution writes them, for pictures of any size; checked when opened and at every run.
 */
import { join } from "node:path";
import type { NetworkScale } from "../../shared/contract/upscale-scales.ts";
import { requireFinite, requirePromised, requireShape } from "../experts/check.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import { SharedFiles } from "../experts/shared-files.ts";
import type { UpscalerEntry, UpscalerFactor } from "../manifest/upscaler-entry.ts";
import type { Session, Tensor, TensorInfo } from "../onnx/session.ts";
import type { DetailDecoder } from "./details/draw-details.ts";
import { residualDimsOf } from "./details/pixel-noise.ts";
import type { Consistency, UpscaleNetwork } from "./upscale-tile.ts";

const rgb = (height: string, width: string): TensorInfo => ({ type: "float32", shape: [1, 3, height, width] });

type Promised = Parameters<typeof requirePromised>[1];

const labelOf = (path: string): string => `upscaler ${path}`;

/** @param output the only output to compute; absent = all */
const openSession = (packFolder: string, path: string, options: ExpertOptions, output?: string): Promise<Session> =>
  (options.shared ?? new SharedFiles()).session(join(packFolder, path), {
    ...options,
    ...(output === undefined ? {} : { layer: output }),
    label: labelOf(path),
    keepsMemory: false,
  });

/** Opens a session and requires these inputs and outputs. */
async function openPromised(
  packFolder: string,
  path: string,
  options: ExpertOptions,
  inputs: Promised,
  outputs: Promised,
): Promise<Session> {
  const session = await openSession(packFolder, path, options);
  requirePromised(session, inputs, outputs, labelOf(path));
  return session;
}

function finiteFloats(tensor: Tensor | undefined, shape: readonly number[], label: string): Float32Array {
  requireShape(tensor!, shape, label);
  const values = tensor!.data as Float32Array;
  requireFinite(values, label);
  return values;
}

/** @throws AppError `pack_corrupt` when the graph does not match its entry */
export async function openUpscaleNetwork(
  packFolder: string,
  { network, featureDims, marginPx }: UpscalerFactor,
  factor: NetworkScale,
  options: ExpertOptions = {},
): Promise<UpscaleNetwork> {
  const label = labelOf(network);
  const dims = residualDimsOf(factor);
  const session = await openPromised(
    packFolder,
    network,
    options,
    [{ name: "image", ...rgb("height", "width") }],
    [
      { name: "features", type: "float32", shape: ["pixels", featureDims] },
      { name: "answers", type: "float32", shape: ["pixels", dims] },
    ],
  );
  const meansOnly = await openSession(packFolder, network, options, "answers");
  return {
    marginPx,
    featureDims,
    async predictMeans(tile, widthPx, heightPx) {
      const { answers: means } = await meansOnly.run({ image: { data: tile, dims: [1, 3, heightPx, widthPx] } });
      return finiteFloats(means, [heightPx * widthPx, dims], label);
    },
    async read(tile, widthPx, heightPx) {
      const { features, answers: means } = await session.run({
        image: { data: tile, dims: [1, 3, heightPx, widthPx] },
      });
      requireShape(features!, [heightPx * widthPx, featureDims], label);
      return {
        features: features!.data as Float32Array,
        means: finiteFloats(means, [heightPx * widthPx, dims], label),
      };
    },
  };
}

/** @throws AppError `pack_corrupt` when the graph does not match its entry */
export async function openDetailDecoder(
  packFolder: string,
  { details: decoder, featureDims }: UpscalerFactor,
  factor: NetworkScale,
  options: ExpertOptions = {},
): Promise<DetailDecoder> {
  const { graph, marginPx, readsAnswer } = decoder!;
  const dims = residualDimsOf(factor);
  const session = await openPromised(
    packFolder,
    graph,
    options,
    [
      { name: "features", type: "float32", shape: ["height", "width", featureDims] },
      { name: "latent", type: "float32", shape: ["height", "width", dims] },
      ...(readsAnswer ? [{ name: "answers", type: "float32", shape: ["height", "width", dims] } as const] : []),
    ],
    [{ name: "details", type: "float32", shape: ["height", "width", dims] }],
  );
  return {
    marginPx,
    async decode(features, latent, answers, widthPx, heightPx) {
      const { details } = await session.run({
        features: { data: features, dims: [heightPx, widthPx, featureDims] },
        latent: { data: latent, dims: [heightPx, widthPx, dims] },
        ...(readsAnswer && { answers: { data: answers, dims: [heightPx, widthPx, dims] } }),
      });
      requireShape(details!, [heightPx, widthPx, dims], labelOf(graph));
      return details!.data as Float32Array;
    },
  };
}

/** @throws AppError `pack_corrupt` when the graph does not match its entry */
export async function openConsistency(
  packFolder: string,
  { consistency }: UpscalerEntry,
  scale: NetworkScale,
  options: ExpertOptions = {},
): Promise<Consistency> {
  const { graph, marginPx } = consistency[scale];
  const session = await openPromised(
    packFolder,
    graph,
    options,
    [
      { name: "picture", ...rgb("high height", "high width") },
      { name: "low", ...rgb("height", "width") },
    ],
    [{ name: "consistent", ...rgb("high height", "high width") }],
  );
  return {
    marginPx,
    async project(picture, low, widthPx, heightPx) {
      const dims = [1, 3, scale * heightPx, scale * widthPx];
      const { consistent } = await session.run({
        picture: { data: picture, dims },
        low: { data: low, dims: [1, 3, heightPx, widthPx] },
      });
      return finiteFloats(consistent, dims, labelOf(graph));
    },
  };
}
