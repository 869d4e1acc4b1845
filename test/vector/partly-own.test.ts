/** Tests that a drawing with something put on it keeps the nodes of what is still there, and that only what is new is traced. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toStraightRgba } from "../../server/engine/pixels/pixels.ts";
import { renderSvg } from "../../server/images/codec.ts";
import { stretchesOf } from "../../server/vector/given/stretches.ts";
import { vectorise } from "../../server/vector/vectorise.ts";
import type { Path } from "../../shared/vectors/vector-path.ts";

const sidePx = 256;
const look = 'fill="none" stroke="#102030" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
const drawing = (body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><g ${look}>${body}</g></svg>`;
const kept = '<path id="lid" d="M4 4h12"/><circle id="ring" cx="7" cy="12" r="3"/>';
const given = drawing(`${kept}<path id="side" d="M20 4v16"/><path id="base" d="M4 20h16"/>`);
const plus = '<path d="M18 15v6M15 18h6"/>';
/** The side ends at 10, the base at 10: with round ends they leave room for the badge. */
const withBadge = drawing(`${kept}<path d="M20 4v6"/><path d="M4 20h6"/>${plus}`);

const picture = async (svg: string) => toStraightRgba(await renderSvg(svg, sidePx), sidePx);
const made = async (answer: string, more: object = {}) =>
  vectorise(await picture(answer), { given, viewBox: 24, changed: "badge", ...more });
const layerOf = (svg: string, id: string): string | undefined =>
  svg.match(new RegExp(`<path id="${id}"[^>]* d="([^"]*)"`))?.[1];

test("shapes that a badge does not touch keep their nodes, lines end at its gap, and the badge is a layer of its own", async () => {
  const { svg, hasOwnNodes, layers } = await made(withBadge);
  assert.equal(hasOwnNodes, true);
  assert.deepEqual(
    layers.map(({ name }) => name),
    ["lid", "ring", "side", "base", "badge"],
  );
  assert.equal(layerOf(svg, "lid"), "M4 4h12");
  const [, side] = layerOf(svg, "side")!.match(/^M20 4v([\d.]+)$/)!;
  const [, base] = layerOf(svg, "base")!.match(/^M4 20h([\d.]+)$/)!;
  for (const length of [side, base]) assert.ok(Math.abs(Number(length) - 6) < 0.1, `${length} for 6`);
  assert.equal(layers.at(-1)!.strokePx! > 1.8, true);
});

test("nothing is kept where no part is said to be new, or most of it is another drawing", async () => {
  assert.equal((await made(withBadge, { changed: undefined })).hasOwnNodes, undefined);
  const other = drawing('<path d="M4 12h16M12 4v16"/><circle cx="12" cy="12" r="6"/>');
  assert.equal((await made(other)).hasOwnNodes, undefined);
});

test("closed outlines are traced where they are requested, and colours of a palette of several", async () => {
  assert.equal((await made(withBadge, { lines: "outlines" })).hasOwnNodes, undefined);
  assert.equal((await made(withBadge, { palette: ["#ff0000", "#0000ff"] })).hasOwnNodes, undefined);
});

test("a fill that is cut gets new outlines beside those that stay", async () => {
  const [square, dot] = ['<path id="box" d="M8 8h14v14h-14z"/>', '<path id="dot" d="M2 2h4v4h-4z"/>'];
  const fills = (body: string): string => drawing(body).replace(look, 'fill="#102030"');
  const cut = '<path d="M8 8h14v4h-10v10h-4z"/><path d="M14 14h9.5v9.5h-9.5z"/>';
  const { svg, layers } = vectorise(await picture(fills(`${dot}${cut}`)), {
    given: fills(`${dot}${square}`),
    viewBox: 24,
    changed: "badge",
  });
  assert.equal(layerOf(svg, "dot"), "M2 2h4v4h-4z");
  assert.deepEqual(
    layers.map(({ name }) => name),
    ["dot", "box", "badge"],
  );
});

test("dots of lines without length stay", async () => {
  const dots = drawing('<path d="M6 12h.0001"/><path d="M12 12h.0001"/><path d="M4 20h16"/>');
  const { svg, hasOwnNodes } = vectorise(await picture(dots), { given: dots, viewBox: 24 });
  assert.equal(hasOwnNodes, true);
  assert.match(svg, /d="M6 12h.001"/);
});

test("a path is split where it is gone, with its own nodes between, also past its start", () => {
  const closed: Path = { start: [0, 0], segments: [{ to: [10, 0] }, { to: [10, 10] }, { to: [0, 10] }] };
  assert.deepEqual(
    stretchesOf(closed, () => true, 1),
    [closed],
  );
  const [rest, ...others] = stretchesOf(closed, ([x, y]) => !(x > 8 && y > 4 && y < 6), 1);
  assert.equal(others.length, 0);
  assert.equal(rest!.isOpen, true);
  const corners = rest!.segments.map(({ to }) => to.map(Math.round));
  assert.deepEqual(
    [rest!.start.map(Math.round), ...corners],
    [
      [10, 6],
      [10, 10],
      [0, 10],
      [0, 0],
      [10, 0],
      [10, 4],
    ],
  );
  const curve: Path = {
    start: [0, 0],
    segments: [
      {
        to: [20, 0],
        handles: [
          [0, 10],
          [20, 10],
        ],
      },
    ],
    isOpen: true,
  };
  const halves = stretchesOf(curve, ([x]) => Math.abs(x - 10) > 2, 1);
  assert.equal(halves.length, 2);
  assert.ok(Math.abs(halves[0]!.segments[0]!.to[0] - 8) < 0.1);
  assert.deepEqual(halves[1]!.segments[0]!.to, [20, 0]);
});

test("a frame that is drawn at another size is no badge on what is within: then all is traced", async () => {
  const framed = (inset: number): string =>
    drawing(
      `<path d="M${inset} ${inset}h${24 - 2 * inset}v${24 - 2 * inset}h-${24 - 2 * inset}z"/><path d="M11 12h2"/>`,
    );
  const answer = await picture(framed(5));
  const { hasOwnNodes } = vectorise(answer, { given: framed(3), viewBox: 24, changed: "badge" });
  assert.equal(hasOwnNodes, undefined);
});
