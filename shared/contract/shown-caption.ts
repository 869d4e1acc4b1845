/** What the words of a condition say. */
import type { PartialCondition } from "./conditions.ts";
import { styleIdOf } from "./style-id.ts";

/** What an image shows in words; beside a drawing they only say something of it. */
export const shownCaption = ({ caption, drawing }: PartialCondition): string | undefined =>
  drawing === undefined ? caption : undefined;

/** Whether words alone said what is drawn, no picture beside them and no image that it keeps something of. */
export const isOfWords = ({
  condition,
  keepResidualOf,
}: {
  readonly condition: PartialCondition;
  readonly keepResidualOf?: object | undefined;
}): boolean => {
  const { caption, drawing, sketch, layout, image, lowResolution } = condition;
  return caption !== undefined && ![drawing, sketch, layout, image, lowResolution, keepResidualOf].some(Boolean);
};

/** What an image is called by its condition: what it shows, else its style, else nothing. */
export const titleOf = (condition: PartialCondition): string =>
  shownCaption(condition) ?? condition.label ?? styleIdOf(condition.style) ?? "";
