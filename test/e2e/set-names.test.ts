/** Names below the drawings on offer, in real Chromium with the plugin's style sheets. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { setTitles } from "../../server/packs/set-titles.ts";
import { shortTitle } from "../../shared/contract/generations/attribution.ts";
import { launchBrowser } from "./browser.ts";

const sheets = path.resolve(import.meta.dirname, "../../plugin/ui/css");

test("the name of every set is whole below a drawing, also in the narrowest column", async () => {
  const names = (await readdir(sheets)).sort();
  const css = await Promise.all(names.map((name) => readFile(path.join(sheets, name), "utf8")));
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.setContent(`<style>${css.join("\n")}</style><div class="drawing-grid"></div>`);
    const cut = await page.locator(".drawing-grid").evaluate((grid, texts) => {
      grid.style.gridTemplateColumns = "64px";
      for (const text of texts) {
        const button = grid.appendChild(document.createElement("button"));
        button.appendChild(document.createElement("span")).textContent = text;
      }
      return [...grid.querySelectorAll("span")]
        .filter((name) => name.scrollHeight > name.clientHeight || name.scrollWidth > name.clientWidth)
        .map((name) => name.textContent);
    }, Object.values(setTitles).map(shortTitle));
    assert.deepEqual(cut, []);
  } finally {
    await browser.close();
  }
});
