/** Hostile drawings of a few kilobytes: refused by their text, or ended with the process that draws them. */
import assert from "node:assert/strict";
import { after, it } from "node:test";
import { renderSvg } from "../../server/images/codec.ts";
import { requirePlainSvg } from "../../server/images/svg.ts";
import { createSvgDrawer } from "../../server/images/svg-drawer.ts";
import { limits } from "../../shared/limits.ts";
import type { AppError } from "../../shared/problem.ts";
import { blurText, blurUse } from "../../shared/vectors/vector-svg.ts";

const svg = (body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512" width="512" height="512">${body}</svg>`;
const plain = svg('<path d="M10 10 L500 400" stroke="black" stroke-width="8"/>');
/** Wide strokes that cross each other everywhere: many seconds of librsvg on a large sheet. */
const endless = svg(
  `<path stroke="black" stroke-width="300" stroke-linejoin="round" fill="none" d="M0 0${"L512 512L0 511L512 3L5 9".repeat(1950)}"/>`,
);

/** A process may take long to start, where many others run. */
const startMs = 120_000;

it("a drawing that takes too long ends alone: the one behind it is drawn by another process", async () => {
  const drawer = createSvgDrawer(1000, startMs);
  after(() => drawer.close());
  requirePlainSvg(endless, "svg");
  await drawer.draw(plain, 64, "svg");
  const [hostile, next] = await Promise.allSettled([
    drawer.draw(endless, 4096, "condition.sketch.svg"),
    drawer.draw(plain, 64, "svg"),
  ]);
  assert.equal(hostile.status, "rejected");
  assert.equal(hostile.reason.code, "image_rejected");
  assert.match(hostile.reason.message, /^condition\.sketch\.svg: expected an SVG that is drawn within 1000 ms/);
  assert.equal(next.status, "fulfilled");
  assert.deepEqual(next.value, await renderSvg(plain, 64));
});

it("blurs that Tau's own vectors have are allowed, a few; other filters are not", () => {
  const blurred = (count: number): string =>
    svg(
      Array.from({ length: count }, (_, at) => {
        const text = blurText(at, 4, { width: 512, height: 512 });
        return `<defs>${text}</defs><path${blurUse(at)} d="M0 0h9v9z"/>`;
      }).join(""),
    );
  requirePlainSvg(blurred(2), "svg");
  requirePlainSvg(blurred(2).replaceAll(/blur-(\d)/g, "blur-$1-0a1b2c3d"), "svg");
  for (const hostile of [
    blurred(9),
    blurred(1).replace("</filter>", "<feTurbulence/></filter>"),
    blurred(1).replace("</defs>", `</defs>${`<path${blurUse(0)} d="M0 0h9v9z"/>`.repeat(9)}`),
    blurred(1).replace("url(#blur-1)", "url(#other)"),
    blurred(1).replaceAll("blur-1", "blur-1-of-others"),
  ])
    assert.throws(() => requirePlainSvg(hostile, "svg"), { code: "image_rejected" }, hostile);
});

it("many drawings leave nothing behind on the process that draws them", async () => {
  const drawer = createSvgDrawer(60_000, startMs);
  const warnings: Error[] = [];
  const onWarning = (warning: Error): unknown => warnings.push(warning);
  process.on("warning", onWarning);
  after(() => {
    process.off("warning", onWarning);
    drawer.close();
  });
  for (let drawn = 0; drawn < 12; drawn += 1) await drawer.draw(plain, 8, "svg");
  // A warning is told in the next turn.
  await new Promise(setImmediate);
  assert.deepEqual(warnings, []);
});

it("a drawing that is refused is refused by the other process with the same words", async () => {
  const drawer = createSvgDrawer(60_000, startMs);
  after(() => drawer.close());
  const clipped = svg("<script/>");
  const expected = await renderSvg(clipped, 64, "a.svg").catch((error: Error) => error.message);
  await assert.rejects(drawer.draw(clipped, 64, "a.svg"), { code: "image_rejected", message: expected });
});

it("a document type is what a drawing is refused for, where it begins with one", () => {
  const typed = `<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY a "b">]>${plain}`;
  assert.throws(() => requirePlainSvg(typed, "svg"), {
    message: "svg: expected an SVG without declarations, got <!DOCTYPE",
  });
});

it("a drawing that the renderer refuses is refused by its own field", async () => {
  const broken = plain.replace("</svg>", "");
  await assert.rejects(renderSvg(broken, 64, "condition.sketch.svg"), (error: AppError) => {
    assert.equal(error.detail.field, "condition.sketch.svg");
    assert.match(error.message, /^condition\.sketch\.svg: expected an SVG that can be drawn, got: /);
    return true;
  });
});

it("lines of millions of dashes are refused, those of drawing programs are not", () => {
  const dashed = (attributes: string, d = "M0 0 L2000000 512") =>
    svg(`<path d="${d}" stroke="black" stroke-width="1" ${attributes}/>`);
  for (const hostile of [
    dashed('stroke-dasharray="0.01"'),
    dashed('style="stroke-dasharray: .01px"'),
    dashed("stroke-dasharray='1e-9 1e-9'", "M0 0L512 512"),
    dashed('stroke-dasharray="4 4" pathLength="1e9"', "M0 0L512 512"),
    dashed('stroke-dasharray="0.01%"', "M0 0L512 512"),
    svg('<rect width="512" height="512" filter="blur(500)"/>'),
    svg('<rect width="512" height="512" style="fill:red;filter: blur(500px)"/>'),
  ])
    assert.throws(() => requirePlainSvg(hostile, "svg"), { code: "image_rejected" }, hostile);
  for (const good of [
    dashed('stroke-dasharray="4 4"', "M0 0L512 512C1 2 3 4 5 6"),
    dashed('stroke-dasharray="none"'),
    dashed('stroke-dasharray="0"'),
    plain,
  ])
    requirePlainSvg(good, "svg");
  assert.ok(limits.svgDashesMax * 27 < 200e6, "their memory is bounded");
});
