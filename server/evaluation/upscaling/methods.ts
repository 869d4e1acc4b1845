/** The ways to enlarge that are measured side by side, and what a run of one gives. */
import type { Pixels, Upscaler } from "../../engine/interfaces.ts";
import type { Role } from "../report.ts";
import type { RivalRuntime, Rivals } from "./baselines.ts";
import { bicubic, type Kernel, lanczos, resample } from "./resample.ts";

/** An upscaler as a pack gives it: temperature 0 is Φ's own answer, and it may tell what τ makes of v = 0. */
export interface EvaluatedUpscaler extends Upscaler {
  centreOf?(image: Pixels, scale: 2 | 4): Promise<Pixels>;
}

export type Scale = 2 | 4;

export interface Method {
  /** Unique: sections find a method by it. */
  readonly id: string;
  readonly label: string;
  readonly role: Role;
  /** Of our own draws. */
  readonly temperature?: number;
  draw(input: Pixels, scale: Scale): Promise<{ readonly picture: Pixels; readonly seconds: number }>;
}

export const temperatures = [0, 0.3, 0.5, 0.7, 0.9] as const;
export const temperatureId = (temperature: number): string => `tau-${temperature}`;

async function timed(draw: () => Pixels | Promise<Pixels>): Promise<{ picture: Pixels; seconds: number }> {
  const started = performance.now();
  const picture = await draw();
  return { picture, seconds: (performance.now() - started) / 1000 };
}

const byKernel = (id: string, label: string, kernel: Kernel): Method => ({
  id,
  label,
  role: "floor",
  draw: (input, scale) => timed(() => resample(input, scale * input.widthPx, scale * input.heightPx, kernel)),
});

/** Kernels, τ at v = 0 where the upscaler tells it, and every temperature, from one seed. */
export function ownMethods(upscaler: EvaluatedUpscaler, seed: number): Method[] {
  return [
    byKernel("bicubic", "bicubic", bicubic),
    byKernel("lanczos", "Lanczos", lanczos),
    ...(upscaler.centreOf
      ? [
          {
            id: "centre",
            label: "τ at v = 0, which nobody asks for",
            role: "control" as const,
            draw: (input: Pixels, scale: Scale) => timed(() => upscaler.centreOf!(input, scale)),
          },
        ]
      : []),
    ...temperatures.map((temperature) => ({
      id: temperatureId(temperature),
      label: temperature === 0 ? "tau, temperature 0 (Φ's answer)" : `tau, temperature ${temperature}`,
      role: "measured" as const,
      temperature,
      draw: (input: Pixels, scale: Scale) => timed(() => upscaler.upscale(input, { scale, temperature, seed })),
    })),
  ];
}

/** sharp's `resize` as anyone calls it. */
export const npmSharpMethods = (rivals: Rivals): Method[] =>
  (["cubic", "lanczos3"] as const).map((kernel) => byRival(rivals, kernel, "sharp", `sharp \`resize\`, ${kernel}`));

export const networkMethods = (rivals: Rivals): Method[] =>
  rivals.networks.map((name) => byRival(rivals, name, "onnx", `${name} (npm)`));

const byRival = (rivals: Rivals, name: string, runtime: RivalRuntime, label: string): Method => ({
  id: name,
  label,
  role: "control",
  draw: (input, scale) => rivals.draw(name, runtime, input, scale),
});
