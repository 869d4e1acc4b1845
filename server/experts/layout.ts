/**
 * Layout expert Φ: a label map of a coarse grid, one-hot, no parameters; stands for the paper's segmentation maps. An image is
 * reduced to the map by the palette colour that most of a cell's pixels are nearest to, in OKLab (Ottosson 2020).
 */
import { AppError } from "../../shared/problem.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import type { LayoutExpertEntry } from "../packs/manifest.ts";
import type { ExpertCore } from "./expert.ts";

/** Below this alpha a pixel belongs to class 0, transparent. */
const opaqueFrom = 0.5;

/** sRGB byte → linear light. */
const linearOf = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

type Lab = readonly [number, number, number];

/** sRGB, 24 bits → OKLab. */
function labOf(bits: number): Lab {
  const [r, g, b] = [linearOf[bits >> 16]!, linearOf[(bits >> 8) & 255]!, linearOf[bits & 255]!];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

export class LayoutExpert implements ExpertCore {
  readonly dims: number;
  readonly columns: number;
  readonly rows: number;
  /** Classes of a cell: transparent and the palette. */
  readonly #classes: number;
  readonly #colours: readonly Lab[];
  /** Class of each colour that was met, by its 24 bits: icons hold few colours, photographs many but not for ever. */
  readonly #classOf = new Map<number, number>();

  constructor({ columns, rows, palette }: LayoutExpertEntry) {
    this.columns = columns;
    this.rows = rows;
    this.#classes = palette.length + 1;
    this.#colours = palette.map(({ hex }) => labOf(Number.parseInt(hex.slice(1), 16)));
    this.dims = columns * rows * this.#classes;
  }

  /**
   * One-hot maps, [values, columns · rows · classes], scaled to unit length.
   * @throws AppError `layout_invalid` when cells are too few, too many or outside the palette
   */
  async encode(values: readonly ConditionValue[]): Promise<Float32Array> {
    const vectors = new Float32Array(values.length * this.dims);
    const one = 1 / Math.sqrt(this.columns * this.rows);
    for (const [row, value] of values.entries())
      for (const [cell, label] of this.cellsOf(value).entries())
        vectors[row * this.dims + cell * this.#classes + label] = one;
    return vectors;
  }

  /** The label map of an image, or cells as sent: for each cell, row by row, 0 = transparent, i = colour i of the palette. */
  cellsOf(value: ConditionValue): readonly number[] {
    if (value.kind === "cells") return this.#checked(value.cells);
    if (value.kind === "image") return this.#reduce(value.planes, value.sizePx);
    throw invalid("an image or cells", "a text");
  }

  #checked(cells: readonly number[]): readonly number[] {
    const count = this.columns * this.rows;
    if (cells.length !== count)
      throw invalid(`${count} cells, ${this.rows} rows of ${this.columns}`, `${cells.length} cells`);
    const at = cells.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= this.#classes);
    if (at >= 0) throw invalid(`labels from 0 to ${this.#classes - 1}`, `${cells[at]} at cell ${at}`);
    return cells;
  }

  /** Each cell's most frequent class; of two alike the first. */
  #reduce(planes: Float32Array, sizePx: number): number[] {
    const area = sizePx * sizePx;
    const counts = new Uint32Array(this.dims);
    const columnOf = Array.from({ length: sizePx }, (_, x) => Math.floor((x * this.columns) / sizePx));
    let label = 0;
    for (let y = 0, pixel = 0; y < sizePx; y += 1) {
      const row = Math.floor((y * this.rows) / sizePx);
      for (let x = 0; x < sizePx; x += 1, pixel += 1) {
        // Most pixels look like their left neighbour.
        if (pixel === 0 || !isSame(planes, area, pixel)) label = this.#labelOf(planes, area, pixel);
        counts[(row * this.columns + columnOf[x]!) * this.#classes + label]! += 1;
      }
    }
    return Array.from({ length: this.columns * this.rows }, (_, cell) => {
      const votes = counts.subarray(cell * this.#classes, (cell + 1) * this.#classes);
      return votes.indexOf(Math.max(...votes));
    });
  }

  #labelOf(planes: Float32Array, area: number, pixel: number): number {
    const alpha = planes[3 * area + pixel]!;
    if (alpha < opaqueFrom) return 0;
    const [red, green, blue] = [planes[pixel]!, planes[area + pixel]!, planes[2 * area + pixel]!];
    return this.#classOfColour((byteOf(red / alpha) << 16) | (byteOf(green / alpha) << 8) | byteOf(blue / alpha));
  }

  /** @param bits red, green and blue, 8 bits each */
  #classOfColour(bits: number): number {
    const known = this.#classOf.get(bits);
    if (known !== undefined) return known;
    const label = 1 + nearest(labOf(bits), this.#colours);
    if (this.#classOf.size >= coloursKept) this.#classOf.clear();
    this.#classOf.set(bits, label);
    return label;
  }
}

/** Whether a pixel has all values of the one before it. */
const isSame = (planes: Float32Array, area: number, pixel: number): boolean =>
  planes[pixel] === planes[pixel - 1] &&
  planes[area + pixel] === planes[area + pixel - 1] &&
  planes[2 * area + pixel] === planes[2 * area + pixel - 1] &&
  planes[3 * area + pixel] === planes[3 * area + pixel - 1];

const byteOf = (value: number): number => Math.min(255, Math.max(0, Math.round(255 * value)));

/** Colours whose class is remembered, some 4 MB. */
const coloursKept = 65_536;

/** Index of the nearest colour; of two alike the first. */
function nearest([l, a, b]: Lab, colours: readonly Lab[]): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let at = 0; at < colours.length; at += 1) {
    const [otherL, otherA, otherB] = colours[at]!;
    const distance = (l - otherL) ** 2 + (a - otherA) ** 2 + (b - otherB) ** 2;
    if (distance < least) [best, least] = [at, distance];
  }
  return best;
}

const invalid = (expected: string, received: string): AppError =>
  new AppError("layout_invalid", `condition.layout: expected ${expected}, got ${received}`, {
    field: "condition.layout",
    expected,
    received,
  });
