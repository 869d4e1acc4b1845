/** Masks of drawings: holes and cuts as icon sets and drawing programs write them, and what would cost too much, which is refused. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { renderSvg } from "../../server/images/codec.ts";
import { requirePlainSvg } from "../../server/images/svg.ts";
import { limits } from "../../shared/limits.ts";

const svg = (body: string): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">${body}</svg>`;
const sizePx = 48;

/** Alpha, 0 to 1, at points in units of the view box. */
async function alphasOf(body: string, points: ReadonlyArray<readonly [number, number]>): Promise<number[]> {
  const planes = await renderSvg(svg(body), sizePx);
  return points.map(([x, y]) => {
    const at = Math.floor((y * sizePx) / 24) * sizePx + Math.floor((x * sizePx) / 24);
    return Math.round(10 * planes[3 * sizePx ** 2 + at]!) / 10;
  });
}

const disc = '<circle cx="12" cy="12" r="4" fill="#000"/>';
const square = '<rect x="2" y="2" width="20" height="20"';
const [middle, side] = [[12, 12] as const, [4.5, 12] as const];

it("a mask of white with a black shape cuts a hole, also where drawing programs write its box and its type", async () => {
  const white = '<rect width="24" height="24" fill="#fff"/>';
  for (const attributes of [
    "",
    ' style="mask-type:luminance" maskUnits="userSpaceOnUse" x="0" y="0" width="24" height="24"',
  ]) {
    const mask = `<mask id="a"${attributes}>${white}${disc}</mask>`;
    assert.deepEqual(await alphasOf(`${mask}${square} mask="url(#a)"/>`, [middle, side]), [0, 1]);
    assert.deepEqual(await alphasOf(`${mask}<g style="mask: url(#a)">${square}/></g>`, [middle, side]), [0, 1]);
  }
});

it("a mask by alpha keeps what lies under its shapes, whatever their colours", async () => {
  for (const type of ['mask-type="alpha"', 'style="mask-type:alpha"'])
    assert.deepEqual(
      await alphasOf(`<mask id="a" ${type}>${disc}</mask>${square} mask="url(#a)"/>`, [middle, side]),
      [1, 0],
    );
});

it("a mask of a stroke and of a gradient cuts as far as they are light", async () => {
  const gradient =
    '<linearGradient id="g"><stop offset="0.5" stop-color="#fff"/><stop offset="0.5" stop-color="#000"/></linearGradient>';
  const mask = `<defs>${gradient}</defs><mask id="a"><path d="M0 0h24v24H0z" fill="url(#g)"/></mask>`;
  assert.deepEqual(await alphasOf(`${mask}${square} mask="url(#a)"/>`, [side, [19.5, 12]]), [1, 0]);
  const stroke = '<mask id="a"><path d="M0 12h24" stroke="#fff" stroke-width="4"/></mask>';
  assert.deepEqual(await alphasOf(`${stroke}${square} mask="url(#a)"/>`, [middle, [12, 5]]), [1, 0]);
});

const long = `<path d="M0 0${"L9 9".repeat(1000)}"/>`;
const refused: ReadonlyArray<readonly [string, string, RegExp]> = [
  ["in a mask", '<mask id="a"><mask id="b"></mask></mask>', /hold no clips and masks, got one in another/],
  ["in a clip", '<clipPath id="a"><mask id="b"></mask></clipPath>', /hold no clips and masks/],
  ["that is masked", `<mask id="b">${disc}</mask><mask id="a"><g mask="url(#b)">${disc}</g></mask>`, /a cut of a cut/],
  ["that is clipped", '<mask id="a"><g clip-path="url(#b)"></g></mask>', /a cut of a cut/],
  [
    "that shows a masked shape elsewhere",
    `<mask id="b">${disc}</mask><g id="g" mask="url(#b)">${disc}</g><mask id="a"><use href="#g"/></mask>`,
    /a cut of a cut/,
  ],
  [
    "that is long, for many shapes",
    `<mask id="a">${long}</mask>${`<g style="mask :url(#a)"></g>`.repeat(15)}`,
    new RegExp(`at most ${limits.svgMaxChars} characters, counted for each use, got 15 uses`),
  ],
  [
    "that is used very often",
    `<mask id="a">${disc}</mask>${'<g mask="url(#a)">'.repeat(33)}`,
    /at most 32 uses of masks, got 33/,
  ],
  ["of a picture", '<mask id="a"><image href="#b"/></mask>', /expected only .*, got <image>/],
  ["behind a comment", '<g style="/**/mask:url(#a)"/>', /an SVG without comments in styles, got \/\*/],
  ["with a comment in its name", '<g style="mask/**/:url(#a)"/>', /an SVG without comments in styles/],
  ["of another document", '<g mask="url(https://example.org/a.svg#b)"/>', /references inside the drawing only/],
];
for (const [name, body, message] of refused)
  it(`a mask is refused: one ${name}`, () => {
    assert.throws(() => requirePlainSvg(svg(body), "svg"), { code: "image_rejected", message });
  });
