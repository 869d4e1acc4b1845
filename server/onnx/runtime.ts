/**
 * The runtime of all sessions: onnxruntime-node, or onnxruntime-web (WebAssembly) where the former has no binary that loads, as
 * on Macs with Intel processors since 1.24. Graphs and interfaces are the same; WebAssembly is several times slower.
 * `TAU_RUNTIME=web` (checked by the configuration) forces the latter. It is read here, because every child and thread of this
 * program loads its own runtime and inherits the environment.
 */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { isMainThread } from "node:worker_threads";
import type * as Ort from "onnxruntime-node";

export type { InferenceSession, Tensor } from "onnxruntime-node";

export type Provider = "cpu" | "cuda" | "coreml" | "dml" | "webgpu" | "wasm";

interface Runtime {
  readonly ort: Pick<typeof Ort, "InferenceSession" | "Tensor" | "env">;
  /** Whether external weight files must be passed as bytes, because WebAssembly reads no files. */
  readonly needsBytes: boolean;
  /** Sets the threads of the next session (0 = all cores); in WebAssembly the first call counts for all sessions. */
  useThreads(threads: number): void;
  /** Name of the CPU's execution provider. */
  readonly processor: "cpu" | "wasm";
  /** The execution providers that can be selected here. */
  listProviders(): string[];
}

/** Node's error codes when a binary is missing or does not fit this system, such as one for glibc on a musl system. */
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
    // CUDA only if its libraries are installed beside the binding: the package always lists it, and would fall back or fail
    // only when a session is created.
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
  // Warn once a process, not in each of its threads.
  if (isMainThread)
    process.emitWarning(`${reason}: running on onnxruntime-web (WebAssembly), which is several times slower`);
  const ort = await import("onnxruntime-web");
  const useThreads = (threads: number): void => {
    ort.env.wasm.numThreads ||= threads === 0 ? availableParallelism() : threads;
  };
  return { ort, needsBytes: true, useThreads, processor: "wasm", listProviders: () => ["wasm"] };
}

export const runtime = await load();

// Errors arrive as exceptions; onnxruntime's own lines on standard error would only repeat them.
runtime.ort.env.logLevel = "fatal";
