/**
 * Baselines of PyPI: Real-ESRGAN (Wang et al. 2021) and waifu2x, by ncnn on the processor, in a Python process that development
 * alone needs (server/pretrain/super-resolution/baselines/ncnn_baselines.py). Where Python or the networks are missing, it says why.
 */
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { AppError } from "../../../shared/problem.ts";
import type { Pixels } from "../../engine/interfaces.ts";
import { type BaselineAnswer, pictureOf, toRgb } from "./baselines.ts";

export const ncnnFetchCommand = "python server/pretrain/super-resolution/baselines/fetch_ncnn.py";

/** Networks, and the factors that they have. */
export const ncnnNetworks = [
  { name: "realesrgan-x4plus", label: "Real-ESRGAN x4plus", scales: [4] },
  { name: "realesr-animevideov3", label: "Real-ESRGAN animevideov3", scales: [2, 4] },
  { name: "waifu2x-cunet", label: "waifu2x cunet, ×4 by ×2 twice", scales: [2, 4] },
] as const;

export interface NcnnBaselines {
  draw(baseline: string, input: Pixels, scale: 2 | 4): Promise<BaselineAnswer>;
  close(): void;
}

interface Reply {
  readonly rgb?: string;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly error?: string;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

/**
 * @param home the folder server/pretrain
 * @returns the baselines, or a string that says why there are none
 */
export function openNcnnBaselines(home: string, threads = 0): NcnnBaselines | string {
  const python = join(home, ".cache/venv/bin/python");
  const script = join(home, "super-resolution/baselines/ncnn_baselines.py");
  if (!existsSync(join(home, ".cache/super-resolution/ncnn/realesrgan-x4plus.bin")))
    return `needs their networks: \`${ncnnFetchCommand}\``;
  if (!existsSync(python) || spawnSync(python, ["-c", "import ncnn, numpy"], { timeout: 60_000 }).status !== 0)
    return `needs a Python with ncnn at ${python} (server/pretrain/requirements.txt)`;
  let child: Child | undefined;
  let lines: Interface | undefined;
  return {
    async draw(baseline, input, scale) {
      if (!child) {
        child = spawn(python, [script, String(threads || 1)], { stdio: ["pipe", "pipe", "inherit"] });
        lines = createInterface({ input: child.stdout });
      }
      const rgb = Buffer.from(toRgb(input)).toString("base64");
      const { widthPx, heightPx } = input;
      const { error, ...reply } = await ask(child, lines!, { baseline, scale, widthPx, heightPx, rgb });
      const drawn = reply.rgb === undefined ? undefined : Buffer.from(reply.rgb, "base64");
      return pictureOf({ ...reply, rgb: drawn, error }, input, scale, `${baseline} ×${scale} on ncnn`);
    },
    close: () => child?.kill(),
  };
}

function ask(child: Child, lines: Interface, request: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => {
      lines.off("line", onLine);
      reject(new AppError("inference_crashed", "ncnn: expected a picture, got the end of its process"));
    };
    const onLine = (line: string): void => {
      child.off("exit", onExit);
      resolve(JSON.parse(line) as Reply);
    };
    lines.once("line", onLine);
    child.once("exit", onExit);
    child.stdin.write(`${JSON.stringify(request)}\n`);
  });
}
