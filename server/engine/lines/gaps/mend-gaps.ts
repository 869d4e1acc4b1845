/** A drawing of a style that breaks its lines as one of whole lines, for a style that does not. Pure. */
import { madePicture, type Picture } from "../../made-picture.ts";
import { inkOf } from "../../pixels/ink-colour.ts";
import type { StyleLines } from "../line-width.ts";
import { bridged } from "./bridge-gaps.ts";
import { gapsIn } from "./find-gaps.ts";

/** Only a picture of one ink. @param own lines of the style that it has by itself @param wanted those of the requested one */
export function inWholeLines<Shown extends Picture>(image: Shown, own?: StyleLines, wanted?: StyleLines): Shown {
  const width = own?.gaps && own.width;
  if (!width || wanted?.gaps || image.hole) return image;
  return madePicture(image, `${image.key} in whole lines of ${width}`, ({ planes, sizePx }) =>
    mended(planes, sizePx, width),
  );
}

/** @param planes premultiplied RGBA [4, sizePx, sizePx]; the same where there is nothing to mend, or several colours */
function mended(planes: Float32Array, sizePx: number, width: number): Float32Array {
  const pixels = sizePx ** 2;
  const drawn = { alphas: planes.subarray(3 * pixels), sizePx };
  const gaps = gapsIn(drawn, width, "likely");
  const { ink } = inkOf([{ planes, sizePx }]);
  if (gaps.length === 0 || !ink) return planes;
  const whole = bridged(drawn, gaps, width);
  const made = planes.slice();
  for (let at = 0; at < pixels; at += 1) {
    if (whole[at] === drawn.alphas[at]) continue;
    for (let channel = 0; channel < 3; channel += 1) made[channel * pixels + at] = whole[at]! * ink[channel]!;
    made[3 * pixels + at] = whole[at]!;
  }
  return made;
}
