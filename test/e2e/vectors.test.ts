/** Traced SVG files opened in Chromium look as libvips draws them: nothing in them is read differently. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import sharp from "sharp";
import { SimDocument } from "../../plugin/simulator/host/document.ts";
import { createRun } from "../../plugin/simulator/host/run.ts";
import { memoryStore } from "../../plugin/simulator/host/storage.ts";
import { vectorise } from "../../server/vector/vectorise.ts";
import { launchBrowser } from "./browser.ts";

const sidePx = 256;
const drawings: Readonly<Record<string, string>> = {
  "layers and holes":
    '<circle cx="64" cy="64" r="52" fill="#ffd43b"/><circle cx="46" cy="52" r="9" fill="#343a40"/><circle cx="82" cy="52" r="9" fill="#343a40"/><path d="M38 80q26 26 52 0" stroke="#343a40" stroke-width="8" fill="none"/>',
  "lines and a dot":
    '<path d="M20 30h60l28 40-28 34H20z" stroke="#343a40" stroke-width="9" stroke-linejoin="round" fill="none"/><path d="M40 66h30" stroke="#343a40" stroke-width="9" stroke-linecap="round"/><circle cx="104" cy="24" r="12" fill="#343a40"/>',
  "a gradient":
    '<defs><linearGradient id="g"><stop stop-color="#4dabf7"/><stop offset="1" stop-color="#862e9c"/></linearGradient></defs><rect x="12" y="20" width="104" height="88" rx="16" fill="url(#g)"/>',
};

const quiet = { showUi: () => undefined, toUi: () => undefined, notify: () => undefined, closed: () => undefined };
/** Put on the playground's canvas as layers, and exported from there. */
async function overTheCanvas(svg: string): Promise<string> {
  const { figma } = createRun(new SimDocument(memoryStore()), quiet, "vectorise");
  return figma.createNodeFromSvg(svg).exportAsync({ format: "SVG_STRING" });
}

const browser = await launchBrowser();
after(() => browser.close());

for (const [name, body] of Object.entries(drawings)) {
  const source = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128">${body}</svg>`;
  const trace = async (): Promise<string> => {
    const { data, info } = await sharp(Buffer.from(source)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const { svg } = vectorise({ rgba: data, widthPx: info.width, heightPx: info.height });
    return svg.replace('width="128" height="128"', `width="${sidePx}" height="${sidePx}"`);
  };
  const shoot = async (svg: string): Promise<Buffer> => {
    const page = await browser.newPage({ viewport: { width: sidePx, height: sidePx } });
    await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
    const shot = await page.screenshot();
    await page.close();
    return sharp(shot).removeAlpha().raw().toBuffer();
  };
  const difference = (one: Buffer, two: Buffer): number =>
    one.reduce((sum, value, at) => sum + Math.abs(value - two[at]!), 0) / one.length;

  test(`${name}: Chromium and libvips draw the same`, async () => {
    const svg = await trace();
    const own = await sharp(Buffer.from(svg)).flatten({ background: "#fff" }).removeAlpha().raw().toBuffer();
    const between = difference(await shoot(svg), own);
    assert.ok(between < 1, `a mean difference below 1 of 255, got ${between}`);
  });

  test(`${name}: exported from the canvas and opened again, the drawing looks as before`, async () => {
    const svg = await trace();
    const between = difference(await shoot(svg), await shoot(await overTheCanvas(svg)));
    assert.ok(between < 0.5, `a mean difference below 0.5 of 255, got ${between}`);
  });
}
