/** What every section of the report on styles is. */
import type { Row, Section } from "../report.ts";
import type { StylesContext } from "./context.ts";
import type { StylesData } from "./data.ts";

export interface StylesFindings extends Pick<Section, "about" | "tables"> {
  readonly figures?: Section["figures"];
  /** Rows of the section of targets. */
  readonly goals?: readonly Row[];
}

export interface StylesSection {
  readonly id: string;
  readonly title: string;
  /** Why it can't be measured; undefined = it can. */
  missing(context: StylesContext): string | undefined;
  run(context: StylesContext, data: StylesData): Promise<StylesFindings>;
}

export const needsFeatures = ({ features }: StylesContext): string | undefined =>
  features ? undefined : "needs a pack with an image expert to judge by";

export const needsCaptions = ({ translation }: StylesContext): string | undefined =>
  translation.captions ? undefined : "the translation reads no captions";

export const always = (): undefined => undefined;

/** In per cent, as goals are. */
export const percent = (share: number): number => 100 * share;
