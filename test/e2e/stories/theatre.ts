/** Where stories run: the plugin, built; the real server with its real packs; and a browser. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import { readConfig } from "../../../server/app/config.ts";
import { type RunningServer, startServer } from "../../../server/app/main.ts";
import { packsHome } from "../../../server/packs/catalogue.ts";
import { launchBrowser } from "../browser.ts";

export interface Theatre {
  readonly browser: Browser;
  readonly server: RunningServer;
  /** The built playground, for servers that a story starts itself. */
  readonly playgroundDir: string;
  close(): Promise<void>;
}

/** @param pluginDir another version's dist/plugin, which takes the place of this version's in the playground */
export async function openTheatre(pluginDir?: string): Promise<Theatre> {
  const folder = await mkdtemp(path.join(tmpdir(), "tau-stories-"));
  await buildPlugin({ outDir: path.join(folder, "dist") });
  const playgroundDir = path.join(folder, "dist/playground");
  if (pluginDir !== undefined) await hostOther(pluginDir, path.join(playgroundDir, "index.html"));
  const config = readConfig({ port: "0", data: path.join(folder, "data"), packs: packsHome(), provider: "cpu" }, {});
  const server = await startServer({ ...config, logLevel: "silent", playgroundDir });
  const browser = await server.ready
    .then(() => launchBrowser())
    .catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
  return {
    browser,
    server,
    playgroundDir,
    close: async () => {
      await browser.close();
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function hostOther(pluginDir: string, page: string): Promise<void> {
  const read = (name: string): Promise<string> => readFile(path.join(pluginDir, name), "utf8");
  const manifest: unknown = JSON.parse(await read("manifest.json"));
  const plugin = { main: await read("main.js"), ui: await read("ui.html"), manifest };
  const json = JSON.stringify(plugin).replaceAll("<", "\\u003c");
  const html = await readFile(page, "utf8");
  await writeFile(
    page,
    html.replace(/(<script[^>]*id="built-plugin"[^>]*>)[^<]*/, (_, tag: string) => tag + json),
  );
}
