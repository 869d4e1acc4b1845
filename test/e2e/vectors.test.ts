/** Traced SVG files opened in Chromium look as libvips draws them: nothing in them is read differently. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import sharp from "sharp";
import { vectorise } from "../../server/vector/vectorise.ts";
import { launchBrowser } from "./browser.ts";

const sidePx = 256;
const drawings: Readonly<Record<string, string>> = {
  "layers and holes":
    '<circle cx="64" cy="64" r="52" fill="#ffd43b"/><circle cx="46" cy="52" r="9" fill="#343a40"/><circle cx="82" cy="52" r="9" fill="#343a40"/><path d="M38 80q26 26 52 0" stroke="#343a40" stroke-width="8" fill="none"/>',
  "a gradient":
    '<defs><linearGradient id="g"><stop stop-color="#4dabf7"/><stop offset="1" stop-color="#862e9c"/></linearGradient></defs><rect x="12" y="20" width="104" height="88" rx="16" fill="url(#g)"/>',
};

const browser = await launchBrowser();
after(() => browser.close());

for (const [name, body] of Object.entries(drawings))
  test(`${name}: Chromium and libvips draw the same`, async () => {
    const source = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128">${body}</svg>`;
    const { data, info } = await sharp(Buffer.from(source)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const { svg } = vectorise({ rgba: data, widthPx: info.width, heightPx: info.height });
    const large = svg.replace('width="128" height="128"', `width="${sidePx}" height="${sidePx}"`);
    const page = await browser.newPage({ viewport: { width: sidePx, height: sidePx } });
    await page.setContent(`<style>body{margin:0}svg{display:block}</style>${large}`);
    const shot = await sharp(await page.screenshot())
      .removeAlpha()
      .raw()
      .toBuffer();
    const own = await sharp(Buffer.from(large)).flatten({ background: "#fff" }).removeAlpha().raw().toBuffer();
    await page.close();
    const difference = shot.reduce((sum, value, at) => sum + Math.abs(value - own[at]!), 0) / shot.length;
    assert.ok(difference < 1, `a mean difference below 1 of 255, got ${difference}`);
  });
