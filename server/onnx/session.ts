/**
 * Sessions of onnxruntime (runtime.ts selects the build). Creates sessions with a chosen execution provider, reports the
 * provider in use, and checks graphs (model-source.ts) and feeds before the runtime sees them.
 * `run()` blocks the JavaScript thread (microsoft/onnxruntime#19611), so only the inference child, the trainer and tests load
 * this file; the HTTP process never does.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { isOutOfMemory } from "../platform/processes/out-of-memory.ts";
import { requireSame } from "./compare-sessions.ts";
import { type ModelSourceOptions, openModel } from "./model-source.ts";
import { type InferenceSession, type Tensor as OrtTensor, type Provider, runtime } from "./runtime.ts";

export interface SessionOptions extends ModelSourceOptions {
  readonly provider?: Provider;
  /** Threads inside one operator; 0 = the number of physical cores. */
  readonly threads?: number;
  /** Off for graphs that run once, for which optimising costs more than it saves. */
  readonly optimise?: boolean;
  /**
   * On by default: a session keeps the memory of its largest run for the next. Off for graphs with large buffers and long runs.
   */
  readonly keepsMemory?: boolean;
  /**
   * Path prefix of a file with the time of every operator in Chrome's trace format, which `dispose` makes the runtime write;
   * for benchmarks.
   */
  readonly profileTo?: string;
  /** Refuse the session unless every node runs on `provider`; otherwise onnxruntime silently falls back to the CPU. */
  readonly isStrict?: boolean;
}

export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** An input or output tensor: data is row-major, length = product of dims. */
export interface Tensor {
  readonly data: TensorData;
  readonly dims: readonly number[];
}

export type Feeds = Readonly<Record<string, Tensor>>;

/** Type and shape of one input or output; a free axis has a name or a negative number. */
export interface TensorInfo {
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

const typeOf = (data: TensorData): "float32" | "int32" | "int64" | "uint8" =>
  data instanceof Float32Array
    ? "float32"
    : data instanceof Int32Array
      ? "int32"
      : data instanceof Uint8Array
        ? "uint8"
        : "int64";

const toOrt = (tensor: Tensor): OrtTensor =>
  new runtime.ort.Tensor(typeOf(tensor.data), tensor.data as Float32Array, [...tensor.dims]);

const tensorsOf = (metadata: readonly InferenceSession.ValueMetadata[]): ReadonlyMap<string, TensorInfo> =>
  new Map(
    metadata.flatMap((value) => (value.isTensor ? [[value.name, { type: value.type, shape: value.shape }]] : [])),
  );

/** The first line of the runtime's message, without the paths, line numbers and functions of its source. */
const shorten = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause))
    .split("\n")[0]!
    .replace(/\S*\.(cc|h):\d+ ([\w:<>*&, ]+\((?:[^()]|\([^()]*\))*\)( const)? )?/g, "")
    .slice(0, 300);

/** Compares a session that was just made on a GPU with one on the processor. @throws AppError provider_unavailable */
async function requireAsProcessor(
  model: string | Uint8Array,
  options: SessionOptions,
  session: Session,
): Promise<void> {
  const reference = await Session.create(model, { ...options, provider: runtime.processor });
  try {
    await requireSame(reference, session);
  } finally {
    await reference.dispose();
  }
}

/** Weight files as bytes, under their names in the graph. */
const readWeights = (folder: string | undefined, files: readonly string[]) =>
  Promise.all(files.map(async (path) => ({ path, data: await readFile(join(folder ?? "", path)) })));

export class Session {
  readonly label: string;
  readonly provider: Provider;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Inputs and outputs of the graph, by name. */
  readonly inputs: ReadonlyMap<string, TensorInfo>;
  readonly outputs: ReadonlyMap<string, TensorInfo>;
  readonly #session: InferenceSession;
  readonly #isProfiled: boolean;

  private constructor(session: InferenceSession, label: string, provider: Provider, isProfiled: boolean) {
    this.#session = session;
    this.#isProfiled = isProfiled;
    this.label = label;
    this.provider = provider;
    this.inputNames = session.inputNames;
    this.outputNames = session.outputNames;
    this.inputs = tensorsOf(session.inputMetadata);
    this.outputs = tensorsOf(session.outputMetadata);
  }

  /**
   * Loads a graph from a file path or from serialised bytes.
   * @throws AppError `provider_unavailable` when the requested provider can't run here or computes something else than the processor, `pack_corrupt` when the graph does not
   *   load, or names weight files that `options.externalData` does not list, `out_of_memory`
   */
  static async create(model: string | Uint8Array, options: SessionOptions): Promise<Session> {
    const provider = options.provider ?? runtime.processor;
    const available = runtime.listProviders();
    if (!available.includes(provider))
      throw new AppError(
        "provider_unavailable",
        `provider: expected one of ${available.join(", ")}, got ${provider} (${options.label})`,
        {
          expected: available.join(", "),
          received: provider,
        },
      );
    const { bytes, folder, externalData } = await openModel(model, options);
    runtime.useThreads(options.threads ?? 0);
    const sessionOptions: InferenceSession.SessionOptions = {
      executionProviders: [provider],
      graphOptimizationLevel: options.optimise === false ? "disabled" : "all",
      intraOpNumThreads: options.threads ?? 0,
      interOpNumThreads: 1,
      enableCpuMemArena: options.keepsMemory ?? true,
      executionMode: "sequential",
      logSeverityLevel: options.isStrict || runtime.needsBytes ? 4 : 3,
      ...(runtime.needsBytes && { externalData: await readWeights(folder, externalData) }),
      ...(options.profileTo === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profileTo }),
      // Spinning idle threads would take the cores from HTTP and image decoding.
      extra: {
        session: {
          intra_op: { allow_spinning: "0" },
          ...(options.isStrict ? { disable_cpu_ep_fallback: "1" } : {}),
          ...(externalData.length > 0 && !runtime.needsBytes
            ? { model_external_initializers_file_folder_path: folder }
            : {}),
        },
      },
    };
    try {
      const session = await runtime.ort.InferenceSession.create(bytes, sessionOptions);
      const created = new Session(session, options.label, provider, options.profileTo !== undefined);
      if (provider !== runtime.processor && !options.isStrict) await requireAsProcessor(model, options, created);
      return created;
    } catch (cause) {
      if (cause instanceof AppError) throw cause;

      const message = `${options.label}: onnxruntime could not load the graph (${shorten(cause)})`;
      throw new AppError(isOutOfMemory(cause) ? "out_of_memory" : "pack_corrupt", message, { cause });
    }
  }

  /**
   * Runs the graph once. Outputs are copied from the runtime into new memory.
   * @param wanted outputs that are copied; absent = all
   * @throws AppError `tensor_mismatch` naming every missing, extra or misshaped input with expected and received shape, or with
   *   the runtime's own reason
   */
  async run(feeds: Feeds, wanted = this.outputNames): Promise<Record<string, Tensor>> {
    this.#check(feeds);
    const inputs: Record<string, OrtTensor> = {};
    for (const [name, tensor] of Object.entries(feeds)) inputs[name] = toOrt(tensor);
    const results = await this.#session.run(inputs, wanted).catch((cause: unknown) => {
      const message = `${this.label}: onnxruntime could not run the graph (${shorten(cause)})`;
      throw new AppError(isOutOfMemory(cause) ? "out_of_memory" : "tensor_mismatch", message, { cause });
    });
    const tensors: Record<string, Tensor> = {};
    for (const name of wanted) {
      const result = results[name]!;
      tensors[name] = { data: result.data as TensorData, dims: result.dims };
    }
    return tensors;
  }

  async dispose(): Promise<void> {
    if (this.#isProfiled) this.#session.endProfiling();
    await this.#session.release();
  }

  #check(feeds: Feeds): void {
    const faults: string[] = [];
    for (const [name, input] of this.inputs) {
      const feed = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
      if (!feed) {
        faults.push(`${name}: expected ${input.type} [${input.shape.join(", ")}], got nothing`);
        continue;
      }
      const shapeFits =
        feed.dims.length === input.shape.length &&
        feed.dims.every(
          (size, axis) =>
            typeof input.shape[axis] !== "number" || (input.shape[axis] as number) < 0 || input.shape[axis] === size,
        );
      const lengthFits = feed.data.length === feed.dims.reduce((product, size) => product * size, 1);
      if (!shapeFits || !lengthFits || typeOf(feed.data) !== input.type)
        faults.push(
          `${name}: expected ${input.type} [${input.shape.join(", ")}], got ${typeOf(feed.data)} [${feed.dims.join(", ")}]` +
            (lengthFits ? "" : ` with ${feed.data.length} values`),
        );
    }
    for (const name of Object.keys(feeds))
      if (!this.inputs.has(name)) faults.push(`${name}: not an input of this graph`);
    if (faults.length > 0) throw new AppError("tensor_mismatch", `${faults.join("; ")} (${this.label})`);
  }
}
