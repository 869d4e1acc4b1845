/** What is asked when areas of a drawing get the colours of a style. */
import type { Ink } from "../../pixels/ink-colour.ts";

/** An area that gets a colour. */
export interface Wanted {
  /** Its place among the areas. */
  readonly area: number;
  /** Whether it goes around the others, and has the colour that a palette has for that. */
  readonly isAround: boolean;
  /** The colour that a coloured drawing has there: it stays, where the style has it too. */
  readonly own?: Ink | undefined;
  /** Whether it would be beside the canvas, with no line or ground around it. */
  readonly isOpen?: boolean | undefined;
}
