/**
 * Layout expert Φ: a one-hot label map on a coarse grid, without parameters; the counterpart of the paper's segmentation maps.
 * A cell of an image gets the palette colour nearest to most of its pixels in OKLab (Ottosson 2020).
 */
import { type Lab, labOf } from "../../shared/colour/oklab.ts";
import { AppError } from "../../shared/problem.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import type { LayoutExpertEntry } from "../manifest/expert-entries.ts";
import type { ExpertCore } from "./expert.ts";

/** A pixel below this alpha belongs to class 0, transparent. */
const opaqueFrom = 0.5;

export class LayoutExpert implements ExpertCore {
  readonly dims: number;
  readonly columns: number;
  readonly rows: number;
  /** Number of classes: transparent and the palette. */
  readonly #classes: number;
  readonly #colours: readonly Lab[];
  /**
   * Cache of colours at the index that their bits hash to; a new colour replaces the old one. 0 = empty, else 1 + the colour's
   * 24 bits.
   */
  readonly #met = new Int32Array(1 << coloursBits);
  /** Classes of the cached colours. */
  readonly #classOf = new Uint16Array(1 << coloursBits);

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

  /** The label map of an image, or cells as given. Row by row, 0 = transparent, i = colour i of the palette. */
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

  /** The most frequent class of each cell; the first one of a tie. */
  #reduce(planes: Float32Array, sizePx: number): number[] {
    const area = sizePx * sizePx;
    const counts = new Uint32Array(this.dims);
    // The same memory as integers, which are compared faster.
    const bits = new Int32Array(planes.buffer, planes.byteOffset, planes.length);
    const ends = Array.from({ length: this.columns }, (_, column) => Math.ceil(((column + 1) * sizePx) / this.columns));
    let label = 0;
    for (let y = 0, pixel = 0; y < sizePx; y += 1) {
      const row = Math.floor((y * this.rows) / sizePx);
      for (let column = 0; column < this.columns; column += 1) {
        const cell = (row * this.columns + column) * this.#classes;
        for (let end = y * sizePx + ends[column]!; pixel < end; ) {
          // Most pixels equal their left neighbour.
          if (pixel === 0 || !isSame(bits, area, pixel)) label = this.#labelOf(planes, area, pixel);
          const start = pixel;
          do pixel += 1;
          while (pixel < end && isSame(bits, area, pixel));
          counts[cell + label]! += pixel - start;
        }
      }
    }
    return Array.from({ length: this.columns * this.rows }, (_, cell) => {
      const first = cell * this.#classes;
      let best = 0;
      for (let at = 1; at < this.#classes; at += 1) if (counts[first + at]! > counts[first + best]!) best = at;
      return best;
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
    // Multiplicative hashing (Knuth, TAOCP 6.4).
    const place = Math.imul(bits, 0x9e3779b1) >>> (32 - coloursBits);
    if (this.#met[place] !== bits + 1) {
      this.#met[place] = bits + 1;
      this.#classOf[place] = 1 + nearest(labOf(bits), this.#colours);
    }
    return this.#classOf[place]!;
  }
}

/** Whether a pixel equals the one before it in all channels. */
const isSame = (bits: Int32Array, area: number, pixel: number): boolean =>
  ((bits[pixel]! ^ bits[pixel - 1]!) |
    (bits[area + pixel]! ^ bits[area + pixel - 1]!) |
    (bits[2 * area + pixel]! ^ bits[2 * area + pixel - 1]!) |
    (bits[3 * area + pixel]! ^ bits[3 * area + pixel - 1]!)) ===
  0;

const byteOf = (value: number): number => Math.min(255, Math.max(0, Math.round(255 * value)));

/** Bits of the cache's index: 0.2 MB, which stay in the CPU's cache. */
const coloursBits = 15;

/** Index of the nearest colour; the first one of a tie. */
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
