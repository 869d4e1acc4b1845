/** What a section is: a question to the translation, whether it can be asked here, and how it is answered. */
import type { EvaluationContext } from "../evaluation-context.ts";
import type { EvaluationData } from "../groups.ts";
import type { Section } from "../report.ts";

export interface SectionPlan {
  readonly id: string;
  readonly title: string;
  /** Why it can't be asked of this translation with what there is; undefined when it can. */
  missing(subject: EvaluationContext): string | undefined;
  /** @param material held-out images; there unless `missing` says that they are not needed */
  run(subject: EvaluationContext, material: EvaluationData | undefined): Promise<Omit<Section, "id" | "title">>;
}

/** The first reason that holds. */
export const firstOf = (...reasons: ReadonlyArray<string | false | undefined>): string | undefined =>
  reasons.find((reason): reason is string => typeof reason === "string");

export const needsImages = ({ images }: EvaluationContext): string | false =>
  images === undefined ? "needs a set of images (--set DIR)" : images.known.length < 8 && tooFew(images.known.length);

const tooFew = (count: number): string =>
  `needs at least 8 held-out images of styles that the pack knows, the set has ${count}`;

export const needsFeatures = ({ features }: EvaluationContext): string | false =>
  features === undefined && "needs a feature net, and the pack has no image expert that could be one";

export const needsCondition = (
  { experts }: EvaluationContext,
  name: "caption" | "style" | "sketch" | "layout" | "lowResolution",
) => !experts.has(name) && `the translation reads no ${name}`;
