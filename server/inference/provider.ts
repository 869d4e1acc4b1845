/**
 * Finds an execution provider that really works here. onnxruntime lists providers whose libraries are missing and silently
 * falls back to the CPU, so each candidate has to run a tiny graph entirely by itself.
 */
import { existsSync } from "node:fs";
import { AppError } from "../../shared/problem.ts";
import { Graph } from "../onnx/graph.ts";
import { toModelBytes } from "../onnx/model-file.ts";
import { gemm } from "../onnx/ops.ts";
import { type Provider, runtime } from "../onnx/runtime.ts";
import { Session } from "../onnx/session.ts";

/** GPU providers, best first: NVIDIA's, Apple's, Microsoft's, and the one that runs on any of them. */
const known: readonly Provider[] = ["cuda", "coreml", "dml", "webgpu"];

/** Before a name: take it where it works, and else what `auto` takes. */
const preference = "prefer-";

/**
 * `auto` selects the best GPU that works, else the processor (`wasm` without a native binary); `prefer-NAME` does, but tries NAME
 * first; any other name is required to work. WebGPU counts for `auto` only where there is a graphics device and it is faster: it
 * also runs on software drivers.
 * @throws AppError `provider_unavailable` when the named provider is unknown or does not run here
 */
export async function chooseProvider(wanted: string): Promise<Provider> {
  if (wanted === "cpu") return runtime.processor;
  const preferred = wanted.startsWith(preference) ? wanted.slice(preference.length) : undefined;
  if (wanted === "auto" || preferred !== undefined) {
    for (const provider of known)
      if (provider === preferred && (await faultOf(provider)) === undefined) return provider;
    for (const provider of known.filter((name) => name !== "webgpu" || hasGraphicsDevice()))
      if ((await faultOf(provider)) === undefined && (provider !== "webgpu" || (await isFaster(provider))))
        return provider;
    return runtime.processor;
  }
  const provider = known.find((name) => name === wanted);
  const fault = provider ? await faultOf(provider) : "no such provider";
  if (!provider || fault !== undefined)
    throw new AppError(
      "provider_unavailable",
      `provider: expected auto or one that works on this machine, got ${wanted} (${fault}); see "GPU" in docs/operations.md`,
      {
        field: "provider",
        expected: `auto, cpu, or one of ${known.join(", ")} with its libraries and drivers`,
        received: wanted,
      },
    );
  return provider;
}

/** Whether `wanted` names a provider that must work. */
export const isRequired = (wanted: string): boolean => wanted !== "auto" && !wanted.startsWith(preference);

/** Linux lists them in a folder; elsewhere the driver is asked. */
const hasGraphicsDevice = (): boolean => process.platform !== "linux" || existsSync("/dev/dri");

/** Whether a product of two matrices takes less time than on the processor, the best of three. */
async function isFaster(provider: Provider): Promise<boolean> {
  const size = 512;
  const graph = new Graph("provider-race");
  const x = graph.input("x", [size, size]);
  graph.output("y", gemm(gemm(gemm(x, x), x), x));
  const bytes = toModelBytes(graph, { kind: "weights", weights: new Map() });
  const feeds = { x: { data: new Float32Array(size * size).fill(1 / size), dims: [size, size] } };
  const timeOn = async (one: Provider): Promise<number> => {
    const isStrict = one !== runtime.processor;
    const session = await Session.create(bytes, { provider: one, isStrict, label: `race of ${one}` });
    const times: number[] = [];
    for (const _ of [1, 2, 3]) {
      const began = performance.now();
      await session.run(feeds);
      times.push(performance.now() - began);
    }
    await session.dispose();
    return Math.min(...times);
  };
  return (await timeOn(provider)) < (await timeOn(runtime.processor));
}

/** Why a provider does not work here; undefined when it does. */
async function faultOf(provider: Provider): Promise<string | undefined> {
  if (!runtime.listProviders().includes(provider)) return "not in this build of onnxruntime";
  const graph = new Graph("provider-probe");
  const x = graph.input("x", [2, 2]);
  graph.output("y", gemm(x, x));
  try {
    const bytes = toModelBytes(graph, { kind: "weights", weights: new Map() });
    const session = await Session.create(bytes, { provider, isStrict: true, label: `probe of ${provider}` });
    const { y } = await session.run({ x: { data: Float32Array.of(1, 1, 1, 1), dims: [2, 2] } });
    return y?.data[3] === 2 ? undefined : "wrong results";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
