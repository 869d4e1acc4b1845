/** All stories, in the order of the docs. */
import { cleanSketchStories } from "./clean-sketch.ts";
import { commandStories } from "./commands.ts";
import { drawingStories } from "./drawings.ts";
import { failedFieldStories } from "./failed-field.ts";
import { firstStartStories } from "./first-start.ts";
import { hintStories } from "./hints.ts";
import { iconStories } from "./icons.ts";
import { languageStories } from "./languages.ts";
import { learningStories } from "./learning.ts";
import { nameStories } from "./names.ts";
import { outageStories } from "./outage.ts";
import { ownStyleStories } from "./own-style.ts";
import { safeHandsStories } from "./safe-hands.ts";
import type { Story } from "./story.ts";

export const stories: readonly Story[] = [
  ...failedFieldStories,
  ...firstStartStories,
  ...commandStories,
  ...cleanSketchStories,
  ...iconStories,
  ...nameStories,
  ...drawingStories,
  ...hintStories,
  ...ownStyleStories,
  ...learningStories,
  ...safeHandsStories,
  ...outageStories,
  ...languageStories,
];
