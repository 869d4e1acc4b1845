/**
 * `npm run stories`: the built plugin in real Chromium against the real server and pack, one story for each command and
 * each promise about a designer's work, in light and dark, with a screenshot a step in test/artifacts/stories/.
 * Usage: npm run stories -- [--only name]… [--theme light|dark] [--language TAG] [--figures] [--plugin FOLDER]; --figures makes the
 * pictures of docs/plugin.md and the README, --plugin runs the stories of another version's dist/plugin in this version's playground.
 * In a --language such as de only those without words run, such as every-view: the others find what they press by its English name.
 */
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { stories } from "./all.ts";
import { runStory, type Story, type Theme } from "./story.ts";
import { openTheatre } from "./theatre.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    theme: { type: "string" },
    language: { type: "string" },
    figures: { type: "boolean" },
    plugin: { type: "string" },
  },
});
const themes: readonly Theme[] =
  values.theme === "light" || values.theme === "dark" ? [values.theme] : ["light", "dark"];

/** Steps whose screenshots are pictures of the docs. */
const figures: Readonly<Record<string, string>> = {
  "three-captions-1-artboards": "playground",
  "fill-names-2-filled": "fill-names",
  "caption-to-artboard-4-doubt": "doubt",
  "other-drawings-3-replaced": "other-drawings",
  "family-2-recoloured": "recolour",
  "family-of-outlines-1-drawn": "family",
  "component-set-of-24-2-components": "components",
  "style-of-the-selection-2-restyled": "own-style",
  "sketch-to-icon-2-lines": "sketch",
  "a-badge-on-icons-1-badges": "badges",
};
async function keepFigures(shots: readonly string[]): Promise<void> {
  for (const shot of shots) {
    const figure = figures[path.basename(shot, "-light.png")];
    if (figure !== undefined) await copyFile(shot, `docs/figures/plugin/${figure}.png`);
  }
}

const theatre = await openTheatre(values.plugin);
let failed = 0;
const { only, language } = values;
const isAsked = ({ name, isWordless = false }: Story): boolean =>
  (only?.includes(name) ?? true) && (language === undefined || isWordless);
for (const story of stories.filter(isAsked)) {
  const reason = await story.whyNot?.();
  if (reason !== undefined) console.log(`– ${story.name}: ${reason}`);
  for (const theme of reason === undefined ? themes : [])
    try {
      const startedMs = Date.now();
      const shots = await runStory(theatre, story, theme, { language });
      if (values.figures && theme === "light") await keepFigures(shots);
      console.log(
        `✔ ${story.name} (${theme}): ${shots.length} steps, ${((Date.now() - startedMs) / 1000).toFixed(1)} s`,
      );
    } catch (error) {
      failed++;
      console.log(
        `✘ ${story.name} (${theme}): ${error instanceof Error ? `${error.message}${error.cause ? `\n${error.cause}` : ""}` : String(error)}`,
      );
    }
}
await theatre.close();
process.exitCode = failed === 0 ? 0 : 1;
