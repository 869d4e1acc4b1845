/** The section of goals: each row has a measured value, a goal and a verdict. */
import { atLeast, atMost, goalsSection } from "../../goals.ts";
import type { Row, Section } from "../../report.ts";
import type { BaselineFindings, Speed } from "../baselines-section.ts";
import type { Pass, UpscalingContext } from "../context.ts";
import { type NetMeasure, type Nets, netMeasures, type Results } from "../measure.ts";
import { type Scale, temperatureId, temperatures } from "../methods.ts";

/** Required dB of T = 0 above bicubic, by group of the stated list. */
const gains: Readonly<Record<string, Readonly<Record<Scale, number>>>> = {
  photos: { 2: 2, 4: 1.2 },
  graphics: { 2: 3, 4: 2 },
};
/** Allowed loss of the prediction at T = 0, whose convolutions have 8 bits, against Φ as trained, in dB. */
const quantisingLossMaxDb = 0.1;
const lrPsnrMinDb = 45;
/** LPIPS of photographs at ×4 and the highest temperature. */
const lpipsMax = 0.18;
/** For every feature net; the goal names none. */
const distanceSavedMinPercent = 30;
const speedUpMin = 5;

/**
 * @param metrics metrics of the pack's upscaler, as its export measured them
 * @param others goals of other sections
 */
export function targetsSection(
  context: UpscalingContext,
  pass: Pass,
  baselines: BaselineFindings | undefined,
  metrics: Readonly<Record<string, number>>,
  others: readonly Row[],
): Section {
  const { set, upscaler, nets } = context;
  const rows: Row[] = [...servedRows(metrics)];
  for (const scale of upscaler.scales)
    for (const group of set.groups) {
      if (pass.results.of(group, scale, temperatureId(0)).length === 0) continue;
      rows.push(...qualityRows(pass.results, nets, group, scale));
      if (baselines) rows.push(...baselineRows(baselines.results, group, scale));
    }
  rows.push(...others);
  if (baselines) rows.push(...speedRows(baselines.speeds));
  return goalsSection(
    "One verdict a row, from the tables below. Rows of weights were measured by their export. Rows with ESRGANs compare the same smaller pictures.",
    rows,
  );
}

/** The served prediction against the network as trained, on held-out patches. */
function servedRows(metrics: Readonly<Record<string, number>>): Row[] {
  return ([2, 4] as const).flatMap((factor) => {
    const [served, trained] = [metrics[`x${factor}HeldOutPsnrDb`], metrics[`x${factor}Float32PsnrDb`]];
    if (served === undefined || trained === undefined) return [];
    // Both values have two digits.
    const loss = Math.round(100 * (trained - served)) / 100;
    const what = `×${factor}: PSNR at T = 0 by the weights served below weights in float32, held-out patches, dB`;
    return [atMost(what, metrics[`x${factor}AnswerPatches`] ?? 0, loss, quantisingLossMaxDb)];
  });
}

function qualityRows(results: Results, nets: Nets, group: string, scale: Scale): Row[] {
  const where = `×${scale}, ${group}`;
  const accurate = temperatureId(0);
  const n = results.of(group, scale, accurate).length;
  const gain = results.mean(group, scale, accurate, "psnr")! - results.mean(group, scale, "bicubic", "psnr")!;
  const goal = gains[group]?.[scale];
  const rows = goal === undefined ? [] : [atLeast(`${where}: PSNR at T = 0 above bicubic, dB`, n, gain, goal)];
  const lrPsnr = temperatures.map((temperature) => results.mean(group, scale, temperatureId(temperature), "lrPsnr")!);
  rows.push(atLeast(`${where}: lowest mean LR-PSNR of any temperature, dB`, n, Math.min(...lrPsnr), lrPsnrMinDb));
  const single = temperatures.flatMap((temperature) =>
    results.of(group, scale, temperatureId(temperature)).map((measures) => measures.lrPsnr),
  );
  rows.push(
    atLeast(`${where}: LR-PSNR of the worst picture at any temperature, dB`, n, Math.min(...single), lrPsnrMinDb),
  );
  for (const key of netMeasures) {
    const net = nets[key];
    if (net) rows.push(distanceRow(results, group, scale, key, net.name));
  }
  const most = temperatures.at(-1)!;
  const lpips = results.mean(group, scale, temperatureId(most), "lpips");
  if (group === "photos" && scale === 4 && lpips !== undefined)
    rows.push(atMost(`${where}: LPIPS at temperature ${most}`, n, lpips, lpipsMax));
  return rows;
}

function distanceRow(results: Results, group: string, scale: Scale, key: NetMeasure, name: string): Row {
  const plain = results.mean(group, scale, "bicubic", key)!;
  const distances = temperatures.map((temperature) => results.mean(group, scale, temperatureId(temperature), key)!);
  const best = Math.min(...distances);
  const n = results.of(group, scale, temperatureId(0)).length;
  const what = `×${scale}, ${group}: distance below bicubic's by ${name} at the best temperature (${temperatures[distances.indexOf(best)]}), per cent`;
  return atLeast(what, n, 100 * (1 - best / plain), distanceSavedMinPercent);
}

const networks = ["esrgan-medium", "esrgan-thick"];

function baselineRows(results: Results, group: string, scale: Scale): Row[] {
  const own = results.mean(group, scale, temperatureId(0), "psnr");
  return networks.flatMap((name) => {
    const theirs = results.mean(group, scale, name, "psnr");
    if (own === undefined || theirs === undefined) return [];
    const n = results.of(group, scale, name).length;
    return [atLeast(`×${scale}, ${group}: PSNR at T = 0 above ${name}, dB`, n, own - theirs, 0)];
  });
}

/** Speed against our prediction at T = 0 and against the highest temperature, which takes longer. */
function speedRows(speeds: readonly Speed[]): Row[] {
  const baselines = speeds.filter(({ runtime }) => runtime === "onnx" || runtime === "tfjs");
  return baselines.flatMap(({ method, runtime, scale, secondsPerMegapixel }) => {
    const where = runtime === "tfjs" ? "TensorFlow.js" : "onnxruntime, as for our networks";
    return speeds
      .filter((speed) => speed.runtime === "own" && speed.scale === scale)
      .map((own) =>
        atLeast(
          `×${scale}: times faster than ${method} on ${where}: ${own.method}`,
          1,
          secondsPerMegapixel / own.secondsPerMegapixel,
          speedUpMin,
        ),
      );
  });
}
