/**
 * A perceptual distance on a net that ships: feature maps after three activations of EfficientNet-Lite0 (the image expert of
 * pack icons, before pooling); features of each position scaled to unit length, equal weights, at most 4. It has neither the
 * network of LPIPS nor its fit to human judgements (lpips.ts).
 */
import type { ConditionValue, Pixels } from "../../engine/interfaces.ts";
import { openOnnxExpert } from "../../experts/custom/condition.ts";
import { SharedFiles } from "../../experts/shared-files.ts";
import type { CatalogueEntry } from "../../packs/catalogue.ts";
import { asImage } from "../images.ts";
import type { FeatureMaps, PictureNet } from "./feature-maps.ts";

/**
 * Activations of the graph: of the stem and at the start of stages 1 and 2, at 1/2 and 1/4 of the input's side. Deeper ones
 * rate invisible noise of one level on flat paper above the visible blur of a bicubic ×2.
 */
const layers = ["relu6", "relu6_3", "relu6_6"];
/** Side of the tiles, which is the net's input: small, so that textures count. */
const tilePx = 128;
const tilesAtOnce = 8;

/**
 * @returns undefined for a pack without an image expert
 * @throws AppError `pack_corrupt` when the expert's graph has other layers
 */
export async function openTextureNet(
  { folder, manifest }: CatalogueEntry,
  threads: number,
): Promise<PictureNet | undefined> {
  const image = Object.values(manifest.experts).find(({ kind }) => kind === "image");
  if (image?.kind !== "image") return undefined;
  const options = { threads, shared: new SharedFiles() };
  const experts: Awaited<ReturnType<typeof openOnnxExpert>>[] = [];
  for (const layer of layers)
    experts.push(
      await openOnnxExpert(
        folder,
        {
          kind: "onnx",
          model: image.model,
          input: {
            kind: "image",
            name: "image",
            sizePx: tilePx,
            layout: "NCHW",
            fit: "contain",
            channels: "rgba",
            background: "#ffffff",
            range: [0, 1],
          },
          layer,
          pooling: "none",
          normalise: "none",
          dims: 1,
        },
        "image",
        options,
      ),
    );
  return {
    name: "EfficientNet-Lite0",
    async mapsOf(picture) {
      const tiles = tilesOf(picture);
      const maps: Array<FeatureMaps[number]> = [];
      for (let start = 0; start < tiles.length; start += tilesAtOnce)
        for (const [layer, expert] of experts.entries()) {
          const { data, dims } = await expert.layerOf(tiles.slice(start, start + tilesAtOnce));
          const values = toEqualLength(data as Float32Array, dims);
          maps.push({ layer, values, places: values.length / dims[1]! });
        }
      return maps;
    },
  };
}

/**
 * Copies [tiles, channels, height, width] with the features of each position scaled to the length that makes the distance a
 * mean over layers.
 */
function toEqualLength(
  data: Float32Array,
  [tiles = 1, channels = 1, height = 1, width = 1]: readonly number[],
): Float32Array {
  const maps = new Float32Array(data.length);
  const places = height * width;
  for (let tile = 0; tile < tiles; tile += 1)
    for (let place = 0; place < places; place += 1) {
      const first = tile * channels * places + place;
      let squares = 0;
      for (let channel = 0; channel < channels; channel += 1) squares += data[first + channel * places]! ** 2;
      const length = (Math.sqrt(squares) + 1e-10) * Math.sqrt(layers.length);
      for (let channel = 0; channel < channels; channel += 1)
        maps[first + channel * places] = data[first + channel * places]! / length;
    }
  return maps;
}

/** Tiles that cover the picture evenly. A picture smaller than a tile is extended by its border. */
function tilesOf(picture: Pixels): ConditionValue[] {
  const [lefts, tops] = [startsOf(picture.widthPx), startsOf(picture.heightPx)];
  return tops.flatMap((top) => lefts.map((left) => asImage(tileOf(picture, left, top), tilePx, `${left} ${top}`)));
}

function startsOf(lengthPx: number): number[] {
  const count = Math.ceil(lengthPx / tilePx);
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, at) => Math.round((at * (lengthPx - tilePx)) / (count - 1)));
}

/** Opaque planes [4, 128, 128] in [0, 1]. */
function tileOf({ rgba, widthPx, heightPx }: Pixels, left: number, top: number): Float32Array {
  const places = tilePx * tilePx;
  const planes = new Float32Array(4 * places).fill(1);
  for (let place = 0; place < places; place += 1) {
    const x = Math.min(widthPx - 1, left + (place % tilePx));
    const y = Math.min(heightPx - 1, top + Math.floor(place / tilePx));
    for (let channel = 0; channel < 3; channel += 1)
      planes[channel * places + place] = rgba[4 * (y * widthPx + x) + channel]! / 255;
  }
  return planes;
}
