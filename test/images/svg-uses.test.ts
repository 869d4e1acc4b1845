/** `<use>` and `<symbol>` as exports of drawing programs have them: drawn as the same shapes written out, and what is refused of them. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { renderSvg } from "../../server/images/codec.ts";
import { requirePlainSvg } from "../../server/images/svg.ts";
import { limits } from "../../shared/limits.ts";
import { blurText, blurUse } from "../../shared/vectors/vector-svg.ts";

const sizePx = 64;
const svg = (body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 64 64">${body}</svg>`;

const bar = "M2 2h12v4H2z";
const drawnAlike: ReadonlyArray<readonly [name: string, used: string, writtenOut: string]> = [
  [
    "a place, a transform and a colour of its own",
    `<defs><path id="a" d="${bar}"/></defs><use href="#a" x="8" y="30" fill="#c00"/><use xlink:href="#a" transform="translate(20 4) scale(2)"/>`,
    `<path d="${bar}" fill="#c00" transform="translate(8 30)"/><path d="${bar}" transform="translate(20 4) scale(2)"/>`,
  ],
  [
    "groups of uses, as Sketch exports them",
    `<defs><path id="path-1" d="${bar}"></path><g id="pair"><use xlink:href="#path-1"></use><use xlink:href="#path-1" y="10"></use></g></defs>
     <use id="Pair" fill="#00c" xlink:href="#pair" x="4"></use>`,
    `<g fill="#00c" transform="translate(4 0)"><path d="${bar}"/><path d="${bar}" transform="translate(0 10)"/></g>`,
  ],
  [
    "a symbol with a view box",
    `<symbol id="s" viewBox="0 0 16 8"><path d="${bar}"/></symbol><use href="#s" x="10" y="20" width="32" height="32"/>`,
    `<svg x="10" y="20" width="32" height="32" viewBox="0 0 16 8"><path d="${bar}"/></svg>`,
  ],
  [
    "a clip, as Figma and Sketch export frames",
    `<defs><path id="a" d="${bar}"/><clipPath id="c"><use href="#a"/></clipPath></defs><path clip-path="url(#c)" d="M0 0H9V64H0z"/>`,
    '<path d="M2 2H9V6H2z"/>',
  ],
];
for (const [name, used, writtenOut] of drawnAlike)
  it(`a <use> is drawn as the shapes that it shows: ${name}`, async () => {
    const expected = await renderSvg(svg(writtenOut), sizePx);
    assert.ok(expected.some((value) => value > 0));
    assert.deepEqual(await renderSvg(svg(used), sizePx), expected);
  });

const long = `<path id="a" d="M0 0${"c9 9 99 9 0 0".repeat(300)}"/>`;
const refused: ReadonlyArray<readonly [name: string, body: string, message: RegExp]> = [
  ["of another file", '<use href="other.svg#a"/>', /references inside the drawing only \(#name\), got other\.svg#a/],
  ["of the network", '<use xlink:href="https://example.org/a.svg#b"/>', /references inside the drawing only/],
  ["of what is not there", '<use href="#a"/>', /a <use> of what the drawing has, got #a/],
  [
    "of what only entities name",
    '<g id="a\'"/><g id="a&apos;"/><use href="#a&apos;"/>',
    /plain ids beside <use>, got a&apos;/,
  ],
  ["of what two elements may be", '<g id="a&apos;"><use href="#a\'"/></g><g id="a\'"/>', /plain ids beside <use>/],
  ["beside other ids", '<g xml:id="a"><use href="#a"/></g><g id="a"/>', /plain ids beside <use>/],
  ["of itself", `<g id="a"><path d="${bar}"/><use href="#a"/></g>`, /a <use> that does not show itself, got #a/],
  [
    "of itself by another",
    '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
    /a <use> that does not show itself/,
  ],
  ["of two things", `${long}<g id="b"/><use href="#b" xlink:href="#a"/>`, /a <use> with one target, got 2/],
  ["of more than a drawing may hold", `${long}${'<use href="#a"/>'.repeat(20)}`, /48000 characters, counted for each/],
  [
    "of a clipped shape as a clip",
    '<clipPath id="c"><path d="M0 0"/></clipPath><path id="a" clip-path="url(#c)" d="M0 0"/><clipPath id="d"><use href="#a"/></clipPath>',
    /clips and masks that are not clipped or masked themselves/,
  ],
  [
    "of a blurred shape",
    `<defs>${blurText(0, 4, { width: 64, height: 64 })}</defs><path id="a"${blurUse(0)} d="${bar}"/><use href="#a"/>`,
    /expected only .*, got <filter>/,
  ],
];
for (const [name, body, message] of refused)
  it(`a <use> is refused: ${name}`, () => {
    assert.throws(() => requirePlainSvg(svg(body), "svg"), { code: "image_rejected", message });
  });

it("clips within clips are refused: what they hold would not be counted", () => {
  const clips = '<clipPath id="c"><clipPath></clipPath><path clip-path="url(#d)" d="M0 0"/></clipPath>';
  assert.throws(() => requirePlainSvg(svg(clips), "svg"), {
    code: "image_rejected",
    message: /hold no clips and masks/,
  });
  const closed = `<clipPath id="c"/><clipPath id="d"><path d="${bar}"/></clipPath><path clip-path="url(#d)" d="${bar}"/>`;
  assert.doesNotThrow(() => requirePlainSvg(svg(closed), "svg"));
});

it("uses of uses that would draw billions of shapes are refused at once", () => {
  const copies = Array.from({ length: 12 }, (_, at) => `<g id="g${at + 1}">${`<use href="#g${at}"/>`.repeat(100)}</g>`);
  const text = svg(`<path id="g0" d="${bar}"/>${copies.join("")}<use href="#g12"/>`);
  assert.ok(text.length < limits.svgMaxChars);
  const started = performance.now();
  assert.throws(() => requirePlainSvg(text, "svg"), { code: "image_rejected" });
  for (const hostile of [
    '<use href="'.repeat(4000),
    "<use a=''".repeat(5000),
    `<use ${"a".repeat(40_000)}`,
    `<use ${"a".repeat(45_000)}>`,
  ])
    assert.throws(() => requirePlainSvg(hostile, "svg"), { code: "image_rejected" });
  assert.ok(performance.now() - started < 2000);
});
