/** Which command made a generation, by what it was asked: for a name where no words were said. Pure. */
import type { CommandId } from "../../../shared/commands.ts";
import type { Generation } from "../../../shared/contract/generations/generation.ts";

export function commandThatMade({ condition, blendWith, keepResidualOf }: Generation["request"]): CommandId {
  if (condition.drawing) return condition.drawing.mask === undefined ? "restyle" : "redraw-part";
  if (blendWith) return "blend";
  if (keepResidualOf) return "restyle";
  if (condition.image) return "variations";
  if (condition.sketch) return "sketch";
  return condition.layout ? "layout" : "caption-to-artboard";
}
