/**
 * Tracers of npm that the figure of vectors shows beside our own: RGBA → SVG, each with the options that suit icons best. Needs `npm ci` in this folder, and
 * `npm i --no-save @neplex/vectorizer@0.1.0`: its lock file would name binaries of every system, which not every registry has.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import init, { to_svg } from "vtracer-wasm";

const require = createRequire(import.meta.url);
let ready;

/** Angles are in radians, `colorPrecision` is a shift, `filterSpeckle` an area in pixels. */
export async function byVtracer(rgba, widthPx, heightPx) {
  ready ??= init({ module_or_path: await readFile(require.resolve("vtracer-wasm/vtracer.wasm")) });
  await ready;
  return to_svg(rgba, widthPx, heightPx, {
    binary: false,
    mode: "spline",
    hierarchical: "stacked",
    cornerThreshold: Math.PI / 3,
    lengthThreshold: 4,
    maxIterations: 10,
    spliceThreshold: Math.PI / 4,
    filterSpeckle: 16,
    colorPrecision: 2,
    layerDifference: 16,
    pathPrecision: 2,
  });
}

export async function byNeplex(rgba, widthPx, heightPx) {
  const { ColorMode, Hierarchical, PathSimplifyMode, vectorizeRaw } = await import("@neplex/vectorizer");
  return vectorizeRaw(
    Buffer.from(rgba),
    { width: widthPx, height: heightPx },
    {
      colorMode: ColorMode.Color,
      hierarchical: Hierarchical.Stacked,
      mode: PathSimplifyMode.Spline,
      filterSpeckle: 4,
      colorPrecision: 6,
      layerDifference: 16,
      cornerThreshold: 60,
      lengthThreshold: 4,
      maxIterations: 10,
      spliceThreshold: 45,
      pathPrecision: 2,
    },
  );
}
