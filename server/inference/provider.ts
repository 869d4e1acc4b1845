/**
 * Finds an execution provider that really works here. onnxruntime lists providers whose libraries are missing and silently
 * falls back to the CPU, so each candidate has to run a tiny graph entirely by itself.
 */
import { AppError } from "../../shared/problem.ts";
import { Graph } from "../onnx/graph.ts";
import { toModelBytes } from "../onnx/model-file.ts";
import { gemm } from "../onnx/ops.ts";
import { type Provider, runtime } from "../onnx/runtime.ts";
import { Session } from "../onnx/session.ts";

/** GPU providers that `auto` tries, best first. WebGPU is only used when named, because it also runs on software drivers. */
const automatic: readonly Provider[] = ["cuda"];
const known: readonly Provider[] = ["cuda", "webgpu"];

/**
 * `auto` selects a GPU that works, else the CPU (`wasm` without a native binary); any other name is required to work.
 * @throws AppError `provider_unavailable` when the named provider is unknown or does not run here
 */
export async function chooseProvider(wanted: string): Promise<Provider> {
  if (wanted === "auto") for (const provider of automatic) if ((await faultOf(provider)) === undefined) return provider;
  if (wanted === "auto" || wanted === "cpu") return runtime.processor;
  const provider = known.find((name) => name === wanted);
  const fault = provider ? await faultOf(provider) : "no such provider";
  if (!provider || fault !== undefined)
    throw new AppError(
      "provider_unavailable",
      `provider: expected auto or one that works on this machine, got ${wanted} (${fault}); see "GPU" in docs/operations.md`,
      {
        field: "provider",
        expected: "auto, cpu, or cuda or webgpu with their libraries and drivers",
        received: wanted,
      },
    );
  return provider;
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
