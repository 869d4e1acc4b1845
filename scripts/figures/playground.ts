/** The screenshot of docs/playground.md: the built playground against the real server and the default pack, in real Chromium. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { readConfig } from "../../server/app/config.ts";
import { startServer } from "../../server/app/main.ts";

const captions = ["rocket", "cat face", "green tree"];
/** As many pictures of styles as the window shows. */
const stylePictures = 6;
/** Figures are made beside other work, too. */
const waitMs = 180_000;

export async function playgroundFigure(path: string): Promise<void> {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
  const data = await mkdtemp(join(tmpdir(), "tau-figure-"));
  const server = await startServer({ ...readConfig({ port: "0", data }), logLevel: "silent" });
  const browser = await chromium.launch({
    executablePath: process.env["TAU_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    await server.ready;
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1.5 });
    page.setDefaultTimeout(waitMs);
    await page.goto(`${server.url}/#token=${server.token.value}`);
    const field = page.frameLocator("#plugin iframe").locator("#captions");
    await field.fill(captions.join("\n"));
    await field.press("Enter");
    await page
      .locator(".node.frame > .node.rectangle[data-image]")
      .nth(captions.length * 4 - 1)
      .waitFor();
    await page.locator(".zoom").click();
    // The pack draws its styles while nothing else is requested.
    await page.frameLocator("#plugin iframe").locator("[data-style]").nth(stylePictures).waitFor();
    await page.waitForTimeout(800);
    await page.screenshot({ path });
    console.log(`${path}: ${captions.join(", ")}`);
  } finally {
    await browser.close();
    await server.stop();
    await rm(data, { recursive: true });
  }
}
