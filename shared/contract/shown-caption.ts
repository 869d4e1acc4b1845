/** What the words of a condition say. */
import type { PartialCondition } from "./conditions.ts";

/** What an image shows in words; beside a drawing they only say something of it. */
export const shownCaption = ({ caption, drawing }: PartialCondition): string | undefined =>
  drawing === undefined ? caption : undefined;
