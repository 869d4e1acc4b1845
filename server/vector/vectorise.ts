/**
 * A picture → an SVG of few stacked, named paths: layers (trace-picture.ts, trace-stack.ts) whose lines become strokes (strokes/) and whose other edges become lines and
 * curves (curves/). The preparation decides how a tracing looks, not the tracer: docs/vectors.md shows it beside others. A pure function: equal pixels and options
 * give equal bytes.
 */
import type { Vector } from "../../shared/contract/vectors.ts";
import { AppError } from "../../shared/problem.ts";
import { movedPath } from "../../shared/vectors/vector-path.ts";
import type { Pixels, TracedPixels } from "../engine/interfaces.ts";
import { aboutLayer, type Traced } from "./draw-layers.ts";
import { ownNodes } from "./given/own-nodes.ts";
import { partlyOwn } from "./given/partly-own.ts";
import { strokeWidthOf } from "./stroke-width.ts";
import { withEvenWidths } from "./strokes/even-widths.ts";
import { svgText } from "./svg-text.ts";
import { tracePicture } from "./trace-picture.ts";
import { traceStack } from "./trace-stack.ts";
import type { VectorOptions } from "./vector-options.ts";

/** @throws AppError image_rejected for a picture with nothing in it */
export function vectorise(pixels: TracedPixels, options: VectorOptions = {}): Vector {
  const { stack, parts, beneath, widthPx, heightPx } = pixels;
  const size = { ...options, shown: options.shown ?? { widthPx, heightPx } };
  const known = stack ?? parts;
  const drawn =
    ownNodes(pixels, options) ??
    partlyOwn(pixels, options) ??
    (known ? traceStack(known, pixels, options, known === parts) : tracePicture(pixels, options));
  if (!drawn) throw nothingIn(pixels);
  if (!beneath) return written(drawn, size);
  // These have the colours that they should have already.
  const below = traceStack(beneath, pixels, { lines: "outlines" });
  const scale = [drawn.widthPx / widthPx, drawn.heightPx / heightPx] as const;
  const moved = below.layers.map((layer) => ({
    ...layer,
    name: `${layer.name} behind`,
    ...(layer.blurPx !== undefined && { blurPx: layer.blurPx * scale[0] }),
    outlines: layer.outlines.map((outline) => movedPath(outline, ([x, y]) => [x * scale[0], y * scale[1]])),
  }));
  const leftOutCount = drawn.leftOutCount + below.leftOutCount;
  return written({ ...drawn, layers: [...moved, ...drawn.layers], leftOutCount }, size);
}

/** Layers as text, and their measures. */
function written(
  { layers: traced, memberships, leftOutCount, widthPx, heightPx }: Traced,
  {
    shown,
    title,
    viewBox,
    ink,
  }: Pick<VectorOptions, "title" | "viewBox" | "ink"> & { readonly shown: NonNullable<VectorOptions["shown"]> },
): Vector {
  const side = Math.max(shown.widthPx, shown.heightPx);
  const units = (viewBox ?? side) / side;
  const size = viewBox === undefined ? shown : { widthPx: viewBox, heightPx: viewBox };
  const scale = [(units * shown.widthPx) / widthPx, (units * shown.heightPx) / heightPx] as const;
  // In the middle of its square.
  const corner = [(size.widthPx - units * shown.widthPx) / 2, (size.heightPx - units * shown.heightPx) / 2] as const;
  const layers = viewBox === undefined ? traced : withEvenWidths(traced, scale[0], viewBox);
  const strokes = layers.find(({ stroke }) => stroke)?.stroke;
  const isOneInk =
    layers.every(({ hex, gradient }) => hex === layers[0]!.hex && !gradient) &&
    layers.every(({ fillHex, hex }) => (fillHex ?? hex) === hex);
  const isCurrent = ink === "current" && isOneInk;
  return {
    svg: svgText(layers, { ...size, scale, corner, isCurrent, ...(title !== undefined && { title }) }),
    widthPx: size.widthPx,
    heightPx: size.heightPx,
    segmentCount: layers.flatMap(({ outlines }) => outlines).reduce((sum, { segments }) => sum + segments.length, 0),
    strokePx: Number(((strokes ? strokes.widthPx : strokeWidthOf(memberships, widthPx)) * scale[0]).toFixed(6)),
    layers: layers.map((layer) => aboutLayer(layer, scale[0])),
    leftOutCount,
    ...(layers.some(({ isOwn }) => isOwn) && { hasOwnNodes: true }),
  };
}

function nothingIn({ widthPx, heightPx }: Pixels): AppError {
  const [expected, received] = [
    "a picture with something opaque in it, larger than a speck",
    `${widthPx} × ${heightPx} px without`,
  ];
  return new AppError("image_rejected", `image: expected ${expected}, got ${received}`, {
    field: "image",
    expected,
    received,
  });
}
