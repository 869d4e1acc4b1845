/**
 * The frozen graphs of an upscaler: Φ and Ψ of a factor, and the projection onto pictures that shrink to the input. ONNX
 * files as server/pretrain/super-resolution writes them, for pictures of any size; checked when opened and at every run.
 * Each is opened by its first run: at detail 0 an upscale needs two of them.
 */
import { join } from "node:path";
import type { NetworkScale } from "../../shared/contract/upscale-scales.ts";
import { requireFinite, requirePromised, requireShape } from "../experts/check.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import { SharedFiles } from "../experts/shared-files.ts";
import type { UpscalerEntry, UpscalerFactor } from "../manifest/upscaler-entry.ts";
import type { Session, Tensor, TensorInfo } from "../onnx/session.ts";
import { once } from "../platform/once.ts";
import type { DetailDecoder } from "./details/draw-details.ts";
import { residualDimsOf } from "./details/pixel-noise.ts";
import type { Consistency, MeanNetwork, UpscaleNetwork } from "./upscale-tile.ts";

const rgb = (height: string, width: string): TensorInfo => ({ type: "float32", shape: [1, 3, height, width] });

type Promised = Parameters<typeof requirePromised>[1];

/** What the first run opens. */
export interface OpenedLate {
  /** Opens it now. @throws AppError `pack_corrupt` when the graph does not match its entry */
  open(): Promise<void>;
}

export const labelOf = (path: string): string => `upscaler ${path}`;

/**
 * Opens a session and requires these inputs and outputs.
 * @param layer the only output to compute; absent = all
 */
export async function openPromised(
  packFolder: string,
  path: string,
  options: ExpertOptions & { readonly layer?: string },
  inputs: Promised,
  outputs: Promised,
): Promise<Session> {
  const label = labelOf(path);
  const shared = options.shared ?? new SharedFiles();
  const session = await shared.session(join(packFolder, path), { ...options, label, keepsMemory: false });
  requirePromised(session, inputs, outputs, label);
  return session;
}

export function finiteFloats(tensor: Tensor | undefined, shape: readonly number[], label: string): Float32Array {
  requireShape(tensor!, shape, label);
  const values = tensor!.data as Float32Array;
  requireFinite(values, label);
  return values;
}

const imageInput = { name: "image", ...rgb("height", "width") };

const answersOf = (factor: NetworkScale) =>
  ({ name: "answers", type: "float32", shape: ["pixels", residualDimsOf(factor)] }) as const;

/** Its runs throw AppError `pack_corrupt` when the graph does not match its entry. */
export function meanNetwork(
  packFolder: string,
  network: string,
  factor: NetworkScale,
  options: ExpertOptions = {},
): MeanNetwork & OpenedLate {
  const session = once(() =>
    openPromised(packFolder, network, { ...options, layer: "answers" }, [imageInput], [answersOf(factor)]),
  );
  return {
    async open() {
      await session();
    },
    async predictMeans(tile, widthPx, heightPx) {
      const { answers: means } = await (await session()).run({
        image: { data: tile, dims: [1, 3, heightPx, widthPx] },
      });
      return finiteFloats(means, [heightPx * widthPx, residualDimsOf(factor)], labelOf(network));
    },
  };
}

/** Its runs throw AppError `pack_corrupt` when the graph does not match its entry. */
export function upscaleNetwork(
  packFolder: string,
  { network, featureDims, marginPx }: UpscalerFactor,
  factor: NetworkScale,
  options: ExpertOptions = {},
): UpscaleNetwork & OpenedLate {
  const label = labelOf(network);
  const dims = residualDimsOf(factor);
  const { open, predictMeans } = meanNetwork(packFolder, network, factor, options);
  const whole = once(() =>
    openPromised(
      packFolder,
      network,
      options,
      [imageInput],
      [{ name: "features", type: "float32", shape: ["pixels", featureDims] }, answersOf(factor)],
    ),
  );
  return {
    marginPx,
    featureDims,
    async open() {
      await whole();
      await open();
    },
    predictMeans,
    async read(tile, widthPx, heightPx) {
      const { features, answers: means } = await (await whole()).run({
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

/** Its runs throw AppError `pack_corrupt` when the graph does not match its entry. */
export function detailDecoder(
  packFolder: string,
  { details: decoder, featureDims }: UpscalerFactor,
  factor: NetworkScale,
  options: ExpertOptions = {},
): DetailDecoder & OpenedLate {
  const { graph, marginPx, readsAnswer } = decoder!;
  const dims = residualDimsOf(factor);
  const session = once(() =>
    openPromised(
      packFolder,
      graph,
      options,
      [
        { name: "features", type: "float32", shape: ["height", "width", featureDims] },
        { name: "latent", type: "float32", shape: ["height", "width", dims] },
        ...(readsAnswer ? [{ name: "answers", type: "float32", shape: ["height", "width", dims] } as const] : []),
      ],
      [{ name: "details", type: "float32", shape: ["height", "width", dims] }],
    ),
  );
  return {
    marginPx,
    async open() {
      await session();
    },
    async decode(features, latent, answers, widthPx, heightPx) {
      const { details } = await (await session()).run({
        features: { data: features, dims: [heightPx, widthPx, featureDims] },
        latent: { data: latent, dims: [heightPx, widthPx, dims] },
        ...(readsAnswer && { answers: { data: answers, dims: [heightPx, widthPx, dims] } }),
      });
      requireShape(details!, [heightPx, widthPx, dims], labelOf(graph));
      return details!.data as Float32Array;
    },
  };
}

/** Its runs throw AppError `pack_corrupt` when the graph does not match its entry. */
export function consistencyOf(
  packFolder: string,
  { consistency }: UpscalerEntry,
  scale: NetworkScale,
  options: ExpertOptions = {},
): Consistency & OpenedLate {
  const { graph, marginPx } = consistency[scale];
  const session = once(() =>
    openPromised(
      packFolder,
      graph,
      options,
      [
        { name: "picture", ...rgb("high height", "high width") },
        { name: "low", ...rgb("height", "width") },
      ],
      [{ name: "consistent", ...rgb("high height", "high width") }],
    ),
  );
  return {
    marginPx,
    async open() {
      await session();
    },
    async project(picture, low, widthPx, heightPx) {
      const dims = [1, 3, scale * heightPx, scale * widthPx];
      const { consistent } = await (await session()).run({
        picture: { data: picture, dims },
        low: { data: low, dims: [1, 3, heightPx, widthPx] },
      });
      return finiteFloats(consistent, dims, labelOf(graph));
    },
  };
}
