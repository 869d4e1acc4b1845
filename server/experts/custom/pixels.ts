/**
 * Converts pixels for foreign graphs: from the premultiplied planes of a condition to the declared size, channels and range,
 * and from a declared range back to planes. Pure arithmetic, no graph.
 */
import { averageAreas } from "../../engine/pixels/areas.ts";
import { channelsOfHex } from "../../engine/pixels/hex-colour.ts";
import { boundsOf } from "../../engine/pixels/places.ts";
import { type Channels, channelCount, type ImageInput, type ImageOutput } from "../../manifest/declared-manifest.ts";

interface Square {
  /** Premultiplied RGBA in [0, 1], [4, sizePx, sizePx]. */
  readonly planes: Float32Array;
  readonly sizePx: number;
}

/** Weights of red, green and blue in grey (ITU-R BT.601, as in Pillow and OpenCV). */
const greyWeights = [0.299, 0.587, 0.114] as const;

/** Planes of any size → [channels, sizePx, sizePx] as declared. The input is not changed. */
export function toGraphPixels(image: Square, input: ImageInput): Float32Array {
  const { planes, sizePx } = input.fit === "cover" ? cropToDrawn(image) : image;
  const sized =
    sizePx < input.sizePx ? enlarge(planes, sizePx, input.sizePx) : averageAreas(planes, sizePx, input.sizePx);
  const pixels = withChannels(sized, input);
  const [low, high] = input.range;
  const area = input.sizePx ** 2;
  return pixels.map((value, at) => {
    const channel = Math.floor(at / area);
    return (low + value * (high - low) - (input.mean?.[channel] ?? 0)) / (input.std?.[channel] ?? 1);
  });
}

/** Pixels [channels, sizePx, sizePx] of a generator → premultiplied RGBA in [0, 1]; opaque without an alpha channel. */
export function fromGraphPixels(pixels: Float32Array, { channels, range }: ImageOutput): Float32Array {
  const [low, high] = range;
  const area = pixels.length / channelCount[channels];
  const planes = new Float32Array(4 * area).fill(1);
  for (let at = 0; at < (channels === "rgba" ? 4 : 3) * area; at += 1) {
    const value = pixels[channels === "grey" ? at % area : at]!;
    planes[at] = Math.min(1, Math.max(0, (value - low) / (high - low)));
  }
  return planes;
}

function withChannels(planes: Float32Array, { channels, background, sizePx }: ImageInput): Float32Array {
  if (channels === "rgba") return planes;
  const area = sizePx ** 2;
  const behind = channelsOfHex(background);
  const rgb = new Float32Array(3 * area);
  for (let at = 0; at < rgb.length; at += 1)
    rgb[at] = planes[at]! + (1 - planes[3 * area + (at % area)]!) * behind[Math.floor(at / area)]!;
  if (channels === "rgb") return rgb;
  return Float32Array.from({ length: area }, (_, pixel) =>
    greyWeights.reduce((sum, weight, channel) => sum + weight * rgb[channel * area + pixel]!, 0),
  );
}

/** The largest centred square inside the drawn area; the whole image when nothing is drawn. */
function cropToDrawn({ planes, sizePx }: Square): Square {
  const alpha = planes.subarray(3 * sizePx * sizePx);
  // Half an 8-bit level is the smallest alpha that a PNG can show.
  const bounds = boundsOf(sizePx, (at) => alpha[at]! >= 0.5 / 255);
  if (!bounds) return { planes, sizePx };
  const { left, right, top, bottom } = bounds;
  const [width, height] = [right - left, bottom - top];
  const side = Math.min(width, height);
  const [x0, y0] = [left + Math.floor((width - side) / 2), top + Math.floor((height - side) / 2)];
  const cropped = new Float32Array(4 * side * side);
  for (let channel = 0; channel < 4; channel += 1)
    for (let y = 0; y < side; y += 1) {
      const start = (channel * sizePx + y0 + y) * sizePx + x0;
      cropped.set(planes.subarray(start, start + side), (channel * side + y) * side);
    }
  return { planes: cropped, sizePx: side };
}

/** Bilinear, with pixel centres at ½. */
function enlarge(planes: Float32Array, fromPx: number, toPx: number): Float32Array {
  const channels = planes.length / fromPx ** 2;
  const large = new Float32Array(channels * toPx * toPx);
  const places = Array.from({ length: toPx }, (_, index) => {
    const at = Math.min(fromPx - 1, Math.max(0, ((index + 0.5) * fromPx) / toPx - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(low + 1, fromPx - 1), share: at - low };
  });
  for (let channel = 0; channel < channels; channel += 1)
    for (const [y, row] of places.entries())
      for (const [x, column] of places.entries()) {
        const at = (line: number, place: number): number => planes[(channel * fromPx + line) * fromPx + place]!;
        const between = (line: number): number =>
          at(line, column.low) * (1 - column.share) + at(line, column.high) * column.share;
        large[(channel * toPx + y) * toPx + x] = between(row.low) * (1 - row.share) + between(row.high) * row.share;
      }
  return large;
}

/** Channels by their number, if the graph states it. */
export const channelsOfCount = (count: number): Channels | undefined =>
  (["grey", "rgb", "rgba"] as const).find((channels) => channelCount[channels] === count);
