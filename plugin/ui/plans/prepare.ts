/** From the command in view to its jobs: uploads what the jobs name by digest, then plans. */
import type { CommandId } from "../../../shared/commands.ts";
import type { ApiClient } from "../api-client.ts";
import { Failure, type FoundTranslation, translationFor } from "../failure.ts";
import { readProvenance } from "../guards.ts";
import type { Job } from "../jobs.ts";
import type { State } from "../state.ts";
import { captionProblem, captionsOf, planCaptions, planReplacements } from "./captions.ts";
import { type DrawnCondition, fitsInline, planDrawing } from "./drawing.ts";
import { planBlend, planRestyle, planUpscale, planVariations, type UploadedSource } from "./edits.ts";
import { LabelIndex, matchNames, planLabel, planNames } from "./labels.ts";

export interface Prepared {
  readonly jobs: readonly Job[];
  readonly packId: string;
}

/** Turns SVG into a PNG of a side in px; needs a browser. */
export type Rasterise = (svg: string, sidePx: number) => Promise<Uint8Array>;

/** Px of an uploaded sketch or layout: the experts read less. */
const drawingSidePx = 512;

/** @throws Failure when the command can't run on what is there; the signal's reason when aborted */
export async function prepareJobs(
  state: State,
  client: ApiClient,
  rasterise: Rasterise,
  signal: AbortSignal,
): Promise<Prepared> {
  const { command, form, scene, meta } = state;
  if (command === "upscale") return { packId: "", jobs: planUpscale(form, await uploadSources(state, client, signal)) };
  const found = translationFor(meta!, command);
  const { translation } = found;
  switch (command) {
    case "fill-label": {
      const label = translation.labels.find(({ id }) => id === form.label);
      if (label === undefined) throw new Failure("label_missing", "");
      return finish(found, planLabel(form, translation, label, fillable(state)));
    }
    case "fill-names": {
      const { labels } = translation;
      const matches = matchNames(fillable(state), new LabelIndex(labels), form.chosenLabels, labels);
      return finish(found, planNames(form, translation, matches));
    }
    case "restyle":
      if (form.style === "" && form.caption.trim() === "") throw new Failure("style_missing", "");
      return finish(found, planRestyle(form, translation, await uploadSources(state, client, signal)));
    case "variations": {
      const [source] = await uploadSources(state, client, signal, 1);
      return finish(found, planVariations(form, translation, source!));
    }
    case "blend": {
      const [from, towards] = await uploadSources(state, client, signal, 2);
      return finish(found, planBlend(form, translation, from!, towards!));
    }
    case "sketch":
    case "layout": {
      const { name, svg } = scene.drawing ?? { name: "", svg: "" };
      if (svg === "") throw new Failure("drawing_missing", "");
      const drawn = await drawnCondition(command, svg, client, rasterise, signal);
      return finish(found, planDrawing(form, translation, name, drawn));
    }
    default:
      return finish(found, planFromCaptions(state, found));
  }
}

const finish = ({ packId }: FoundTranslation, jobs: readonly Job[]): Prepared => {
  if (jobs.length === 0) throw new Failure("nothing_to_do", "");
  return { packId, jobs };
};

function planFromCaptions({ form, replacements }: State, { translation }: FoundTranslation): readonly Job[] {
  const captions = captionsOf(form.captions);
  if (captions.length === 0 && replacements.every(({ provenance }) => provenance.condition.caption !== undefined))
    throw new Failure("caption_empty", "");
  const problems = captions.map(captionProblem);
  // One bad line among good ones is marked in the form; alone it is the failure.
  if (captions.length > 0 && problems.every((problem) => problem !== undefined))
    throw new Failure(problems[0]!, captions[0]!);
  return replacements.length === 0
    ? planCaptions(form, translation)
    : planReplacements(form, translation, replacements);
}

function fillable({ scene }: State) {
  const layers = (scene.layers ?? []).filter(({ problem }) => problem === undefined);
  if (layers.length === 0) throw new Failure("selection_missing", "");
  return layers;
}

/** @param needed exactly so many images, where the command takes no others */
async function uploadSources(
  { scene, selection }: State,
  client: ApiClient,
  signal: AbortSignal,
  needed?: number,
): Promise<UploadedSource[]> {
  const sources = scene.sources ?? [];
  if (sources.length === 0 || (needed !== undefined && sources.length < needed))
    throw new Failure("selection_missing", "");
  const digests = new Map<string, string>();
  const uploaded: UploadedSource[] = [];
  for (const source of sources.slice(0, needed)) {
    const { imageHash, bytes } = source;
    const digest = digests.get(imageHash) ?? (await client.uploadImage(bytes, signal)).digest;
    digests.set(imageHash, digest);
    const stored = selection.images.find(({ id }) => id === source.nodeId)?.provenance;
    uploaded.push({ source, digest, provenance: stored === undefined ? undefined : readProvenance(stored) });
  }
  return uploaded;
}

async function drawnCondition(
  command: CommandId,
  svg: string,
  client: ApiClient,
  rasterise: Rasterise,
  signal: AbortSignal,
): Promise<DrawnCondition> {
  if (command === "sketch" && fitsInline(svg)) return { sketch: { svg } };
  const { digest } = await client.uploadImage(await rasterise(svg, drawingSidePx), signal);
  return command === "sketch" ? { sketch: { image: digest } } : { layout: { image: digest } };
}
