/**
 * A frozen network of one ONNX file with one input: checked against what the manifest entry promises when it is opened, and
 * every output checked when it runs. What the numbers mean is the business of the expert that owns it.
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
  /** Names the graph in messages, e.g. `sketch expert sketch/encoder.onnx`. */
  readonly label: string;
  readonly input: RowPromise;
  readonly output: RowPromise;
}

/** Rows of one run where several may share one: small enough to stay in the processor's cache, large enough to fill the threads. */
const rowsAtOnce = 16;

export class FrozenGraph {
  readonly session: Session;
  /** Rows that one run may take: 1 for a graph whose batch axis is fixed. */
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
    requirePromised(session, [withBatch(promise.input)], [withBatch(promise.output)], promise.label);
    return new FrozenGraph(session, promise);
  }

  /** Every output of one run over `data` [rows, ...input shape]. */
  run(data: Float32Array, rows: number): Promise<Record<string, Tensor>> {
    const { name, shape } = this.#promise.input;
    return this.session.run({ [name]: { data, dims: [rows, ...shape] } });
  }

  /** The promised output of a run. @throws AppError `tensor_mismatch` naming the expert when it has another shape or holds no numbers */
  read(outputs: Readonly<Record<string, Tensor>>, rows: number): Float32Array {
    const { label, output } = this.#promise;
    const tensor = outputs[output.name]!;
    requireShape(tensor, [rows, ...output.shape], label);
    requireFinite(tensor.data as Float32Array, label);
    return tensor.data as Float32Array;
  }

  /** The promised output of each input row, joined; `atOnce` rows share a run. */
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
