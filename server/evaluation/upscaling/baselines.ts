/**
 * The baselines of upscaling, in a child process that the product does not need (scripts/baselines/run.mjs): sharp's `resize`
 * and, if installed, the ESRGANs of npm, on onnxruntime with our threads and on TensorFlow.js as in their package.
 */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../../../shared/problem.ts";
import type { Pixels } from "../../engine/interfaces.ts";

export type BaselineRuntime = "sharp" | "onnx" | "tfjs";

export interface BaselineAnswer {
  readonly picture: Pixels;
  readonly seconds: number;
  /** Peak resident memory of the child so far. */
  readonly peakBytes: number;
}

export interface Baselines {
  /** Networks for `draw` with the runtimes onnx and tfjs. */
  readonly networks: readonly string[];
  /** Why there are no networks. */
  readonly missing?: string;
  draw(baseline: string, runtime: BaselineRuntime, input: Pixels, scale: 2 | 4): Promise<BaselineAnswer>;
  close(): void;
}

const networks = ["esrgan-medium", "esrgan-thick"];
/** Time for a picture of 512 px on the slowest network; after it the child counts as crashed. */
const answerTimeoutMs = 600_000;

/** The folder of the runner in the source tree, also from dist/server. */
function defaultFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = [join(here, "../../../scripts/baselines"), join(here, "../../scripts/baselines")];
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

/** @returns the baselines, or a string that says why there are none */
export function openBaselines(folder = defaultFolder(), threads = 0): Baselines | string {
  const runner = join(folder, "run.mjs");
  if (!existsSync(runner)) return `expected the runner of the baselines at ${runner}, got none`;
  const isInstalled = networks.every((name) => existsSync(join(folder, "node_modules/@upscalerjs", name)));
  let child: ChildProcess | undefined;
  return {
    networks: isInstalled ? networks : [],
    ...(isInstalled ? {} : { missing: `the ESRGANs are not installed: \`npm ci\` in ${folder}` }),
    draw(baseline, runtime, input, scale) {
      child ??= fork(runner, [String(threads)], { serialization: "advanced", execArgv: [] });
      return ask(child, baseline, runtime, input, scale);
    },
    close: () => child?.kill(),
  };
}

interface Reply {
  readonly rgb?: Uint8Array | undefined;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly error?: string | undefined;
}

async function ask(
  child: ChildProcess,
  baseline: string,
  runtime: BaselineRuntime,
  input: Pixels,
  scale: 2 | 4,
): Promise<BaselineAnswer> {
  const { widthPx, heightPx } = input;
  const reply = await new Promise<Reply>((resolve, reject) => {
    const fail = (reason: string) => (): void => {
      settle();
      reject(
        new AppError("inference_crashed", `${baseline} ×${scale} on ${runtime}: expected a picture, got ${reason}`),
      );
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
    child.send({ baseline, runtime, scale, rgb: toRgb(input), widthPx, heightPx });
  });
  return pictureOf(reply, input, scale, `${baseline} ×${scale} on ${runtime}`);
}

/** The picture of a reply. @throws AppError `inference_crashed` for a reply of an error or of another size */
export function pictureOf(
  { rgb, seconds, peakBytes, error }: Reply,
  { widthPx, heightPx }: Pixels,
  scale: 2 | 4,
  what: string,
): BaselineAnswer {
  const expected = 3 * widthPx * heightPx * scale ** 2;
  if (rgb?.length !== expected)
    throw new AppError("inference_crashed", `${what}: expected ${expected} bytes, got ${error ?? rgb?.length}`);
  return { picture: toOpaque(rgb, scale * widthPx, scale * heightPx), seconds, peakBytes };
}

export const toRgb = ({ rgba }: Pixels): Uint8Array => rgba.filter((_, at) => at % 4 < 3);

function toOpaque(rgb: Uint8Array, widthPx: number, heightPx: number): Pixels {
  const rgba = new Uint8Array(4 * widthPx * heightPx).fill(255);
  for (let pixel = 0; pixel < widthPx * heightPx; pixel += 1)
    rgba.set(rgb.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
  return { rgba, widthPx, heightPx };
}
