/**
 * The rivals of upscaling, by a child process that nothing of the product needs (scripts/rivals/run.mjs): sharp's own `resize`, and the
 * ESRGANs of npm where they are installed, on onnxruntime with our threads and on TensorFlow.js as their package runs them.
 */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../../../shared/problem.ts";
import type { Pixels } from "../../engine/interfaces.ts";

export type RivalRuntime = "sharp" | "onnx" | "tfjs";

export interface RivalAnswer {
  readonly picture: Pixels;
  readonly seconds: number;
  /** Peak resident memory of the child so far. */
  readonly peakBytes: number;
}

export interface Rivals {
  /** Names for `draw` with the runtimes onnx and tfjs. */
  readonly networks: readonly string[];
  /** Why there are no networks. */
  readonly missing?: string;
  draw(rival: string, runtime: RivalRuntime, input: Pixels, scale: 2 | 4): Promise<RivalAnswer>;
  close(): void;
}

const networks = ["esrgan-medium", "esrgan-thick"];
/** One picture of 512 px on the slowest network; whoever takes longer has crashed in silence. */
const answerTimeoutMs = 600_000;

/** The folder of the runner: in the source tree, found from dist/server too. */
function defaultFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = [join(here, "../../../scripts/rivals"), join(here, "../../scripts/rivals")];
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

/** @returns the rivals, or why there are none at all */
export function openRivals(folder = defaultFolder(), threads = 0): Rivals | string {
  const runner = join(folder, "run.mjs");
  if (!existsSync(runner)) return `expected the rivals' runner at ${runner}, got none`;
  const isInstalled = networks.every((name) => existsSync(join(folder, "node_modules/@upscalerjs", name)));
  let child: ChildProcess | undefined;
  return {
    networks: isInstalled ? networks : [],
    ...(isInstalled ? {} : { missing: `the ESRGANs are not installed: \`npm ci\` in ${folder}` }),
    draw(rival, runtime, input, scale) {
      child ??= fork(runner, [String(threads)], { serialization: "advanced", execArgv: [] });
      return ask(child, rival, runtime, input, scale);
    },
    close: () => child?.kill(),
  };
}

interface Reply {
  readonly rgb?: Uint8Array;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly error?: string;
}

async function ask(
  child: ChildProcess,
  rival: string,
  runtime: RivalRuntime,
  input: Pixels,
  scale: 2 | 4,
): Promise<RivalAnswer> {
  const { widthPx, heightPx } = input;
  const reply = await new Promise<Reply>((resolve, reject) => {
    const fail = (reason: string) => (): void => {
      settle();
      reject(new AppError("inference_crashed", `${rival} ×${scale} on ${runtime}: expected a picture, got ${reason}`));
    };
    const onMessage = (message: unknown): void => {
      settle();
      resolve(message as Reply);
    };
    const onExit = fail("the end of its process");
    const timer = setTimeout(fail(`nothing within ${answerTimeoutMs} ms`), answerTimeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onExit);
    };
    child.once("message", onMessage).once("exit", onExit);
    child.send({ rival, runtime, scale, rgb: toRgb(input), widthPx, heightPx });
  });
  const { rgb, seconds, peakBytes, error } = reply;
  const expected = 3 * widthPx * heightPx * scale ** 2;
  if (rgb?.length !== expected)
    throw new AppError(
      "inference_crashed",
      `${rival} ×${scale} on ${runtime}: expected ${expected} bytes, got ${error ?? rgb?.length}`,
    );
  return { picture: toOpaque(rgb, scale * widthPx, scale * heightPx), seconds, peakBytes };
}

const toRgb = ({ rgba }: Pixels): Uint8Array => rgba.filter((_, at) => at % 4 < 3);

function toOpaque(rgb: Uint8Array, widthPx: number, heightPx: number): Pixels {
  const rgba = new Uint8Array(4 * widthPx * heightPx).fill(255);
  for (let pixel = 0; pixel < widthPx * heightPx; pixel += 1)
    rgba.set(rgb.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
  return { rgba, widthPx, heightPx };
}
