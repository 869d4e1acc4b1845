/** Edits of what is on the canvas: variations and blends of icons, upscales of images. Their pictures were uploaded before; pure. */
import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { TranslationInfo } from "../../../shared/contract/meta.ts";
import { shownCaption } from "../../../shared/contract/shown-caption.ts";
import { cleanScale } from "../../../shared/contract/upscale-scales.ts";
import type { UpscaleSource } from "../../../shared/messages/upscale-messages.ts";
import { readProvenance } from "../client/guards.ts";
import {
  type DrawJob,
  diversityOf,
  type EnlargeJob,
  numbered,
  sharedInput,
  styleOf,
  type TranslationAbilities,
} from "../run/jobs.ts";
import type { Form } from "../state/form.ts";
import type { SeenIcon } from "../state/state.ts";
import { captionLineOf } from "./captions.ts";

/** An image of the selection on the server. */
export interface UploadedSource {
  readonly source: UpscaleSource;
  readonly digest: string;
}

/** An icon, image or vector, with its picture on the server. */
export interface UploadedIcon {
  readonly icon: SeenIcon;
  readonly digest: string;
}

/** A translation with the words and styles that it reads. */
export type Reader = TranslationAbilities &
  Pick<TranslationInfo, "conditions" | "labels" | "styles" | "styleImagesMax">;

/** What an image shows, as far as its layer knows, in words that the translation reads: it refuses others. */
function wordsOf(provenance: Provenance | undefined, { conditions, labels }: Reader): PartialCondition {
  const { condition = {} } = provenance ?? {};
  const [caption, { label }] = [shownCaption(condition), condition];
  const hasLabel = conditions.includes("label") && labels.some(({ id }) => id === label);
  return {
    ...(caption === undefined || !conditions.includes("caption") ? {} : { caption }),
    ...(label === undefined || !hasLabel ? {} : { label }),
  };
}

/** With its style, if the translation has that one: this is taken out of its residual. */
export function knownCondition(provenance: Provenance | undefined, translation: Reader): PartialCondition {
  const { style } = provenance?.condition ?? {};
  const { styles, styleImagesMax = 0 } = translation;
  const isRead =
    typeof style === "object" ? style.images.length <= styleImagesMax : styles.some(({ id }) => id === style);
  return { ...wordsOf(provenance, translation), ...(style !== undefined && isRead ? { style } : {}) };
}

/**
 * Images that follow one image down to a depth, from the same picture to the same idea. Without words for what it shows the image expert
 * leaves its shape open; with words, the same idea is also drawn from other drawings of it.
 */
export function planVariations(form: Form, translation: Reader, { icon, digest }: UploadedIcon): DrawJob[] {
  const caption = captionLineOf(form, translation);
  const words = caption === "" ? wordsOf(readProvenance(icon.provenance), translation) : { caption };
  const isIdea = form.depth === "last" && Object.keys(words).length > 0;
  return numbered([
    {
      kind: "draw" as const,
      title: icon.nodeName,
      imageCount: form.count,
      input: {
        ...sharedInput(isIdea ? form : { ...form, retrieval: 0 }, translation),
        ...(isIdea ? diversityOf(form, translation, form.count) : {}),
        condition: { image: { image: digest, depth: form.depth }, ...words, ...styleOf(form) },
        count: form.count,
      },
      nodeIds: [],
    },
  ]);
}

/** The steps from one image to another, both ends among them. */
export function planBlend(form: Form, translation: Reader, from: UploadedIcon, towards: UploadedIcon): DrawJob[] {
  const residualOf = ({ icon, digest }: UploadedIcon) => ({
    image: digest,
    condition: knownCondition(readProvenance(icon.provenance), translation),
  });
  return numbered([
    {
      kind: "draw" as const,
      title: `${from.icon.nodeName} – ${towards.icon.nodeName}`,
      imageCount: form.frames,
      input: {
        translation: translation.id,
        condition: {},
        keepResidualOf: residualOf(from),
        blendWith: residualOf(towards),
        seed: form.seed,
        count: form.frames,
      },
      nodeIds: [],
    },
  ]);
}

/** One upscale an image, however many fills show it; images that the factor makes too large are left out before. */
export function planUpscale(form: Form, sources: readonly UploadedSource[]): EnlargeJob[] {
  const byDigest = new Map<string, UploadedSource[]>();
  for (const uploaded of sources) {
    if (uploaded.source.largestScale < form.scale) continue;
    byDigest.set(uploaded.digest, [...(byDigest.get(uploaded.digest) ?? []), uploaded]);
  }
  const isLarger = form.scale !== cleanScale;
  const isLively = isLarger && form.detail > 0;
  const count = isLively ? form.hypotheses : 1;
  const variance = isLarger && form.hasVariance;
  return numbered(
    [...byDigest].map(([image, all]) => ({
      kind: "enlarge" as const,
      title: all[0]!.source.nodeName,
      imageCount: count + (variance ? 1 : 0),
      input: {
        ...{ image, scale: form.scale, detail: isLarger ? form.detail : 0, seed: form.seed, count, variance },
        ...(variance && form.hasOutlines ? { outlines: true } : {}),
        // A server before version 0.36 reads none and refuses the field, so it is sent only where it changes something.
        ...(isLarger && !form.readsLetters ? { letters: false } : {}),
        // A server before version 0.21 knows no cleaning. At its own size a picture is cleaned, or there is nothing to do.
        ...(form.clean === 1 || (!isLarger && form.clean === 0) ? {} : { clean: form.clean }),
      },
      fills: all.map(({ source }) => source),
    })),
  );
}
