import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { vectorise } from "../../server/vector/vectorise.ts";
import type { VectorLines } from "../../shared/contract/vectors.ts";
import { type FitLayer, fitToPixels } from "../../shared/vectors/pixel-fit.ts";
import { movedPath, pathData, pathsOf } from "../../shared/vectors/vector-path.ts";

const drawn = async (body: string, lines: VectorLines = "strokes") => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128">${body}</svg>`;
  const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return vectorise({ rgba: data, widthPx: info.width, heightPx: info.height }, { lines });
};
/** A drawing's layers, as outlines or with its lines as strokes. */
const layersOf = (svg: string): FitLayer[] =>
  [...svg.matchAll(/<path[^>]*>/g)].map(([tag]) => {
    const paths = pathsOf(/ d="([^"]+)"/.exec(tag)![1]!)!;
    const strokePx = Number(/stroke-width="([^"]+)"/.exec(tag)?.[1]);
    return strokePx > 0 ? { paths, strokePx, isFlat: tag.includes('stroke-linecap="butt"') } : { paths };
  });

/** Share of pixels that are neither full nor empty, of those that have anything: how soft a rendering is. */
async function softness(layers: readonly FitLayer[], sidePx: number): Promise<number> {
  const paths = layers
    .map(({ paths, strokePx, isFlat }) =>
      strokePx === undefined
        ? `<path fill-rule="evenodd" d="${pathData(paths, 3)}"/>`
        : `<path fill="none" stroke="#000" stroke-width="${strokePx}" stroke-linecap="${isFlat ? "butt" : "round"}" d="${pathData(paths, 3)}"/>`,
    )
    .join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${sidePx}" height="${sidePx}">${paths}</svg>`;
  const { data } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  let [soft, any] = [0, 0];
  for (let at = 3; at < data.length; at += 4) {
    any += Number(data[at]! > 12);
    soft += Number(data[at]! > 12 && data[at]! < 243);
  }
  return soft / any;
}
const shrunk = (layers: readonly FitLayer[], toPx: number): FitLayer[] =>
  layers.map(({ paths, strokePx, ...about }) => ({
    ...about,
    paths: paths.map((path) => movedPath(path, ([x, y]) => [(x * toPx) / 128, (y * toPx) / 128])),
    ...(strokePx !== undefined && { strokePx: (strokePx * toPx) / 128 }),
  }));

const icons: Readonly<Record<string, string>> = {
  "a window":
    '<rect x="13" y="17" width="101" height="93" fill="none" stroke="#222" stroke-width="9"/><path d="M13 45h101" stroke="#222" stroke-width="9"/>',
  bars: '<path d="M21 20v90M51 50v60M83 33v77M109 70v40" stroke="#222" stroke-width="11"/>',
  "a plus": '<path d="M63 13v102M12 65h103" stroke="#222" stroke-width="10"/>',
};

const bothLines = ["strokes", "outlines"] as const;

for (const lines of bothLines)
  for (const [name, body] of Object.entries(icons))
    test(`lines of ${name}, as ${lines}, are crisp at 16 px after fitting, and soft before`, async () => {
      const layers = layersOf((await drawn(body, lines)).svg);
      assert.equal(
        layers.some(({ strokePx }) => strokePx !== undefined),
        lines === "strokes" && name !== "bars",
      );
      const before = await softness(shrunk(layers, 16), 16);
      const after = await softness(fitToPixels(layers, 128, 16), 16);
      assert.ok(before > 0.4, `soft before, got ${before}`);
      assert.ok(after < 0.1, `crisp after, got ${after}`);
    });

test("four equal bars stay equally wide at 16 px, where shrinking alone makes some thicker than others", async () => {
  const layers = layersOf((await drawn(icons["bars"]!, "outlines")).svg);
  const widths = fitToPixels(layers, 128, 16)
    .flatMap(({ paths }) => paths)
    .map(({ start, segments }) => {
      const xs = [start, ...segments.map(({ to }) => to)].map(([x]) => x);
      return Math.max(...xs) - Math.min(...xs);
    });
  assert.equal(widths.length, 4);
  for (const width of widths) assert.ok(Math.abs(width - 1) < 0.05, `one pixel, got ${width}`);
  const frame = '<path d="M21 21h86v86h-86zM21 50h86M64 50v57" fill="none" stroke="#222" stroke-width="11"/>';
  const strokes = fitToPixels(layersOf((await drawn(frame)).svg), 128, 16);
  assert.deepEqual(
    strokes.map(({ strokePx }) => strokePx),
    [1],
  );
});

for (const lines of bothLines)
  test(`no point of ${lines} moves by more than a pixel and a half at any size, and edges keep their order`, async () => {
    const layers = layersOf((await drawn(Object.values(icons).join(""), lines)).svg);
    for (const toPx of [16, 20, 24, 32, 48]) {
      const plain = shrunk(layers, toPx);
      const fitted = fitToPixels(layers, 128, toPx);
      const pairs = plain.flatMap(({ paths }, layer) =>
        paths.flatMap(({ segments }, path) =>
          segments.map(({ to }, at) => [to, fitted[layer]!.paths[path]!.segments[at]!.to] as const),
        ),
      );
      for (const [one, two] of pairs) assert.ok(Math.hypot(one[0] - two[0], one[1] - two[1]) < 1.5, `${one} → ${two}`);
      for (const axis of [0, 1] as const) {
        const sorted = [...pairs].sort(([one], [two]) => one[axis]! - two[axis]!);
        for (let at = 1; at < sorted.length; at += 1)
          assert.ok(sorted[at]![1][axis]! >= sorted[at - 1]![1][axis]! - (lines === "outlines" ? 1e-9 : 0.6), "order");
      }
    }
  });
