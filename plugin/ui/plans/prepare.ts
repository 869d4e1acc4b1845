/** From the command at work to its jobs: uploads what the jobs name by digest, then plans. */
import type { Style } from "../../../shared/contract/conditions.ts";
import { shownCaption } from "../../../shared/contract/shown-caption.ts";
import type { ApiClient } from "../client/api-client.ts";
import { Failure } from "../client/failure.ts";
import { isRedrawn, redrawnStyleOf, shownIdOf } from "../client/style-choice.ts";
import { choiceFor, type FoundTranslation, translationFor } from "../client/translations.ts";
import { uploadShown } from "../control/shown-styles.ts";
import type { Rasterise } from "../pad/rasterise.ts";
import { paletteOf, recordOf } from "../palettes.ts";
import { type DrawJob, type Job, tracedJob } from "../run/jobs.ts";
import type { SeenIcon, State } from "../state/state.ts";
import { captionLineOf, captionProblem, captionsOf, planCaptions, planReplacements } from "./captions.ts";
import { type DrawnCondition, fitsInline, planDrawing, withoutPaper } from "./drawing.ts";
import { planBlend, planUpscale, planVariations, type UploadedIcon, type UploadedSource } from "./edits.ts";
import { planFamily, planRestyle, planTraces, showsOwnStyle, upright } from "./icons.ts";
import { forVectors, LabelIndex, matchCaptions, matchNames, planLabel, planNames } from "./labels.ts";
import {
  planRedrawnCaptions,
  planRedrawnDrawing,
  planRedrawnIcons,
  planRedrawnNames,
  planRedrawnPart,
} from "./redraw.ts";

export interface Prepared {
  readonly jobs: readonly Job[];
  readonly packId: string;
}

/** @throws Failure when the command can't run on what is there; the signal's reason when aborted */
export async function prepareJobs(
  state: State,
  client: ApiClient,
  rasterise: Rasterise,
  signal: AbortSignal,
): Promise<Prepared> {
  const prepared = await prepareCommand(state, client, rasterise, signal);
  if (!canBeVectors(state)) return prepared;
  // New artboards of vectors: the server traces what it draws.
  const record = recordOf(paletteOfForm(state), state.form.recolourHow);
  const jobs = prepared.jobs.map((job) =>
    job.kind === "draw" && job.nodeIds.length === 0 ? tracedJob(job, record) : job,
  );
  return { ...prepared, jobs };
}

/** Whether new artboards get vectors: where the editor has them. */
export const canBeVectors = ({ form, editor }: State): boolean => form.insertAs === "vector" && editor === "figma";

/** Whether there are icons of which vectors can be made: the others are vectors, and stay so. */
export const hasImages = (icons: readonly SeenIcon[]): boolean =>
  icons.some(({ imageHash }) => imageHash !== undefined);

/** @throws Failure palette_empty */
export function paletteOfForm({ form, collections }: Pick<State, "form" | "collections">) {
  const palette = paletteOf(form, collections);
  if (palette?.hexes.length === 0) throw new Failure("palette_empty", "");
  return palette;
}

async function prepareCommand(
  state: State,
  client: ApiClient,
  rasterise: Rasterise,
  signal: AbortSignal,
): Promise<Prepared> {
  const { work: command, scene, drawn, meta } = state;
  // As the form shows it.
  const choice = choiceFor(meta, command, state.form);
  const form = { ...state.form, style: choice };
  if (command === "vectorise" || command === "components") {
    const icons = iconsOf(state);
    const isOnlyTraced = command === "vectorise";
    const pictures = new Map<string, Uint8Array>();
    for (const icon of icons)
      if (isOnlyTraced || icon.svg === undefined) pictures.set(icon.nodeId, await pictureOf(icon, rasterise));
    const record = isOnlyTraced ? recordOf(paletteOfForm(state), form.recolourHow) : {};
    return { packId: "", jobs: planTraces(icons, pictures, record) };
  }
  if (command === "upscale") return { packId: "", jobs: planUpscale(form, await uploadSources(state, client, signal)) };
  const found = translationFor(meta!, command, choice);
  const { translation } = found;
  const redrawnIn = isRedrawn(choice) ? await redrawnStyle(choice, state, client, signal) : undefined;
  // Before anything is sent.
  const line = redrawnIn === undefined || command === "restyle" ? captionLineOf(form, translation) : "";
  switch (command) {
    case "fill-label": {
      const label = translation.labels.find(({ id }) => id === form.label);
      if (label === undefined) throw new Failure("label_missing", "");
      return finish(found, planLabel(form, translation, label, fillable(state)));
    }
    case "fill-names": {
      if (redrawnIn !== undefined) {
        const vector = canBeVectors(state) ? recordOf(paletteOfForm(state), form.recolourHow) : undefined;
        const layers = vector === undefined ? fillable(state) : forVectors(fillable(state));
        return finish(found, planRedrawnNames(form, translation, matchCaptions(layers), redrawnIn, vector));
      }
      const { labels } = translation;
      const matches = matchNames(fillable(state), new LabelIndex(labels), form.chosenLabels, labels);
      return finish(found, planNames(form, translation, matches));
    }
    case "family": {
      const vector = recordOf(form.insertAs === "vector" ? paletteOfForm(state) : undefined, form.recolourHow);
      const shown = canBeVectors(state) ? form : { ...form, insertAs: "image" as const };
      const jobs = planFamily(shown, translation, vector, redrawnIn);
      const [name = ""] = captionsOf(form.names);
      if (jobs.length === 0) throw new Failure(captionProblem(name) ?? "caption_empty", name);
      return finish(found, jobs);
    }
    case "restyle": {
      if (choice === "" && line === "") throw new Failure("style_missing", "");
      const icons: UploadedIcon[] = [];
      const hasVectors = canBeVectors(state) && hasImages(iconsOf(state));
      const vector = hasVectors ? recordOf(paletteOfForm(state), form.recolourHow) : undefined;
      for (const icon of iconsOf(state)) icons.push(await uploadIcon(icon, client, rasterise, signal));
      return finish(
        found,
        redrawnIn === undefined
          ? planRestyle(form, translation, icons, vector)
          : planRedrawnIcons(form, translation, icons, { style: redrawnIn, isOwn: showsOwnStyle(state) }, vector),
      );
    }
    case "redraw-part": {
      const [icon] = iconsOf(state);
      if (drawn === undefined) throw new Failure("mask_missing", "");
      const uploaded = await uploadIcon(icon!, client, rasterise, signal);
      const mask = await client.uploadImage(await rasteriseDrawn(drawn.svg, rasterise), signal);
      return finish(found, withDrawn(planRedrawnPart(form, translation, uploaded, mask.digest, redrawnIn), drawn.svg));
    }
    case "variations": {
      const [icon] = iconsOf(state);
      return finish(found, planVariations(form, translation, await uploadIcon(icon!, client, rasterise, signal)));
    }
    case "blend": {
      const [from, towards] = iconsOf(state);
      if (towards === undefined) throw new Failure("selection_missing", "");
      const ends = [
        await uploadIcon(from!, client, rasterise, signal),
        await uploadIcon(towards, client, rasterise, signal),
      ] as const;
      return finish(found, planBlend(form, translation, ...ends));
    }
    case "sketch":
    case "layout": {
      const { name, svg } = drawn ?? scene.drawing ?? { name: "", svg: "" };
      if (svg === "") throw new Failure("drawing_missing", "");
      const planned = (condition: DrawnCondition): DrawJob[] =>
        redrawnIn === undefined
          ? planDrawing(form, translation, name, condition)
          : planRedrawnDrawing(form, translation, name, condition, redrawnIn);
      if (command === "sketch") {
        const sketch = fitsInline(svg)
          ? { svg }
          : { image: (await client.uploadImage(await rasterise(svg, pictureSidePx, "paper"), signal)).digest };
        return finish(found, planned({ sketch }));
      }
      // What a layout leaves open is transparent, as around icons; on paper it would be white.
      const colours = withoutPaper(svg);
      const { digest } = await client.uploadImage(await rasteriseDrawn(colours, rasterise), signal);
      return finish(found, withDrawn(planned({ layout: { image: digest } }), colours));
    }
    default:
      return finish(found, planFromCaptions(state, found, redrawnIn));
  }
}

/** A named style, or the pictures that show one. @throws Failure style_gone when the file no longer has it */
async function redrawnStyle(
  choice: string,
  { shown }: State,
  client: ApiClient,
  signal: AbortSignal,
): Promise<Style | undefined> {
  const named = redrawnStyleOf(choice);
  if (named !== undefined) return named.style;
  const style = shown.find(({ id }) => id === shownIdOf(choice));
  if (style === undefined) throw new Failure("style_gone", "");
  return { images: await uploadShown(style, client, signal) };
}

async function uploadIcon(
  icon: SeenIcon,
  client: ApiClient,
  rasterise: Rasterise,
  signal: AbortSignal,
): Promise<UploadedIcon> {
  return { icon, digest: (await client.uploadImage(await pictureOf(icon, rasterise), signal)).digest };
}

const finish = ({ packId }: FoundTranslation, jobs: readonly Job[]): Prepared => {
  if (jobs.length === 0) throw new Failure("nothing_to_do", "");
  return { packId, jobs };
};

function planFromCaptions(
  { form, replacements }: State,
  { translation }: FoundTranslation,
  redrawnIn: Style | undefined,
): readonly Job[] {
  const captions = captionsOf(form.captions);
  if (captions.length === 0 && replacements.every(({ provenance }) => shownCaption(provenance.condition) !== undefined))
    throw new Failure("caption_empty", "");
  const problems = captions.map(captionProblem);
  // One bad line among good ones is marked in the form; alone it is the failure.
  if (captions.length > 0 && problems.every((problem) => problem !== undefined))
    throw new Failure(problems[0]!, captions[0]!);
  if (redrawnIn !== undefined && replacements.length === 0) return planRedrawnCaptions(form, translation, redrawnIn);
  return replacements.length === 0
    ? planCaptions(form, translation)
    : planReplacements(form, translation, replacements, redrawnIn);
}

/** Longest side in px of a drawing that is sent as a picture: the experts read less. */
const pictureSidePx = 512;

/** A mask or a layout as the picture that is sent. */
export const rasteriseDrawn = (svg: string, rasterise: Rasterise): Promise<Uint8Array> =>
  rasterise(svg, pictureSidePx, "none");

/** Jobs whose layers remember their mask or layout, unless its text is too long for that. */
const withDrawn = (jobs: readonly DrawJob[], svg: string): readonly DrawJob[] =>
  fitsInline(svg) ? jobs.map((job) => ({ ...job, drawn: svg })) : jobs;

/** The image of an icon, or its drawing as an image on nothing. */
export const pictureOf = async ({ bytes, svg = "" }: SeenIcon, rasterise: Rasterise): Promise<Uint8Array> =>
  bytes ?? rasterise(svg, pictureSidePx, "none");

/** Icons that the command may change, in their own px, or only read, as they look. @throws Failure selection_missing */
export function iconsOf({ scene, work, form }: State): readonly SeenIcon[] {
  const changes =
    work === "restyle" || work === "redraw-part" || (work === "vectorise" && form.vectorsGo === "in-place");
  const icons = (scene.icons ?? []).filter(({ problem }) => problem === undefined || !changes);
  if (icons.length === 0) throw new Failure("selection_missing", "");
  return changes ? icons.map(upright) : icons;
}

function fillable({ scene }: State) {
  const layers = (scene.layers ?? []).filter(({ problem }) => problem === undefined);
  if (layers.length === 0) throw new Failure("selection_missing", "");
  return layers;
}

/** @throws Failure selection_missing */
async function uploadSources({ scene }: State, client: ApiClient, signal: AbortSignal): Promise<UploadedSource[]> {
  const { sources = [] } = scene;
  if (sources.length === 0) throw new Failure("selection_missing", "");
  const digests = new Map<string, string>();
  const uploaded: UploadedSource[] = [];
  for (const source of sources) {
    const { imageHash, bytes } = source;
    const digest = digests.get(imageHash) ?? (await client.uploadImage(bytes, signal)).digest;
    digests.set(imageHash, digest);
    uploaded.push({ source, digest });
  }
  return uploaded;
}
