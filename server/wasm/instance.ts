/**
 * Instances of the WebAssembly module, each with its own memory. Written in AssemblyScript (assembly/), compiled by `npm run
 * kernels`.
 */
import { wasm } from "./module.ts";

/** The exports of assembly/index.ts, documented there; names that end in "At" or "From" return addresses. */
export interface Instance {
  readonly memory: {
    readonly buffer: ArrayBuffer;
    /** Grows by a number of pages, which makes a new buffer. @throws RangeError when there is not enough memory */
    grow(pages: number): number;
  };
  close(): void;
  pictureAt(): number;
  readLines(strokeContrast: number, faintest: number): void;
  imageAt(): number;
  gradientMagnitudeAt(): number;
  gradientStepAt(): number;
  strokesAt(): number;
  opaqueAt(): number;
  steepAt(): number;
  thinMask(): void;
  maskAt(): number;
  takeAdamStep(
    weight: number,
    apart: number,
    count: number,
    ...factors: readonly [
      beta1: number,
      gradientFactor: number,
      beta2: number,
      squareFactor: number,
      epsilon: number,
      stepSize: number,
      decayFactor: number,
      averageRate: number,
    ]
  ): void;
  gradientsAt(): number;
  gradientsBytes(): number;
  freeFrom(): number;
  boundsStride(widthPx: number): number;
  boundsRoomBytes(channels: number, widthPx: number, heightPx: number): number;
  beginBounds(channels: number, widthPx: number, heightPx: number, at: number): void;
  inputAt(channel: number): number;
  readInput(): void;
  softenLine(y: number, values: number, answers: number, line: number, factor: number, largestShare: number): void;
  grainRoomBytes(stride: number): number;
  moveToMeans(
    plane: number,
    stride: number,
    line: number,
    lines: number,
    room: number,
    isDrawn: number,
    cells: number,
    factor: number,
    usual: number,
    drawn: number,
    isAcross: number,
    isWide: number,
  ): void;
  joinRoomBytes(stride: number, lines: number, cells: number, factor: number): number;
  joinFlatAreas(
    plane: number,
    stride: number,
    line: number,
    lines: number,
    room: number,
    isDrawn: number,
    cells: number,
    factor: number,
  ): void;
}

export const pageBytes = 65_536;

/** The part of the API that is used here; Node's types leave it to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const compiled = new WebAssembly.Module(Buffer.from(wasm, "base64"));

export const instantiate = (): Instance => new WebAssembly.Instance(compiled).exports as Instance;
