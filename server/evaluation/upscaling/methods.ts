/** The methods of enlarging that are compared. */

import type { Pixels, Upscaler } from "../../engine/interfaces.ts";
import { readingOf } from "../../upscaling/input/input-kind.ts";
import type { Role } from "../report.ts";
import type { BaselineRuntime, Baselines } from "./baselines.ts";
import { type NcnnBaselines, ncnnNetworks } from "./ncnn-baselines.ts";
import { bicubic, type Kernel, lanczos, resample } from "./resample.ts";

/**
 * An upscaler as packs provide it: temperature 0 gives Φ's prediction. `centreOf` gives the result of τ at v = 0, if the
 * upscaler supports it.
 */
export interface EvaluatedUpscaler extends Upscaler {
  centreOf?(image: Pixels, scale: 2 | 4): Promise<Pixels>;
}

export type Scale = 2 | 4;

export interface Method {
  /** Unique; sections find a method by it. */
  readonly id: string;
  readonly label: string;
  readonly role: Role;
  /** Temperature of our samples. */
  readonly temperature?: number;
  /** Factors that it has; absent = all. */
  readonly scales?: readonly Scale[];
  draw(input: Pixels, scale: Scale): Promise<{ readonly picture: Pixels; readonly seconds: number }>;
}

/** Of details 0, 1/2 and 1; between them only the share of the same details changes. */
export const temperatures = [0, 0.45, 0.9] as const;
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

export const kernelMethods: readonly Method[] = [
  byKernel("bicubic", "bicubic", bicubic),
  byKernel("lanczos", "Lanczos", lanczos),
];

/** τ at v = 0 if supported, and every temperature, all from one seed. */
export function ownMethods(upscaler: EvaluatedUpscaler, seed: number): Method[] {
  return [
    ...(upscaler.centreOf
      ? [
          {
            id: "centre",
            label: "τ at v = 0, not available to users",
            role: "control" as const,
            draw: (input: Pixels, scale: Scale) => timed(() => upscaler.centreOf!(input, scale)),
          },
        ]
      : []),
    ...temperatures.map((temperature) => ({
      id: temperatureId(temperature),
      label: temperature === 0 ? "tau, temperature 0 (Φ's prediction)" : `tau, temperature ${temperature}`,
      role: "measured" as const,
      temperature,
      draw: (input: Pixels, scale: Scale) =>
        timed(() => upscaler.upscale(input, { scale, temperature, seed, ...readingOf(input) })),
    })),
  ];
}

/** sharp's `resize` as it is usually called. */
export const npmSharpMethods = (baselines: Baselines): Method[] =>
  (["cubic", "lanczos3"] as const).map((kernel) =>
    byBaseline(baselines, kernel, "sharp", `sharp \`resize\`, ${kernel}`),
  );

export const networkMethods = (baselines: Baselines): Method[] =>
  baselines.networks.map((name) => byBaseline(baselines, name, "onnx", `${name} (npm)`));

export const ncnnMethods = (baselines: NcnnBaselines): Method[] =>
  ncnnNetworks.map(({ name, label, scales }) => ({
    id: name,
    label: `${label} (PyPI)`,
    role: "control",
    scales,
    draw: (input, scale) => baselines.draw(name, input, scale),
  }));

const byBaseline = (baselines: Baselines, name: string, runtime: BaselineRuntime, label: string): Method => ({
  id: name,
  label,
  role: "control",
  draw: (input, scale) => baselines.draw(name, runtime, input, scale),
});
