/** The frozen graphs of letters: ONNX files as server/pretrain/super-resolution/letters writes them, each opened by its first run. */

import { requireShape } from "../../experts/check.ts";
import type { ExpertOptions } from "../../experts/expert.ts";
import type { UpscalerEntry } from "../../manifest/upscaler-entry.ts";
import type { TensorInfo } from "../../onnx/session.ts";
import { once } from "../../platform/once.ts";
import { finiteFloats, labelOf, type OpenedLate, openPromised } from "../upscaler-graphs.ts";
import { cellPx, type TextFinder } from "./find-text.ts";
import { type LetterDrawer, type LetterReader, letterFactor, letterPlanes } from "./read-letters.ts";

type LetterGraphs = NonNullable<UpscalerEntry["letters"]>;

/** Its runs throw AppError `pack_corrupt` when the graph does not match its entry. */
export function textFinder(
  packFolder: string,
  { finder, finderMarginPx }: LetterGraphs,
  options: ExpertOptions = {},
): TextFinder & OpenedLate {
  const session = once(() =>
    openPromised(
      packFolder,
      finder,
      options,
      [{ name: "luma", type: "float32", shape: [1, 1, "height", "width"] }],
      [{ name: "text", type: "float32", shape: [1, 1, "rows", "columns"] }],
    ),
  );
  return {
    marginPx: finderMarginPx,
    async open() {
      await session();
    },
    async find(luma, widthPx, heightPx) {
      const { text } = await (await session()).run({ luma: { data: luma, dims: [1, 1, heightPx, widthPx] } });
      return finiteFloats(text, [1, 1, Math.ceil(heightPx / cellPx), Math.ceil(widthPx / cellPx)], labelOf(finder));
    },
  };
}

/** Its runs throw AppError `pack_corrupt` when the graph does not match its entry. */
export function letterReader(
  packFolder: string,
  { reader, readerMarginPx, classes }: LetterGraphs,
  options: ExpertOptions = {},
): LetterReader & OpenedLate {
  const label = labelOf(reader);
  const planes = (count: number): TensorInfo => ({ type: "float32", shape: [1, count, "height", "width"] });
  const session = once(() =>
    openPromised(
      packFolder,
      reader,
      options,
      [{ name: "luma", ...planes(1) }],
      [
        { name: "letters", type: "uint8", shape: [1, "height", "width", classes] },
        { name: "step", type: "float32", shape: [1] },
        { name: "ways", ...planes(2) },
      ],
    ),
  );
  return {
    marginPx: readerMarginPx,
    async open() {
      await session();
    },
    async read(luma, widthPx, heightPx) {
      const feeds = { luma: { data: luma, dims: [1, 1, heightPx, widthPx] } };
      const { letters, step, ways } = await (await session()).run(feeds);
      requireShape(letters!, [1, heightPx, widthPx, classes], label, Uint8Array);
      return {
        letters: letters!.data as Uint8Array,
        step: finiteFloats(step, [1], label)[0]!,
        ways: finiteFloats(ways, [1, 2, heightPx, widthPx], label),
      };
    },
  };
}

/** Its runs throw AppError `pack_corrupt` when the graph does not match its entry. */
export function letterDrawer(
  packFolder: string,
  { drawer, drawerMarginPx }: LetterGraphs,
  options: ExpertOptions = {},
): LetterDrawer & OpenedLate {
  const planes = (count: number, height = "height", width = "width"): TensorInfo => ({
    type: "float32",
    shape: [1, count, height, width],
  });
  const session = once(() =>
    openPromised(
      packFolder,
      drawer,
      options,
      [
        { name: "luma", ...planes(1) },
        { name: "letters", ...planes(letterPlanes) },
      ],
      [{ name: "drawn", ...planes(1, "high height", "high width") }],
    ),
  );
  return {
    marginPx: drawerMarginPx,
    async open() {
      await session();
    },
    async draw(luma, letters, widthPx, heightPx) {
      const { drawn } = await (await session()).run({
        luma: { data: luma, dims: [1, 1, heightPx, widthPx] },
        letters: { data: letters, dims: [1, letterPlanes, heightPx, widthPx] },
      });
      return finiteFloats(drawn, [1, 1, letterFactor * heightPx, letterFactor * widthPx], labelOf(drawer));
    },
  };
}
