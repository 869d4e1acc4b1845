/**
 * The runtime under every session: onnxruntime-node, or onnxruntime-web (WebAssembly) where the former has no binary that
 * loads, as on Macs with Intel processors since 1.24. The same graphs and interfaces; WebAssembly is several times slower.
 * `TAU_RUNTIME=web` (checked by the configuration) has it as if there were no binary. It is read here, because every child
 * and every thread of this program loads its own runtime and inherits the environment.
 */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { isMainThread } from "node:worker_threads";
import type * as Ort from "onnxruntime-node";

export type { InferenceSession, Tensor } from "onnxruntime-node";

export type Provider = "cpu" | "cuda" | "webgpu" | "wasm";

interface Runtime {
  readonly ort: Pick<typeof Ort, "InferenceSession" | "Tensor" | "env">;
  /** Whether files of weights beside a graph must be given as bytes: WebAssembly reads no files. */
  readonly needsBytes: boolean;
  /** Threads of a session (0 = all cores), said before each is made: in WebAssembly the first one's count for all. */
  useThreads(threads: number): void;
  /** What the processor is called as an execution provider. */
  readonly processor: "cpu" | "wasm";
  /** Providers that can be asked for here. */
  listProviders(): string[];
}

/** How Node says that a binary is missing or does not fit this system, such as one for glibc where there is musl. */
const binaryFaults = ["MODULE_NOT_FOUND", "ERR_DLOPEN_FAILED"];

async function load(): Promise<Runtime> {
  if (process.env["TAU_RUNTIME"] === "web") return loadWeb("TAU_RUNTIME is web");
  try {
    return loadNative(await import("onnxruntime-node"));
  } catch (error) {
    if (!binaryFaults.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    return loadWeb(`onnxruntime-node has no binary for ${process.platform} on ${process.arch}`);
  }
}

function loadNative(ort: typeof Ort): Runtime {
  const listProviders = (): string[] => {
    // CUDA where its libraries were installed beside the binding: the package lists it either way, and would fall back or
    // fail only when a session is created.
    const binaries = join(dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json")), "bin");
    const hasCuda =
      existsSync(binaries) &&
      readdirSync(binaries, { recursive: true }).some((path) => /onnxruntime_providers_cuda\./.test(String(path)));
    return ort
      .listSupportedBackends()
      .filter(({ name, bundled }) => bundled || (name === "cuda" && hasCuda))
      .map(({ name }) => name);
  };
  return { ort, needsBytes: false, useThreads: () => {}, processor: "cpu", listProviders };
}

async function loadWeb(reason: string): Promise<Runtime> {
  // A process says it once, not each of its threads.
  if (isMainThread)
    process.emitWarning(`${reason}: running on onnxruntime-web (WebAssembly), which is several times slower`);
  const ort = await import("onnxruntime-web");
  const useThreads = (threads: number): void => {
    ort.env.wasm.numThreads ||= threads === 0 ? availableParallelism() : threads;
  };
  return { ort, needsBytes: true, useThreads, processor: "wasm", listProviders: () => ["wasm"] };
}

export const runtime = await load();

// Faults arrive as exceptions; onnxruntime's own lines on standard error would only repeat them.
runtime.ort.env.logLevel = "fatal";
