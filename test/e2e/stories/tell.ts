/**
 * `npm run stories`: the built plugin in real Chromium against the real server and pack, one story for each command and
 * each promise about a designer's work, in light and dark, with a screenshot a step in test/artifacts/stories/.
 * Usage: npm run stories -- [--only name] [--theme light|dark] [--figures]; the last makes the pictures of docs/plugin.md.
 */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import { readConfig } from "../../../server/app/config.ts";
import { startServer } from "../../../server/app/main.ts";
import { packsHome } from "../../../server/packs/catalogue.ts";
import { launchBrowser } from "../browser.ts";
import { stories } from "./all.ts";
import { type Theme, tellStory } from "./story.ts";

const { values } = parseArgs({
  options: { only: { type: "string" }, theme: { type: "string" }, figures: { type: "boolean" } },
});
const themes: readonly Theme[] =
  values.theme === "light" || values.theme === "dark" ? [values.theme] : ["light", "dark"];

/** Steps whose screenshots are pictures of the docs. */
const figures: Readonly<Record<string, string>> = {
  "fill-names-2-filled": "plugin-fill-names",
  "caption-to-artboard-3-doubt": "plugin-doubt",
  "family-2-recoloured": "plugin-recolour",
  "component-set-of-24-2-components": "plugin-components",
};
async function keepFigures(shots: readonly string[]): Promise<void> {
  for (const shot of shots) {
    const figure = figures[path.basename(shot, "-light.png")];
    if (figure !== undefined) await copyFile(shot, `docs/figures/${figure}.png`);
  }
}

const folder = await mkdtemp(path.join(tmpdir(), "tau-stories-"));
await buildPlugin({ outDir: path.join(folder, "dist") });
const config = readConfig({ port: "0", data: path.join(folder, "data"), packs: packsHome(), provider: "cpu" }, {});
const server = await startServer({
  ...config,
  logLevel: "silent",
  playgroundDir: path.join(folder, "dist/playground"),
});
await server.ready;
const browser = await launchBrowser();
let failed = 0;
for (const story of stories.filter(({ name }) => values.only === undefined || name === values.only))
  for (const theme of themes)
    try {
      const shots = await tellStory(browser, server, story, theme);
      if (values.figures && theme === "light") await keepFigures(shots);
      console.log(`✔ ${story.name} (${theme}): ${shots.length} steps`);
    } catch (error) {
      failed++;
      console.log(`✘ ${story.name} (${theme}): ${error instanceof Error ? error.message : String(error)}`);
    }
await browser.close();
await server.stop();
await rm(folder, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;
