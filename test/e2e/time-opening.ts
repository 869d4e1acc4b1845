/**
 * `npm run opening`: how long a person waits from choosing a command in the menu to a window that can be used, in the playground
 * in Chromium with a warm server of the default pack. Of Figma's own time to open a window it knows nothing.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machine, median, percentile } from "../../scripts/bench/measure.ts";
import { buildPlugin } from "../../scripts/build-plugin.mjs";
import { readConfig } from "../../server/app/config.ts";
import { startServer } from "../../server/app/main.ts";
import { packsHome } from "../../server/packs/catalogue.ts";
import { launchBrowser, openPlayground } from "./browser.ts";

const attempts = 20;

/** Between two looks at the window, in ms: as exact as the figures are. */
const lookMs = 4;

/** Notes, in ms since 1970, when the window first has its field and when it knows the server's styles and runs a caption. */
function watchWindow(everyMs: number): void {
  const seen: { fieldAt?: number; usableAt?: number } = {};
  Object.assign(globalThis, { seen });
  setInterval(() => {
    const at = performance.timeOrigin + performance.now();
    if (document.querySelector("#captions") === null) return;
    seen.fieldAt ??= at;
    if (document.querySelectorAll("#style option").length > 1) seen.usableAt ??= at;
  }, everyMs);
}

const folder = await mkdtemp(join(tmpdir(), "tau-start-"));
await buildPlugin({ outDir: join(folder, "dist") });
const config = readConfig({ port: "0", data: join(folder, "data"), packs: packsHome(), provider: "cpu" }, {});
const server = await startServer({
  ...config,
  logLevel: "silent",
  playgroundDir: join(folder, "dist/playground"),
});
await server.ready;
const browser = await launchBrowser();
const { page, ui } = await openPlayground(browser, server.url, { hash: `#token=${server.token.value}` });
await ui.locator("#style option").nth(1).waitFor({ state: "attached" });
// Pictures of the styles are drawn once, when the pack is first met.
await ui.locator(".style-strip").waitFor();
await page.context().addInitScript(watchWindow, lookMs);
const fieldMs: number[] = [];
const usableMs: number[] = [];
for (let attempt = 0; attempt < attempts; attempt++) {
  await page.getByRole("button", { name: "Tau", exact: true }).click();
  const item = page.getByRole("menuitem", { name: "Caption to artboard…", exact: true });
  const startedAt = await item.evaluate((element) => {
    const at = performance.timeOrigin + performance.now();
    (element as HTMLElement).click();
    return at;
  });
  await ui.locator("#style option").nth(1).waitFor({ state: "attached" });
  const frame = (await (await page.locator("#plugin iframe").elementHandle())!.contentFrame())!;
  await frame.waitForFunction(() => (globalThis as { seen?: { usableAt?: number } }).seen?.usableAt !== undefined);
  const seen = await frame.evaluate(
    () => (globalThis as unknown as { seen: { fieldAt: number; usableAt: number } }).seen,
  );
  fieldMs.push(seen.fieldAt - startedAt);
  usableMs.push(seen.usableAt - startedAt);
}
await browser.close();
await server.stop();
await rm(folder, { recursive: true });
const spread = (values: readonly number[]): string =>
  `median ${median(values).toFixed(0)} ms, 95th percentile ${percentile(values, 95).toFixed(0)} ms`;
console.log(machine());
console.log(`from the command to a field for captions: ${spread(fieldMs)}`);
console.log(`from the command to a window that knows the server's styles: ${spread(usableMs)} (goal: at most 500 ms)`);
