/** The stories in their short form: in the light theme, without those that take long; `npm run stories` tells all. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { buildPlugin } from "../../scripts/build-plugin.mjs";
import { readConfig } from "../../server/app/config.ts";
import { type RunningServer, startServer } from "../../server/app/main.ts";
import { packsHome } from "../../server/packs/catalogue.ts";
import { launchBrowser } from "./browser.ts";
import { stories } from "./stories/all.ts";
import { tellStory } from "./stories/story.ts";

let folder: string;
let server: RunningServer;
let browser: Browser;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "tau-stories-"));
  await buildPlugin({ outDir: path.join(folder, "dist") });
  const config = readConfig({ port: "0", data: path.join(folder, "data"), packs: packsHome(), provider: "cpu" }, {});
  server = await startServer({ ...config, logLevel: "silent", playgroundDir: path.join(folder, "dist/playground") });
  await server.ready;
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true });
});

for (const story of stories.filter(({ isLong = false }) => !isLong))
  test(`story: ${story.name.replaceAll("-", " ")}`, async () => {
    await tellStory(browser, server, story, "light");
  });
