/**
 * All experts by the kind of their manifest entry. To add an expert of a new kind: write `server/experts/<kind>.ts` with a
 * class that implements `ExpertCore` (expert.ts), add a schema of its entry to `ExpertSchema` in
 * server/manifest/expert-entries.ts (`kindsOfField` lists its conditions), and add a line here. An expert of a known kind, or any
 * ONNX file that can be declared (declared-manifest.ts), needs a manifest entry and its files only.
 */
import type { ConditionField } from "../../shared/contract/conditions.ts";
import type { TargetExpert } from "../engine/interfaces.ts";
import type { ConditioningEntry, ExpertEntry, TargetEntry } from "../manifest/expert-entries.ts";
import { once } from "../platform/once.ts";
import { Autoencoder } from "./autoencoder.ts";
import { cached } from "./cached.ts";
import { ColoursExpert } from "./colours.ts";
import { openOnnxAutoencoder } from "./custom/autoencoder.ts";
import { openOnnxExpert } from "./custom/condition.ts";
import { openOnnxGenerator } from "./custom/generator.ts";
import { DrawingExpert } from "./drawing.ts";
import { DrawingStyleExpert } from "./drawing-style.ts";
import type { Expert, ExpertCore, ExpertOptions } from "./expert.ts";
import { ImageExpert } from "./image.ts";
import { LabelExpert } from "./label.ts";
import { LayoutExpert } from "./layout.ts";
import { LowResolutionExpert } from "./low-resolution.ts";
import { SketchExpert } from "./sketch/sketch.ts";
import { TextExpert } from "./text.ts";

/** The folder of an expert, and the condition's field that its errors name. */
interface Place {
  readonly packFolder: string;
  readonly field: ConditionField;
  readonly options: ExpertOptions;
}

type Openers<Entry extends ExpertEntry, Opened, Where> = {
  readonly [Kind in Entry["kind"]]: (entry: Extract<Entry, { kind: Kind }>, place: Where) => Opened | Promise<Opened>;
};

const conditioning: Openers<ConditioningEntry, ExpertCore, Place> = {
  text: (entry, { packFolder, options }) => TextExpert.open(packFolder, entry, options),
  label: (entry, { field }) => new LabelExpert(entry, field),
  sketch: (entry, { packFolder, options }) => SketchExpert.open(packFolder, entry, options),
  layout: (entry) => new LayoutExpert(entry),
  image: (entry, { packFolder, options }) => ImageExpert.open(packFolder, entry, options),
  "low-resolution": (entry, { packFolder, options }) => LowResolutionExpert.open(packFolder, entry, options),
  drawing: (entry, { packFolder, options }) => DrawingExpert.open(packFolder, entry, options),
  "drawing-style": (entry, { packFolder, field, options }) =>
    DrawingStyleExpert.open(packFolder, entry, options, field === "drawing" ? "drawing.style" : field),
  colours: () => new ColoursExpert(),
  onnx: (entry, { packFolder, field, options }) => openOnnxExpert(packFolder, entry, field, options),
};

const targets: Openers<TargetEntry, TargetExpert, Omit<Place, "field">> = {
  autoencoder: (entry, { packFolder, options }) => Autoencoder.open(packFolder, entry, options),
  "onnx-autoencoder": (entry, { packFolder, options }) => openOnnxAutoencoder(packFolder, entry, options),
  "onnx-generator": (entry, { packFolder, options }) => openOnnxGenerator(packFolder, entry, options),
};

/**
 * Opens a conditioning expert with its cache.
 * @param field condition of the expert; its errors name it
 * @throws AppError `pack_corrupt` when a file is missing or does not match its entry
 */
export async function openConditioning(
  packFolder: string,
  entry: ConditioningEntry,
  field: ConditionField,
  options: ExpertOptions = {},
): Promise<Expert> {
  // The table pairs each kind with its own entry; TypeScript can't infer that for a union.
  const open = conditioning[entry.kind] as (entry: ConditioningEntry, place: Place) => ExpertCore | Promise<ExpertCore>;
  const make = () => open(entry, { packFolder, field, options });
  return cached(options.onDemand && isGraphAlone(entry) ? openedLate(entry, make) : await make());
}

/** An expert that is a graph and no more, of a condition that most requests lack. */
const isGraphAlone = (entry: ConditioningEntry): entry is Extract<ConditioningEntry, { kind: GraphAlone }> =>
  (graphsAlone as readonly string[]).includes(entry.kind);
const graphsAlone = ["sketch", "image", "low-resolution"] as const;
type GraphAlone = (typeof graphsAlone)[number];

function openedLate({ dims }: { readonly dims: number }, open: () => ExpertCore | Promise<ExpertCore>): ExpertCore {
  const opened = once(open);
  return { dims, encode: async (values) => (await opened()).encode(values) };
}

/** Opens a target expert. @throws AppError `pack_corrupt` when a file is missing or does not match its entry */
export async function openTarget(
  packFolder: string,
  entry: TargetEntry,
  options: ExpertOptions = {},
): Promise<TargetExpert> {
  const open = targets[entry.kind] as (entry: TargetEntry, place: Omit<Place, "field">) => Promise<TargetExpert>;
  return open(entry, { packFolder, options });
}
