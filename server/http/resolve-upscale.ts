/** From an upscale as it was asked to what will be made: finds the pack, makes sure of the upload and its size, draws the missing seed. */
import { unknownUpload } from "../../shared/contract/generations/request-sources.ts";
import {
  findUpscaler,
  type ResolvedUpscale,
  requireFits,
  type UpscaleRequest,
} from "../../shared/contract/upscaling.ts";
import { drawSeed } from "./resolve-request.ts";
import type { HoldingDeps } from "./route.ts";

/** Codes that a request can be refused with here, for the contract. */
export const upscaleProblems = ["image_unknown", "image_rejected", "upscale_too_large", "pack_unavailable"] as const;

/** @throws AppError of `upscaleProblems` */
export async function resolveUpscale(
  requested: UpscaleRequest,
  { catalogue, uploads, probeImage }: Pick<HoldingDeps, "catalogue" | "uploads" | "probeImage">,
): Promise<{ request: ResolvedUpscale; packDigest: string }> {
  const { digest: packDigest } = findUpscaler(catalogue.packs());
  const bytes = (await uploads.touch(requested.image)) ? await uploads.read(requested.image) : undefined;
  if (!bytes) throw unknownUpload("image", requested.image);
  // Looked at before anything waits; the worker looks again.
  requireFits(await probeImage(bytes), requested);
  return { request: { ...requested, seed: requested.seed ?? drawSeed() }, packDigest };
}
