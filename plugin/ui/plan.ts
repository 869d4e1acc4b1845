/** From the form to the generations to ask for, and from provenance back to the form. Pure. */
import type { GenerationInput, Provenance, TranslationInfo } from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import type { SelectedImage, Settings } from "../../shared/messages.ts";
import { readProvenance } from "./guards.ts";

export interface Form {
  /** One caption a line. */
  readonly captions: string;
  /** Empty: any style. */
  readonly style: string;
  readonly count: number;
  readonly seed: number;
  readonly isSeedFixed: boolean;
  readonly temperature: number;
  readonly guidance: number;
  readonly retrieval: number;
}

/** One generation to ask for; with `nodeIds`, image i replaces the fill of node i. */
export interface Job {
  readonly caption: string;
  readonly input: GenerationInput;
  readonly nodeIds: readonly string[];
}

/** Layers whose fills the next results replace, with what each remembers. */
export interface Replacement {
  readonly nodeId: string;
  readonly provenance: Provenance;
}

export const formOf = (settings: Settings, seed: number): Form => ({
  captions: "",
  style: settings.style,
  count: settings.count,
  seed,
  isSeedFixed: false,
  temperature: settings.temperature,
  guidance: settings.guidance,
  retrieval: limits.retrievalDefault,
});

/** Captions of a text, one a line, folded as the contract does, without empty lines. */
export const captionsOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim().replace(/\s+/gu, " "))
    .filter((line) => line !== "");

/** The first thing wrong with the captions, found before a server is asked. */
export function captionProblem(
  captions: readonly string[],
): "caption_empty" | "caption_too_long" | "caption_unreadable" | undefined {
  if (captions.length === 0) return "caption_empty";
  if (captions.some((caption) => caption.length > limits.captionMaxChars)) return "caption_too_long";
  return captions.some((caption) => !/[\p{L}\p{N}]/u.test(caption)) ? "caption_unreadable" : undefined;
}

/** All captions share the seed, so that a row of artboards differs by its captions alone. */
export function planJobs(
  form: Form,
  translation: Pick<TranslationInfo, "id" | "hasRetrieval">,
  replacements: readonly Replacement[],
): Job[] {
  const { seed, temperature, guidance, retrieval } = form;
  const shared = {
    translation: translation.id,
    seed,
    temperature,
    guidance,
    // A server before 0.8 refuses the field.
    ...(translation.hasRetrieval ? { retrieval } : {}),
  };
  const style = form.style === "" ? {} : { style: form.style };
  const captions = captionsOf(form.captions);
  if (replacements.length === 0)
    return captions.map((caption) => ({
      caption,
      input: { ...shared, condition: { caption, ...style }, count: form.count },
      nodeIds: [],
    }));
  const groups = new Map<string, string[]>();
  for (const { nodeId, provenance } of replacements) {
    // A layer whose caption the form still lists keeps it; any other takes the first line.
    const own = provenance.condition.caption ?? "";
    const caption = captions.includes(own) ? own : (captions[0] ?? own);
    groups.set(caption, [...(groups.get(caption) ?? []), nodeId]);
  }
  return [...groups].flatMap(([caption, nodeIds]) =>
    chunk(nodeIds, limits.countMax).map((ids) => ({
      caption,
      input: { ...shared, condition: { caption, ...style }, count: ids.length },
      nodeIds: ids,
    })),
  );
}

const chunk = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));

/** What Regenerate starts from: the form as it was, and the layers to replace; artboards get new ones beside them. */
export function planRegeneration(
  images: readonly SelectedImage[],
  form: Form,
): { form: Form; replacements: Replacement[] } | undefined {
  const known = images.flatMap((image) => {
    const provenance = readProvenance(image.provenance);
    return provenance === undefined ? [] : [{ ...image, provenance }];
  });
  const first = known[0]?.provenance;
  if (first === undefined) return undefined;
  const layers = known.filter(({ isArtboard }) => !isArtboard);
  const source = layers.length > 0 ? layers : known;
  const captions = [...new Set(source.map(({ provenance }) => provenance.condition.caption ?? ""))];
  return {
    form: {
      ...form,
      captions: captions.filter((caption) => caption !== "").join("\n"),
      style: first.condition.style ?? "",
      temperature: first.temperature,
      guidance: first.guidance,
      retrieval: first.retrieval ?? form.retrieval,
    },
    replacements: layers.map(({ id, provenance }) => ({ nodeId: id, provenance })),
  };
}
