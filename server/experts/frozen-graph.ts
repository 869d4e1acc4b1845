/**
 * A frozen network of one ONNX file with one input, and perhaps more that its owner gives beside it. It is checked against its manifest entry when it is opened, and its outputs
 * whenever it runs. The expert that owns it interprets the numbers.
 */
import { join } from "node:path";
import { joinRows } from "../engine/join-rows.ts";
import type { Session, Tensor } from "../onnx/session.ts";
import { type Promised, requireFinite, requirePromised, requireShape } from "./check.ts";
import type { ExpertOptions } from "./expert.ts";
import { SharedFiles } from "./shared-files.ts";

interface RowPromise {
  readonly name: string;
  /** Shape of one row, without the batch axis. */
  readonly shape: readonly number[];
}

export interface GraphPromise {
  /** Name of the graph in messages, e.g. `sketch expert sketch/encoder.onnx`. */
  readonly label: string;
  readonly input: RowPromise;
  /** Further inputs, all of which `run` is given. */
  readonly moreInputs?: readonly RowPromise[];
  readonly output: RowPromise;
  /** Further outputs that its owner reads. */
  readonly moreOutputs?: readonly RowPromise[];
}

/** Rows of a shared run: few enough for the CPU's cache, enough to keep the threads busy. */
const rowsAtOnce = 16;

export class FrozenGraph {
  readonly session: Session;
  /** Most rows of one run: 1 for a graph with a fixed batch axis. */
  readonly rowsMax: number;
  readonly #promise: GraphPromise;

  private constructor(session: Session, promise: GraphPromise) {
    this.session = session;
    this.#promise = promise;
    this.rowsMax = session.inputs.get(promise.input.name)!.shape[0] === 1 ? 1 : rowsAtOnce;
  }

  /** @throws AppError `pack_corrupt` naming expert, expected and received inputs and outputs */
  static async open(
    packFolder: string,
    path: string,
    promise: GraphPromise,
    { shared = new SharedFiles(), ...options }: ExpertOptions,
  ): Promise<FrozenGraph> {
    const session = await shared.session(join(packFolder, path), { ...options, label: promise.label });
    requirePromised(
      session,
      [promise.input, ...(promise.moreInputs ?? [])].map(withBatch),
      [promise.output, ...(promise.moreOutputs ?? [])].map(withBatch),
      promise.label,
    );
    return new FrozenGraph(session, promise);
  }

  /** All outputs of one run over `data` [rows, ...input shape], and over the further inputs by name. */
  run(
    data: Float32Array,
    rows: number,
    more: Readonly<Record<string, Float32Array>> = {},
  ): Promise<Record<string, Tensor>> {
    const { input, moreInputs = [] } = this.#promise;
    const feed = ({ name, shape }: RowPromise, values: Float32Array): [string, Tensor] => [
      name,
      { data: values, dims: [rows, ...shape] },
    ];
    return this.session.run(
      Object.fromEntries([feed(input, data), ...moreInputs.map((one) => feed(one, more[one.name]!))]),
    );
  }

  /**
   * The promised output of a run. @throws AppError `tensor_mismatch` naming the expert when its shape differs or it is not
   * finite
   */
  read(outputs: Readonly<Record<string, Tensor>>, rows: number): Float32Array {
    const { label, output } = this.#promise;
    const tensor = outputs[output.name]!;
    requireShape(tensor, [rows, ...output.shape], label);
    requireFinite(tensor.data as Float32Array, label);
    return tensor.data as Float32Array;
  }

  /** The promised outputs of all input rows, joined; `atOnce` rows share a run. */
  async encode(rows: readonly Float32Array[], atOnce: number): Promise<Float32Array> {
    const parts: Float32Array[] = [];
    for (let start = 0; start < rows.length; start += atOnce) {
      const some = rows.slice(start, start + atOnce);
      parts.push(this.read(await this.run(joinRows(some), some.length), some.length));
    }
    return joinRows(parts);
  }
}

const withBatch = ({ name, shape }: RowPromise): Promised => ({ name, type: "float32", shape: ["batch", ...shape] });
