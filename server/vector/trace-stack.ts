/** Layers that are known already, as those of a drawing on a ground: each becomes a path of its own, without looking for colours. */
import { namesOfColours } from "../../shared/colour/colour-names.ts";
import { labOfHex } from "../../shared/colour/oklab.ts";
import { assignPalette } from "../../shared/colour/recolour.ts";
import type { TracedPixels } from "../engine/interfaces.ts";
import type { StackedLayer } from "../engine/pixels/ground/stack.ts";
import { asOutlines, drawLayers, hiddenTest, type InkToDraw, shareOf, stackingOf, type Traced } from "./draw-layers.ts";
import { blur, stackLayers } from "./layers.ts";
import { strongestOf } from "./memberships.ts";
import { fitFor, leastOutlinePx, smoothing, speckPxOf } from "./sizes.ts";
import { upToMiddles } from "./strokes/beneath.ts";
import type { VectorOptions } from "./vector-options.ts";

/**
 * @param stack the lowest first, each going on beneath the next
 * @param areBeside whether they lie beside each other instead
 */
export function traceStack(
  stack: readonly StackedLayer[],
  { widthPx, heightPx, linePx }: Pick<TracedPixels, "widthPx" | "heightPx" | "linePx">,
  { palette, keepsGradients = palette === undefined, lines }: VectorOptions,
  areBeside = false,
): Traced {
  const covers = stack.map(({ cover }) => Float32Array.from(cover, (value) => value / 255));
  const seen = areBeside
    ? covers
    : covers.map((cover, at) => cover.map((share, pixel) => Math.max(0, share - (covers[at + 1]?.[pixel] ?? 0))));
  const outside = covers[0]!.map(
    (_, pixel) => 1 - (areBeside ? covers : covers.slice(0, 1)).reduce((sum, own) => sum + own[pixel]!, 0),
  );
  const shares = seen.map(shareOf);
  const hexesOfOwn = stack.map(({ hex }) => hex);
  const chosen =
    palette &&
    assignPalette(
      hexesOfOwn.map((hex, at) => ({ hex, share: shares[at]! })),
      palette,
    );
  const isOwn = ({ gradient }: StackedLayer): boolean => !chosen || (keepsGradients && gradient !== undefined);
  const hexes = stack.map((layer, at) => (isOwn(layer) ? layer.hex : palette![chosen![at]!]!));
  const names = namesOfColours(hexes.map(labOfHex));
  const fit = fitFor(Math.max(widthPx, heightPx));
  // Of layers on each other, only the uppermost is seen as a whole.
  const mayBeStrokes = (at: number): boolean => !stack[at]!.gradient && (areBeside || at === stack.length - 1);
  const { order, strokes } =
    lines === "outlines" ? asOutlines(stack.length) : stackingOf(seen, { widthPx, fit, linePx, mayBeStrokes });
  const memberships = [...order.map((at) => seen[at]!), outside];
  // Of all but what is drawn the edges are long curves, whose steps show.
  const fields = areBeside
    ? upToMiddles(
        stackLayers(strongestOf(memberships), memberships, widthPx),
        memberships,
        order.map((at) => strokes[at]),
        widthPx,
      )
    : covers.map((cover, at) => (at < covers.length - 1 ? blur(cover, widthPx, smoothing.noisy) : cover));
  const toDraw = order.map((at, place): InkToDraw => {
    const { gradient, opacity = 1, blurPx } = stack[at]!;
    const stops = gradient?.hexes.map((hex, end): readonly [number, string] => [end, hex]) ?? [];
    return {
      name: names[at]!,
      hex: hexes[at]!,
      ...(opacity < 1 && { opacity }),
      ...(blurPx !== undefined && { blurPx }),
      ...(gradient && keepsGradients && { gradient: { from: gradient.from, to: gradient.to, stops } }),
      share: shares[at]!,
      field: fields[place]!,
      strokes: strokes[at],
      isHidden: areBeside ? hiddenTest(memberships, place, widthPx) : () => false,
    };
  });
  const leastPx = leastOutlinePx(speckPxOf(widthPx * heightPx));
  return {
    widthPx,
    heightPx,
    ...drawLayers(toDraw, { widthPx, leastPx, middle: smoothing.clean, fit }),
    memberships,
  };
}
