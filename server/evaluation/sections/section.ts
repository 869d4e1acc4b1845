/** A section of the report: what it needs of the translation and the data, and how it measures. */
import type { EvaluationContext } from "../evaluation-context.ts";
import type { EvaluationData } from "../groups.ts";
import type { Section } from "../report.ts";

export interface SectionPlan {
  readonly id: string;
  readonly title: string;
  /** Why the section can't run with this translation and data; undefined when it can. */
  missing(context: EvaluationContext): string | undefined;
  /** @param data held-out images; present unless `missing` allows their absence */
  run(context: EvaluationContext, data: EvaluationData | undefined): Promise<Omit<Section, "id" | "title">>;
}

/** The first reason, if any. */
export const firstOf = (...reasons: ReadonlyArray<string | false | undefined>): string | undefined =>
  reasons.find((reason): reason is string => typeof reason === "string");

export const needsImages = ({ images }: EvaluationContext): string | false =>
  images === undefined ? "needs a set of images (--set DIR)" : images.known.length < 8 && tooFew(images.known.length);

const tooFew = (count: number): string =>
  `needs at least 8 held-out images of styles that the pack knows, the set has ${count}`;

export const needsFeatures = ({ features }: EvaluationContext): string | false =>
  features === undefined && "needs a feature net, and the pack has no image expert";

export const needsCondition = (
  { experts }: EvaluationContext,
  name: "caption" | "style" | "sketch" | "layout" | "lowResolution",
) => !experts.has(name) && `the translation reads no ${name}`;
