/** Target expert Λ∘Θ from any pair of declared ONNX graphs: image → latent and back. One row a run. */
import type { TargetExpert } from "../../engine/interfaces.ts";
import { channelCount, latentDimsOf, type OnnxAutoencoderEntry } from "../../manifest/declared-manifest.ts";
import { sizeOf } from "../../onnx/graph.ts";
import type { ExpertOptions } from "../expert.ts";
import { mapRows, openGraph, withBatch } from "./graph.ts";
import { fromGraphPixels, toGraphPixels } from "./pixels.ts";

/** @throws AppError `pack_corrupt` naming what the graphs have and what was declared */
export async function openOnnxAutoencoder(
  packFolder: string,
  entry: OnnxAutoencoderEntry,
  options: ExpertOptions = {},
): Promise<TargetExpert> {
  const { input, latent, image, imageSizePx, data } = entry;
  const inputShape = [channelCount[input.channels], input.sizePx, input.sizePx];
  const imageShape = [channelCount[image.channels], imageSizePx, imageSizePx];
  const encoder = await openGraph(
    packFolder,
    {
      path: entry.encoder,
      label: `encoder ${entry.encoder}`,
      data,
      layer: latent.encoderOutput,
      inputs: [withBatch(input.name, inputShape)],
      shape: latent.shape,
    },
    options,
  );
  const decoder = await openGraph(
    packFolder,
    {
      path: entry.decoder,
      label: `decoder ${entry.decoder}`,
      data,
      layer: image.name,
      inputs: [withBatch(latent.decoderInput, latent.shape)],
      shape: imageShape,
    },
    options,
  );
  const [latentDims, usedDims] = [latentDimsOf(entry), sizeOf(latent.shape)];
  return {
    latentDims,
    imageSizePx,
    encode: (images, batch) =>
      mapRows(images, batch, async (planes) => {
        const pixels = toGraphPixels({ planes, sizePx: imageSizePx }, input);
        const z = new Float32Array(latentDims);
        z.set(await encoder.read({ [input.name]: { data: pixels, dims: [1, ...inputShape] } }, latent.shape));
        return z;
      }),
    decode: (latents, batch) =>
      mapRows(latents, batch, async (z) => {
        const feed = { data: z.slice(0, usedDims), dims: [1, ...latent.shape] };
        return fromGraphPixels(await decoder.read({ [latent.decoderInput]: feed }, imageShape), image);
      }),
  };
}
