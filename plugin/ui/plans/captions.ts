/** From captions to jobs, and from what nodes remember back to the form or to the same requests again. Pure. */
import type { Style } from "../../../shared/contract/conditions.ts";
import type { GenerationInput } from "../../../shared/contract/generations/generation-request.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { TranslationInfo } from "../../../shared/contract/meta.ts";
import { shownCaption, titleOf } from "../../../shared/contract/shown-caption.ts";
import { styleIdOf } from "../../../shared/contract/style-id.ts";
import { limits } from "../../../shared/limits.ts";
import type { SelectedImage } from "../../../shared/messages/messages.ts";
import { isReadable } from "../../../shared/readable-caption.ts";
import { Failure } from "../client/failure.ts";
import { readProvenance, readRecord } from "../client/guards.ts";
import {
  chunk,
  type DrawJob,
  diversityOf,
  drawnOf,
  numbered,
  type Replacement,
  sharedInput,
  styleOf,
  type TranslationAbilities,
  tracedJob,
} from "../run/jobs.ts";
import type { Form } from "../state/form.ts";

/** Captions of a text, one a line, folded as the contract does, without empty lines. */
export const captionsOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim().replace(/\s+/gu, " "))
    .filter((line) => line !== "");

/** What is wrong with a caption, found before a request; undefined for a good one. */
export function captionProblem(
  caption: string,
): "caption_empty" | "caption_too_long" | "caption_unreadable" | undefined {
  if (caption === "") return "caption_empty";
  if (caption.length > limits.captionMaxChars) return "caption_too_long";
  return isReadable(caption) ? undefined : "caption_unreadable";
}

/**
 * What one image shall show, in one line; empty where nothing is written, or where the translation reads no words.
 * @throws Failure caption_too_long, caption_unreadable
 */
export function captionLineOf({ caption }: Form, { conditions }: Pick<TranslationInfo, "conditions">): string {
  const [line = ""] = conditions.includes("caption") ? captionsOf(caption) : [];
  const problem = line === "" ? undefined : captionProblem(line);
  if (problem !== undefined) throw new Failure(problem, line);
  return line;
}

/** One artboard a caption that can be drawn. @param inputOf the request, but for the number of images */
export function artboardsOf(form: Form, inputOf: (caption: string) => GenerationInput): DrawJob[] {
  const captions = captionsOf(form.captions).filter((caption) => captionProblem(caption) === undefined);
  return numbered(
    captions.map((caption) => ({
      kind: "draw" as const,
      title: caption,
      imageCount: form.count,
      input: { ...inputOf(caption), count: form.count },
      nodeIds: [],
    })),
  );
}

/** All share the seed, so that a row of artboards differs by its captions alone. */
export const planCaptions = (form: Form, translation: TranslationAbilities): DrawJob[] =>
  artboardsOf(form, (caption) => ({
    ...sharedInput(form, translation),
    ...diversityOf(form, translation, form.count),
    condition: { caption, ...styleOf(form) },
  }));

interface Group {
  readonly condition: GenerationInput["condition"];
  readonly family?: GenerationInput["family"];
  readonly title: string;
  readonly nodeIds: string[];
  readonly drawn?: string;
  readonly pictures?: Readonly<Record<string, string>>;
  readonly like: Pick<Replacement, "vector" | "sizesPx">;
}

/**
 * New images for layers that Tau made: each keeps its caption, or takes the first line when that is gone. What another translation drew
 * goes to that one again, unless the form says in which style.
 * @param redrawnIn of a flow between styles
 */
export function planReplacements(
  form: Form,
  translation: Redrawing,
  replacements: readonly Replacement[],
  redrawnIn?: Style,
): DrawJob[] {
  const isOfAnother = ({ provenance }: Replacement): boolean =>
    provenance.translation !== translation.id &&
    (form.style === "" || form.style === styleIdOf(provenance.condition.style)) &&
    redrawnIn === undefined;
  const others = replacements.filter(isOfAnother).map(({ nodeId, provenance, ...like }) => {
    // Another drawing is what is wanted.
    const { startFrom: _, ...input } = requestOf(provenance).input;
    // A drawing has one likeliest answer, which is there already, as have a sketch and a layout that were drawn so.
    const { drawing, sketch, layout } = provenance.condition;
    const isLikeliest = drawing ?? (provenance.temperature === 0 && (sketch ?? layout));
    const temperature = isLikeliest ? Math.max(redrawnTemperature, provenance.temperature) : undefined;
    const job = {
      kind: "draw" as const,
      isRemembered: true,
      index: 0,
      title: titleOf(provenance.condition),
      imageCount: 1,
      input: { ...input, seed: form.seed, count: 1, ...(temperature === undefined ? {} : { temperature }) },
      nodeIds: [nodeId],
      ...drawnOf(provenance),
    };
    return asBefore(job, like);
  });
  return numbered([
    ...others,
    ...planOwnReplacements(
      form,
      translation,
      replacements.filter((replacement) => !isOfAnother(replacement)),
      redrawnIn,
    ),
  ]);
}

type Redrawing = TranslationAbilities & Partial<Pick<TranslationInfo, "conditions">>;

/** Spread of a drawing that is drawn anew. */
export const redrawnTemperature = 0.4;

function planOwnReplacements(
  form: Form,
  translation: Redrawing,
  replacements: readonly Replacement[],
  redrawnIn: Style | undefined,
): DrawJob[] {
  const captions = captionsOf(form.captions).filter((caption) => captionProblem(caption) === undefined);
  const groups = new Map<string, Group>();
  for (const { nodeId, provenance, ...like } of replacements) {
    const { caption: said, label, style, ...pictures } = provenance.condition;
    const own = shownCaption(provenance.condition);
    const caption = own !== undefined && captions.includes(own) ? own : own === undefined ? own : (captions[0] ?? own);
    const hasPictures = provenance.translation === translation.id && redrawnIn === undefined;
    const given = (["sketch", "layout"] as const).find((name) => pictures[name] !== undefined);
    const isDrawn = redrawnIn !== undefined && given !== undefined;
    const condition = {
      // A sketch, layout or picture that it followed, which another translation may not read.
      ...(hasPictures
        ? pictures
        : given && translation.conditions?.includes(given)
          ? { [given]: pictures[given] }
          : {}),
      // Clean lines, and areas, say what is drawn.
      ...(caption === undefined || isDrawn ? {} : { caption }),
      ...(hasPictures && said !== own ? { caption: said } : {}),
      ...(label === undefined ? {} : { label }),
      ...(redrawnIn === undefined ? styleOf(form) : { style: redrawnIn }),
    };
    // An icon of a family stays one.
    const family =
      caption === own && provenance.translation === translation.id && !isDrawn ? provenance.family : undefined;
    const key = JSON.stringify([condition, family, like]);
    const group: Group = groups.get(key) ?? {
      ...{ condition, title: caption ?? label ?? "", nodeIds: [], like, ...(family && { family }) },
      ...(hasPictures || isDrawn ? drawnOf(provenance) : {}),
    };
    group.nodeIds.push(nodeId);
    groups.set(key, group);
  }
  const shared =
    redrawnIn === undefined
      ? { ...sharedInput(form, translation), ...diversityOf(form, translation, limits.countMax) }
      : { translation: translation.id, seed: form.seed, temperature: 0 };
  return [...groups.values()].flatMap(({ condition, family, title, nodeIds, like, ...remembered }) =>
    chunk(nodeIds, limits.countMax).map((ids) =>
      asBefore(
        {
          kind: "draw" as const,
          isRemembered: true,
          index: 0,
          title,
          imageCount: ids.length,
          // A single layer that is drawn anew shall look new, too.
          input: { ...shared, ...(family && { family }), condition, count: ids.length },
          nodeIds: ids,
          ...drawnOf(remembered),
        },
        like,
      ),
    ),
  );
}

/** A vector is drawn as one again, in the colours that it has. */
const asBefore = (job: DrawJob, { vector, sizesPx }: Pick<Replacement, "vector" | "sizesPx">): DrawJob =>
  vector === undefined ? job : tracedJob(job, vector, sizesPx);

/** What Redraw starts from: the form as it was, and the layers to replace; artboards get new ones beside them. */
export function planRedraw(
  images: readonly SelectedImage[],
  form: Form,
): { form: Form; replacements: Replacement[] } | undefined {
  const known = readImages(images);
  const first = known[0]?.provenance;
  if (first === undefined) return undefined;
  const layers = known.filter(({ isArtboard }) => !isArtboard);
  const source = layers.length > 0 ? layers : known;
  const captions = [...new Set(source.map(({ provenance }) => shownCaption(provenance.condition) ?? ""))];
  return {
    form: {
      ...form,
      captions: captions.filter((caption) => caption !== "").join("\n"),
      style: styleIdOf(first.condition.style) ?? "",
      temperature: first.temperature,
      guidance: first.guidance,
      retrieval: first.retrieval ?? form.retrieval,
      diversity: first.diversity ?? form.diversity,
      // A new drawing is the point of it.
      isSeedFixed: false,
    },
    replacements: layers.map(({ id, provenance, like }) => ({ nodeId: id, provenance, ...like })),
  };
}

/** The same requests again, whose images have the same bytes while the pack is the same. */
export function planMakeAgain(images: readonly SelectedImage[]): DrawJob[] {
  const layers = readImages(images).filter(({ isArtboard }) => !isArtboard);
  return numbered(
    layers.map(({ id, provenance, like }) =>
      asBefore(
        {
          kind: "draw" as const,
          isRemembered: true,
          index: 0,
          title: titleOf(provenance.condition),
          imageCount: 1,
          ...requestOf(provenance),
          nodeIds: [id],
          ...drawnOf(provenance),
        },
        like,
      ),
    ),
  );
}

/** The request that made one image; a frame of a blend is made with its whole strip. */
export function requestOf(provenance: Provenance): Pick<DrawJob, "input"> & { readonly onlyIndex?: number } {
  const {
    format,
    packId,
    packDigest,
    upscalerDigest,
    lenderDigest,
    logLikelihood,
    sources,
    frame,
    bestOf,
    drawn,
    pictures,
    ...made
  } = provenance;
  const input = { ...made, count: frame?.count ?? 1 };
  return frame === undefined
    ? { input }
    : { input: { ...input, seed: firstSeed(made.seed, frame.index) }, onlyIndex: frame.index };
}

/** Image i of a generation has seed (seed + i) mod 2^32. */
const firstSeed = (seed: number, index: number): number => (seed - index + 2 ** 32) % 2 ** 32;

const readImages = (images: readonly SelectedImage[]) =>
  images.flatMap((image) => {
    const provenance = readProvenance(image.provenance);
    const { vector: stored, sizesPx = [] } = image;
    const vector = readRecord(stored);
    const like = vector === undefined ? {} : { vector, sizesPx };
    return provenance === undefined ? [] : [{ ...image, provenance, like }];
  });
