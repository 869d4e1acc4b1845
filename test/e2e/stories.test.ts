/** The stories in their short form: in the light theme, without those that take long; `npm run stories` tells all. */
import { after, before, test } from "node:test";
import { stories } from "./stories/all.ts";
import { tellStory } from "./stories/story.ts";
import { openTheatre, type Theatre } from "./stories/theatre.ts";

let theatre: Theatre;
before(async () => {
  theatre = await openTheatre();
});
after(() => theatre?.close());

for (const story of stories.filter(({ isLong = false }) => !isLong))
  test(`story: ${story.name.replaceAll("-", " ")}`, async (t) => {
    const whyNot = await story.whyNot?.();
    if (whyNot !== undefined) return t.skip(whyNot);
    await tellStory(theatre, story, "light");
  });
