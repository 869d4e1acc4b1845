/** The section of quality: all methods on all pictures, one table a scale and group, and charts over temperature. */
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
      "Each picture is shrunk by antialiased bicubic (a = −1/2, like MATLAB's imresize and PIL), rounded to 8 bits and enlarged again. PSNR over RGB and over " +
      "luma (PSNR-Y, as in papers) and SSIM of luma, each without a border as wide as the scale. LR-PSNR: the result, shrunk the same way, against the " +
      `input. ${nets.lpips ? `LPIPS: version 0.1 on AlexNet (Zhang et al. 2018), of the whole picture. ` : ""}` +
      `${nets.distance ? `Distance: on ${nets.distance.name} features in tiles of 128 px, after three activations of the net, equally weighted; comparable only within this report. ` : ""}` +
      "Means over pictures; seconds are medians per megapixel of the result. Bicubic and Lanczos are aligned to pixel centres. sharp's `resize` is not: it " +
      "enlarges bicubically with either kernel, shifted by (scale − 1) / 2 pixels. All samples use one seed.",
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
