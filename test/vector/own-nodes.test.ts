/** Tests that a vector keeps the nodes of the SVG that was given where its picture is the answer, and is traced where it is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { renderSvg } from "../../server/images/codec.ts";
import { looksFor } from "../../server/vector/given/looks.ts";
import { pathsIn } from "../../server/vector/given/path-data.ts";
import { readShapes } from "../../server/vector/given/read-shapes.ts";
import { vectorise } from "../../server/vector/vectorise.ts";

const sidePx = 256;
const lines = (look: string, more = ""): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><g id="door_frame" fill="none" stroke="#102030" ${look}><path d="M4 6v12h10M8 4h8l4 5"/><circle cx="12" cy="12" r="3"/>${more}</g></svg>`;
const round = 'stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';

const picture = async (svg: string) => toStraightRgba(await renderSvg(svg, sidePx), sidePx);

const made = async (answer: string, given: string, more: object = {}, linePx?: number) =>
  vectorise({ ...(await picture(answer)), ...(linePx && { linePx }) }, { given, viewBox: 24, ...more });

test("a drawing that is the answer comes back with its own nodes, names and strokes", async () => {
  const { svg, hasOwnNodes, layers } = await made(lines(round), lines(round));
  assert.equal(hasOwnNodes, true);
  assert.match(svg, /id="door-frame" fill="none" stroke="#102030" stroke-width="2"/);
  assert.match(svg, /d="M4 6v12h10M8 4h8l4 5"/);
  assert.equal(layers.length, 2);
  assert.equal(layers[0]!.strokePx, 2);
});

test("its strokes get the width, ends, joins and colour of the answer", async () => {
  const sharp = lines('stroke-width="1.5" stroke-linecap="butt" stroke-linejoin="miter"').replace("#102030", "#c81e1e");
  const { svg, hasOwnNodes } = await made(sharp, lines(round), {}, (1.5 * sidePx) / 24);
  assert.equal(hasOwnNodes, true);
  assert.match(svg, /stroke="#c81e1e" stroke-width="1.5" stroke-linecap="butt" stroke-linejoin="miter"/);
  assert.match(svg, /d="M4 6v12h10M8 4h8l4 5"/);
});

test("an answer that shows something else is traced", async () => {
  for (const answer of [
    lines(round, '<path d="M18 18h3"/>'),
    lines(round.replace('"2"', '"3"')),
    lines(round).replace("v12", "v10"),
  ])
    assert.equal((await made(answer, lines(round))).hasOwnNodes, undefined);
});

test("what the answer does not show, such as white paper, is left out", async () => {
  const onPaper = lines(round).replace("<g ", '<rect width="24" height="24" fill="white"/><g ');
  const { hasOwnNodes, layers } = await made(lines(round), onPaper);
  assert.equal(hasOwnNodes, true);
  assert.equal(layers.length, 2);
});

test("ends and joins of the answer are seen in a small drawing too", async () => {
  const chevron = (ends: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="none" stroke="#000000" stroke-width="2" ${ends} d="m18 15l-6-6l-6 6"/></svg>`;
  const given = chevron('stroke-linecap="round" stroke-linejoin="round"');
  const { svg } = await made(chevron('stroke-linecap="butt" stroke-linejoin="miter"'), given);
  assert.match(svg, /stroke-linecap="butt" stroke-linejoin="miter"/);
});

test("a path of which the answer colours one part otherwise is traced", async () => {
  const two = lines(round, '<path d="M17 20h4"/>');
  const answer = lines(round, '<path stroke="#607d8b" d="M17 20h4"/>');
  const joined = two.replace("h10M8", "h10M17 20h4M8").replace('<path d="M17 20h4"/>', "");
  assert.equal((await made(answer, two)).hasOwnNodes, true);
  assert.equal((await made(answer, joined)).hasOwnNodes, undefined);
});

test("closed outlines are traced where they are requested", async () => {
  assert.equal((await made(lines(round), lines(round), { lines: "outlines" })).hasOwnNodes, undefined);
});

test("nothing of the text is passed on but numbers, words of ids and colours of the answer", async () => {
  const wild = lines(round)
    .replace('id="door_frame"', 'id="x&quot;/>&lt;script>" onload="alert(1)" class="a" data-b="c"')
    .replace("</svg>", '<title>hush</title><desc>hush</desc><defs><clipPath id="c"/></defs></svg>');
  const { svg, hasOwnNodes } = await made(lines(round), wild);
  assert.equal(hasOwnNodes, true);
  assert.doesNotMatch(svg, /script|onload|alert|class|data-b|hush|clip/);
});

test("fills keep their nodes, their holes and the answer's colours", async () => {
  const filled = (one: string, other: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="${one}" d="M2 2h20v20H2z"/><path fill="${other}" fill-rule="evenodd" d="M6 6h12v12H6zm3 3h6v6H9z"/></svg>`;
  const { svg, hasOwnNodes } = await made(filled("#2030c0", "#f0c020"), filled("#888888", "#111111"));
  assert.equal(hasOwnNodes, true);
  assert.match(svg, /fill="#2030c0" fill-rule="nonzero" d="M2 2h20v20h-20z"/);
  assert.match(svg, /fill="#f0c020" fill-rule="evenodd"/);
});

test("path data of any author is read, and errors are none", () => {
  const [arc] = pathsIn("M2 12a10 10 0 01.5 3")!;
  assert.deepEqual(arc!.segments.at(-1)!.to, [2.5, 15]);
  assert.deepEqual(
    pathsIn("m1 1 2 0 0 2z m1 0h3")!.map(({ start }) => start),
    [
      [1, 1],
      [2, 1],
    ],
  );
  for (const wrong of ["L1 1", "M1", "M1 1 l2", "M0 0 a1 1 0 2 0 3 3", "M0 0 x", `M0 0a${"2".repeat(40_000)}`])
    assert.equal(pathsIn(wrong), undefined, wrong.slice(0, 20));
});

test("what can't be read as shapes is none", () => {
  for (const text of [
    "",
    "<svg",
    '<svg viewBox="0 0 24 24"><g></svg>',
    '<!DOCTYPE svg><svg viewBox="0 0 24 24"><path d="M0 0h1"/></svg>',
    '<svg viewBox="0 0 24 24"><image href="x"/></svg>',
    '<svg viewBox="0 0 24 24"><g transform="scale(1 2)"><path stroke="red" d="M0 0h1"/></g></svg>',
    `<svg viewBox="0 0 24 24">${"<g>".repeat(100)}${"</g>".repeat(100)}</svg>`,
  ])
    assert.equal(readShapes(text), undefined, text.slice(0, 60));
});

test("the more and the larger shapes a drawing has, the fewer looks are tried", () => {
  const tried = (count: number, sidePx: number) => {
    const path = `<path stroke-width="9" d="M0 0L${sidePx} ${sidePx}"/>`;
    const { shapes } = readShapes(lines(round, path.repeat(count)).replace(/<path d=.*?\/><circle.*?\/>/, ""))!;
    return looksFor(shapes, 20);
  };
  const counts = (count: number, sidePx: number) => tried(count, sidePx).map(({ length }) => length);
  assert.deepEqual(counts(20, 100), [4, 4, 4, 4, 4]);
  assert.deepEqual(counts(40, 384), [1, 1, 1, 1, 1]);
  assert.deepEqual(counts(399, 60), [2, 2, 2, 2, 2]);
  assert.deepEqual(counts(399, 384), [1], "its own look at least");
  assert.deepEqual(tried(399, 60)[0], [{}, { cap: "butt", join: "miter" }], "the usual ends and joins first");
});

const drawn = (body: string): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">${body}</svg>`;
const traced: ReadonlyArray<readonly [what: string, answer: string, given: string]> = [
  [
    "a gradient",
    drawn(
      '<linearGradient id="g"><stop stop-color="#3a7be0"/><stop offset="1" stop-color="#5a9bff"/></linearGradient><path fill="url(#g)" d="M3 3h18v18H3z"/>',
    ),
    drawn('<path fill="#4a8bf0" d="M3 3h18v18H3z"/>'),
  ],
  [
    "a disc of a near colour",
    drawn('<path fill="#3366cc" d="M3 3h18v18H3z"/><circle fill="#5580dd" cx="12" cy="12" r="2.5"/>'),
    drawn('<path fill="#3366cc" d="M3 3h18v18H3z"/>'),
  ],
  ...[drawn('<path fill="#f00" fill-opacity=".3" stroke="#000" stroke-width="2" d="M4 4h16v16H4z"/>')].map(
    (svg) => ["a fill that shines through beside its stroke", svg, svg] as const,
  ),
  ...[drawn('<path d="M3 3h18v18H3z"/><path d="M0 0C1e5 0 1e5 1e5 0 1e5"/>')].map(
    (svg) => ["a curve that reaches far out", drawn('<path d="M3 3h18v18H3z"/>'), svg] as const,
  ),
];
for (const [what, answer, given] of traced)
  test(`${what} is traced, whatever the drawing's nodes`, async () => {
    assert.equal((await made(answer, given)).hasOwnNodes, undefined);
  });

test("a fill that the answer does not show is left out beside its stroke", async () => {
  const square = (fill: string): string =>
    drawn(`<path fill="${fill}" stroke="#000" stroke-width="2" d="M4 4h16v16H4z"/>`);
  const { svg, hasOwnNodes } = await made(square("none"), square("#fff"));
  assert.equal(hasOwnNodes, true);
  assert.match(svg, /fill="none" stroke="#000000"/);
});

test("layers of one name get names of their own", async () => {
  const named = ["a", "a", "a-2"].map((id, at) => `<path id="${id}" d="M${3 + 6 * at} 3h4v18h-4z"/>`).join("");
  const { hasOwnNodes, layers } = await made(drawn(named), drawn(named));
  assert.equal(hasOwnNodes, true);
  assert.deepEqual(
    layers.map(({ name }) => name),
    ["a", "a-2", "a-2-2"],
  );
});
