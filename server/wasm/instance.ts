/** Instances of the WebAssembly module, each with a memory of its own. Written in AssemblyScript (assembly/), compiled by `npm run kernels`. */
import { wasm } from "./module.ts";

/** What assembly/index.ts gives, with its documentation; the names that end in "At" or "From" give addresses. */
export interface Instance {
  readonly memory: {
    readonly buffer: ArrayBuffer;
    /** By so many pages, which makes a new buffer. @throws RangeError when there is no room */
    grow(pages: number): number;
  };
  close(): void;
  pictureAt(): number;
  readLines(strokeContrast: number, faintest: number): void;
  imageAt(): number;
  steepnessAt(): number;
  towardsAt(): number;
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
      keptFirst: number,
      gradientShare: number,
      keptSecond: number,
      squareShare: number,
      epsilon: number,
      stepSize: number,
      keptWeight: number,
      weightShare: number,
    ]
  ): void;
  gradientsAt(): number;
  gradientsBytes(): number;
  freeFrom(): number;
}

export const pageBytes = 65_536;

/** As much of it as is used here: Node's types leave it to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const compiled = new WebAssembly.Module(Buffer.from(wasm, "base64"));

export const instantiate = (): Instance => new WebAssembly.Instance(compiled).exports as Instance;
