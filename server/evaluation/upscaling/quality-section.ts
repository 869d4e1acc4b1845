/** Every method on every picture: one table a scale and group, and what temperature does. */
import { curveChart } from "../curve-chart.ts";
import type { Figure, Section, Table } from "../report.ts";
import type { Pass, UpscalingContext } from "./context.ts";
import { columns, type Measures, netMeasures, summarise } from "./measure.ts";
import { type Scale, temperatureId, temperatures } from "./methods.ts";

export function qualitySection({ set, upscaler, nets }: UpscalingContext, { results, methods }: Pass): Section {
  const tables = upscaler.scales.flatMap((scale) =>
    set.groups.flatMap((group): Table[] => {
      const rows = methods.flatMap((method) => {
        const measured = results.of(group, scale, method.id);
        return measured.length > 0 ? [summarise(method, measured)] : [];
      });
      return rows.length > 0 ? [{ title: `×${scale}, ${group}`, columns, rows }] : [];
    }),
  );
  return {
    id: "quality",
    title: "Quality",
    about:
      "Each truth is shrunk by antialiased bicubic (a = −1/2, as MATLAB's imresize and PIL shrink), rounded to 8 bits and enlarged again. PSNR over RGB and over " +
      "luma (PSNR-Y, as papers give it) and SSIM of luma, each without a border of as many pixels as the scale; LR-PSNR: the result, shrunk the same way, against the " +
      `input. ${nets.lpips ? `LPIPS: version 0.1 on AlexNet (Zhang et al. 2018), of the whole picture. ` : ""}` +
      `${nets.distance ? `Distance: on ${nets.distance.name} features in tiles of 128 px, after three activations of the net, equally weighted, which compares only inside this report. ` : ""}` +
      "Means over pictures; seconds are medians for each megapixel of the result. Bicubic and Lanczos are aligned to pixel centres, which sharp's `resize` is not: it " +
      "enlarges bicubically by either kernel, (scale − 1) / 2 pixels off. All draws are of one seed.",
    tables,
    figures: [
      ...chartsOf(set.groups, results, "psnr", "PSNR, dB", upscaler.scales),
      ...netMeasures.flatMap((key) => {
        const net = nets[key];
        return net ? chartsOf(set.groups, results, key, `distance by ${net.name}`, upscaler.scales) : [];
      }),
    ],
  };
}

const chartsOf = (
  groups: readonly string[],
  results: Pass["results"],
  key: keyof Measures,
  label: string,
  scales: readonly Scale[],
): Figure[] =>
  scales.map((scale) => {
    const curves = groups
      .map((group) => ({
        label: group,
        points: temperatures.flatMap((temperature) => {
          const value = results.mean(group, scale, temperatureId(temperature), key);
          return value === undefined ? [] : [[temperature, value] as const];
        }),
      }))
      .filter(({ points }) => points.length > 0);
    return {
      file: `${key}-x${scale}.svg`,
      caption: `${label} over temperature, ×${scale}.`,
      data: curveChart(curves, `temperature, ×${scale}`, label),
    };
  });
