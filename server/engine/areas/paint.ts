/** What an area is painted in: a colour, or a linear gradient over a box. */
import type { Slopes } from "../pixels/gradients/ink-gradient.ts";
import type { Ink } from "../pixels/ink-colour.ts";

export interface Paint {
  /** Of a gradient, in the middle of the box. */
  readonly ink: Ink;
  /** How a gradient changes over the box around what has it. */
  readonly slopes?: Slopes | undefined;
  /** Whether one box is around all areas that have it, else each has its own. */
  readonly isShared?: boolean | undefined;
}
