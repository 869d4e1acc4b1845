/** Hard shadows: found in icons, taken off them, drawn behind answers at any size and as paths of their own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { averageAreas } from "../../../server/engine/pixels/areas.ts";
import { finish } from "../../../server/engine/pixels/finish.ts";
import { channelsOfHex } from "../../../server/engine/pixels/hex-colour.ts";
import { type Drawing, inInk } from "../../../server/engine/pixels/ink-colour.ts";
import { hardShadowOf } from "../../../server/engine/pixels/shadows/hard-shadow.ts";
import type { Shadow } from "../../../server/engine/pixels/shadows/shadow.ts";
import { withShadows } from "../../../server/engine/pixels/shadows/with-shadows.ts";
import { shadowsOf } from "../../../server/engine/pixels/shadows/without-shadows.ts";
import { styleInkOf } from "../../../server/engine/pixels/style-ink.ts";
import { usualInk } from "../../../server/engine/pixels/usual-ink.ts";
import { inkOfStyle, looksOf, readInInk, readPicture } from "../../../server/engine/read-in-ink.ts";
import { entryOfShadow, shadowOfEntry } from "../../../server/experts/style-entries/shadow-entry.ts";
import { inInkOfMost } from "../../../server/training/style/style-icons.ts";
import { vectorise } from "../../../server/vector/vectorise.ts";
import { twiceAsLarge } from "../twice-as-large.ts";

const sizePx = 64;
const pixels = sizePx ** 2;
type Colour = readonly [number, number, number];
const [blue, pink, red]: Colour[] = [
  [0.1, 0.3, 0.8],
  [1, 0.7, 0.8],
  [0.8, 0.2, 0.1],
];
const clamped = (value: number): number => Math.min(1, Math.max(0, value));

/** A ring and a bar beside it, of an ink; each icon has others. */
function iconAt(at: number, colour = blue!) {
  const planes = new Float32Array(4 * pixels);
  const [x, y, radius] = [24 + (at % 5), 22 + (at % 4), 14 + (at % 3)];
  const isRing = at % 4 !== 3;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const [column, row] = [(pixel % sizePx) + 0.5, Math.floor(pixel / sizePx) + 0.5];
    const away = Math.hypot(column - x, row - y);
    const ring = Math.min(clamped(radius - away + 0.5), isRing ? clamped(away - radius + 5.5) : 1);
    const bar = Math.min(
      clamped(3 - Math.abs(row - 46 - (at % 3)) + 0.5),
      clamped(18 - (at % 6) - Math.abs(column - 30) + 0.5),
    );
    const alpha = Math.max(ring, bar);
    for (const [channel, value] of [...colour, 1].entries()) planes[channel * pixels + pixel] = value * alpha;
  }
  return { planes, sizePx };
}
const plain = Array.from({ length: 9 }, (_, at) => iconAt(at));
const layer = (fields: Partial<Shadow> = {}): Shadow => ({
  paint: { ink: pink!, alpha: 1 },
  isFilled: false,
  right: 4 / sizePx,
  down: 5 / sizePx,
  ...fields,
});
const shadow = layer();
const print = layer({ paint: { ink: blue!, alpha: 0.2 }, isFilled: true });
const second = layer({ paint: { ink: [0, 0, 0], alpha: 1 }, right: 3 / sizePx, down: 2 / sizePx });
const drawn = (...shadows: Shadow[]) => plain.map(({ planes }) => ({ planes: withShadows(planes, shadows), sizePx }));
const apart = (one: ArrayLike<number>, other: ArrayLike<number>): number =>
  Array.from(one).reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;
const shown = (drawings: readonly Drawing[], key = "") => ({
  kind: "images" as const,
  images: drawings.map((drawing, at) => ({ kind: "image" as const, ...drawing, key: `hard ${key} ${at}` })),
});
const readers = { conditions: [] };

test("what one icon shows of a shadow's paint elsewhere is taken off too, where the others have none of their own", () => {
  const icons = drawn(shadow).map(({ planes }, at) => ({ planes: planes.slice(), sizePx, at }));
  // A patch inside of one icon's ring, where no shadow falls.
  for (const pixel of [...Array(25).keys()].map((at) => (22 + Math.floor(at / 5)) * sizePx + 24 + (at % 5)))
    for (const [channel, value] of [...pink!, 1].entries()) icons[0]!.planes[channel * pixels + pixel] = value;
  const found = shadowsOf(icons)!;
  assert.equal(found.shadows[0]!.hasAllPaint, true);
  assert.ok(styleInkOf(icons).isOneInk);
  const many = icons.map(({ planes, at }) => ({ planes: at < 5 ? icons[0]!.planes : planes, sizePx }));
  assert.equal(shadowsOf(many)!.shadows[0]!.hasAllPaint, undefined);
});

test("a hard shadow and a print of the filled silhouette in a tint are found in the icons with their shift", () => {
  for (const [shadows, isOfOneColour] of [
    [shadow, false],
    [print, true],
  ] as const) {
    const found = hardShadowOf(drawn(shadows), isOfOneColour)!;
    assert.equal(found.isFilled, shadows.isFilled);
    for (const of of ["right", "down"] as const)
      assert.ok(Math.abs(found[of] - shadows[of]) * sizePx <= 0.6, `${of} ${found[of] * sizePx}`);
    assert.ok(apart([...found.paint.ink, found.paint.alpha], [...shadows.paint.ink, shadows.paint.alpha]) < 0.02);
  }
});

test("icons alone, few icons, duotones, lines around fills with lines within, and shadows each elsewhere have no such layer", () => {
  assert.equal(shadowsOf(plain), undefined);
  assert.equal(hardShadowOf(drawn(shadow).slice(0, 5), false), undefined);
  const tinted = plain.map(({ planes }, at) => {
    const other = iconAt(at + 1).planes;
    return { planes: planes.map((value, pixel) => Math.max(value, 0.25 * other[pixel]!)), sizePx };
  });
  assert.equal(hardShadowOf(tinted, true), undefined);
  const lined = plain.map((_, at) => {
    const planes = new Float32Array(4 * pixels);
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      const [column, row] = [(pixel % sizePx) + 0.5, Math.floor(pixel / sizePx) + 0.5];
      const inside = 20 + (at % 4) - Math.hypot(column - 30 - (at % 3), row - 32);
      const isLine = inside < 3 || Math.floor(column) % 8 < 2 || Math.floor(row) % 10 < 2;
      for (const [channel, value] of [...blue!, 1].entries())
        planes[channel * pixels + pixel] = clamped(inside) * (isLine && channel < 3 ? 0 : value);
    }
    return { planes, sizePx };
  });
  assert.equal(hardShadowOf(lined, false), undefined);
  const elsewhere = plain.map(({ planes }, at) => {
    const [right, down] = [(((at * 5) % 7) - 3) / 30, (((at * 3) % 7) - 3) / 30];
    return { planes: withShadows(planes, [layer({ right, down })]), sizePx };
  });
  assert.equal(hardShadowOf(elsewhere, false), undefined);
});

const margin = layer({ paint: { ink: [1, 1, 1], alpha: 1 }, right: 0, down: 0, around: 4 / sizePx });

test("a sticker's light margin is found with its width, taken off its icons and drawn around answers; a dark one is a line around", () => {
  const stickers = drawn(margin);
  const style = styleInkOf(stickers);
  assert.ok(Math.abs(style.shadows![0]!.around! - margin.around!) * sizePx <= 0.5, `${style.shadows![0]!.around}`);
  assert.equal(style.isOneInk, true);
  assert.ok(apart(style.ink!, blue!) < 0.02);
  const alone = shadowsOf(stickers)!.alone;
  for (const [at, { planes }] of alone.entries()) assert.ok(apart(planes, plain[at]!.planes) < 0.01, `icon ${at}`);
  const { planes, apart: layers } = finish(plain[0]!.planes, { shadows: style.shadows });
  assert.ok(apart(planes, stickers[0]!.planes) < 0.01);
  assert.equal(layers!(twiceAsLarge(plain[0]!.planes, sizePx)).beneath.length, 1);
  assert.deepEqual(shadowOfEntry(entryOfShadow(margin)), margin);
  const dark = layer({ ...margin, paint: { ink: [0.1, 0.05, 0.05], alpha: 1 } });
  assert.equal(hardShadowOf(drawn(dark), false)?.around, undefined);
});

test("what a sticker of several colours encloses in its margin's white is its own, and what one of one ink does is the margin", () => {
  /** A disc, perhaps with a band of another colour, with a white eye or a hole. */
  const discAt = (at: number, isWhite: boolean, isTwoColours: boolean) => {
    const planes = new Float32Array(4 * pixels);
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      const [column, row] = [(pixel % sizePx) + 0.5, Math.floor(pixel / sizePx) + 0.5];
      const [away, toEye] = [
        Math.hypot(column - 30 - (at % 4), row - 32),
        Math.hypot(column - 30, row - 30 - (at % 3)),
      ];
      const eye = clamped(4 - toEye + 0.5);
      const alpha = clamped(17 + (at % 3) - away + 0.5) * (isWhite ? 1 : 1 - eye);
      const own = isTwoColours && Math.abs(row - 41) < 3 ? red! : blue!;
      for (const [channel, value] of own.entries())
        planes[channel * pixels + pixel] = alpha * (isWhite ? value + eye * (1 - value) : value);
      planes[3 * pixels + pixel] = alpha;
    }
    return { planes: withShadows(planes, [margin]), sizePx };
  };
  const middle = 30 * sizePx + 30;
  for (const [isWhite, isTwoColours, alpha] of [
    [true, true, 1],
    [false, false, 0],
  ] as const) {
    const found = shadowsOf(Array.from({ length: 9 }, (_, at) => discAt(at, isWhite, isTwoColours)))!;
    assert.equal(found.shadows.length, 1);
    assert.notEqual(found.shadows[0]!.around, undefined);
    assert.ok(Math.abs(found.alone[0]!.planes[3 * pixels + middle]! - alpha) < 0.05);
  }
});

test("icons come off a layer as they were without it, also off two shadows, and the rest is read as any style", () => {
  for (const shadows of [[shadow], [print], [second, shadow]]) {
    const found = shadowsOf(drawn(...shadows))!;
    assert.equal(found.shadows.length, shadows.length);
    for (const [at, { planes }] of found.alone.entries()) assert.ok(apart(planes, plain[at]!.planes) < 0.008, `${at}`);
  }
  const ink = styleInkOf(drawn(shadow));
  assert.ok(ink.isOneInk && apart(ink.ink!, blue!) < 0.02);
  assert.equal(ink.shadows!.length, 1);
});

test("fills of the shadow's colour that lines enclose stay the drawing's own", () => {
  const filled = plain.map(({ planes }, at) => {
    const both = planes.slice();
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      const [column, row] = [pixel % sizePx, Math.floor(pixel / sizePx)];
      const inside = Math.hypot(column + 0.5 - 24 - (at % 5), row + 0.5 - 22 - (at % 4)) < 12 + (at % 3);
      const free = inside ? 1 - planes[3 * pixels + pixel]! : 0;
      for (const [channel, value] of [...pink!, 1].entries()) both[channel * pixels + pixel]! += free * value;
    }
    return { planes: both, sizePx };
  });
  const found = shadowsOf(filled.map(({ planes }) => ({ planes: withShadows(planes, [shadow]), sizePx })))!;
  for (const [at, { planes }] of found.alone.entries()) assert.ok(apart(planes, filled[at]!.planes) < 0.012, `${at}`);
});

test("a layer lies where it should at every size, and what is traced has it as a path of its own beneath the drawing", () => {
  const { planes } = plain[0]!;
  const { planes: small, again, apart: parted } = finish(planes, { isOneInk: false, ink: red, shadows: [shadow] });
  const large = again(twiceAsLarge(planes, sizePx));
  const shrunk = small.map((_, at) => {
    const [channel, y, x] = [Math.floor(at / pixels), Math.floor((at % pixels) / sizePx), at % sizePx];
    const from = channel * 4 * pixels + 2 * y * 2 * sizePx + 2 * x;
    return (large[from]! + large[from + 1]! + large[from + 2 * sizePx]! + large[from + 2 * sizePx + 1]!) / 4;
  });
  assert.ok(apart(shrunk, small) < 0.02, `${apart(shrunk, small)}`);
  const { planes: alone, beneath } = parted!(twiceAsLarge(planes, sizePx));
  const rgba = new Uint8Array(16 * pixels);
  for (let at = 0; at < 4 * pixels; at += 1) if (alone[12 * pixels + at]! >= 0.5) rgba.set([204, 51, 26, 255], 4 * at);
  const traced = { rgba, widthPx: 2 * sizePx, heightPx: 2 * sizePx, beneath };
  const { svg, layers } = vectorise(traced);
  // A colour has a path for its lines, and one for what else it has.
  assert.deepEqual([...new Set(layers.map(({ hex }) => hex))], ["#ffb3cc", "#cc331a"]);
  assert.equal(svg.includes("opacity"), false);
  const faint = finish(planes, { ink: blue, shadows: [print] }).apart!(twiceAsLarge(planes, sizePx)).beneath;
  assert.match(vectorise({ ...traced, beneath: faint }).svg, /fill="#1a4dcc" fill-opacity="0.2"/);
});

test("styles and drawings are read without such layers, also a drawing whose style has one where the requested style has none", () => {
  const [own, wanted] = [
    shown(drawn(print), "own"),
    shown(
      plain.map((_, at) => iconAt(at, red!)),
      "plain",
    ),
  ];
  const values = { style: wanted, drawing: own.images[0]!, "drawing-style": own };
  const read = readInInk(readers, values, inkOfStyle(readers, values));
  const bare = readInInk(
    readers,
    { style: wanted, drawing: shown(plain, "bare").images[0]!, "drawing-style": shown(plain, "bare") },
    inkOfStyle(readers, values),
  );
  const planesOf = (of: typeof read): Float32Array => {
    assert.ok(of.drawing?.kind === "image");
    return of.drawing.planes;
  };
  assert.ok(apart(planesOf(read), planesOf(bare)) < 0.008);
  assert.ok(read["drawing-style"]?.kind === "images");
  assert.ok(apart(read["drawing-style"].images[1]!.planes, planesOf(bare)) > 0);
  const end = readPicture(readers, own.images[0]!, values)!;
  assert.equal(end.styleInk.shadows!.length, 1);
  assert.ok(apart(end.planes, planesOf(bare)) < 0.008);
});

test("requested colours paint the drawing first and then its layer, which follows the ink where it is a tint of it", () => {
  const coloursOf = (shadows: Shadow, hexes: string[]) => {
    const style = shown(drawn(shadows), `${shadows.paint.alpha}`);
    const colours = { kind: "colours" as const, colours: hexes };
    const looks = looksOf(readers, { style, colours }, inkOfStyle(readers, { style, colours }));
    return [looks.ink, looks.shadows![0]!.paint.ink];
  };
  assert.deepEqual(coloursOf(shadow, ["#ff0000", "#00ff00"]), [
    [1, 0, 0],
    [0, 1, 0],
  ]);
  assert.ok(apart(coloursOf(shadow, ["#ff0000"])[1]!, pink!) < 0.02);
  assert.deepEqual(coloursOf(print, ["#ff0000"]), [
    [1, 0, 0],
    [1, 0, 0],
  ]);
});

test("a drawing with a hole comes off its layer, its hole stays, and its pixels are made once", () => {
  const own = shown(drawn(shadow), "holed");
  const hole = Float32Array.from({ length: pixels }, (_, at) => Number(at % sizePx > 40));
  const drawing = { ...own.images[0]!, hole };
  const values = { style: own, drawing, "drawing-style": own };
  const read = readInInk(readers, values, inkOfStyle(readers, values)).drawing;
  assert.ok(read?.kind === "image");
  assert.equal(read.hole, hole);
  const { planes } = read;
  assert.equal(read.planes, planes);
  const bare = readInInk(readers, { drawing: shown(plain).images[0]! }, { isOneInk: true, ink: blue! }).drawing;
  assert.ok(bare?.kind === "image" && apart(planes, bare.planes) < 0.008);
});

test("icons that a style is trained on come off their shadow, which the style keeps, also with one of another colour among them", () => {
  const alike = Array.from({ length: 12 }, (_, at) => iconAt(at, at === 5 ? red! : blue!));
  const { images } = shown(
    alike.map(({ planes }) => ({ planes: withShadows(planes, [shadow]), sizePx })),
    "trained",
  );
  const { icons, styleInk } = inInkOfMost(images);
  assert.deepEqual([icons.length, styleInk.isOneInk, styleInk.shadows!.length], [11, true, 1]);
  assert.ok(apart(styleInk.ink!, blue!) < 0.02 && apart(styleInk.shadows![0]!.paint.ink, pink!) < 0.02);
  const ink = channelsOfHex(usualInk);
  for (const [at, { planes }] of icons.entries()) {
    const bare = inInk(alike[at < 5 ? at : at + 1]!.planes, ink);
    assert.ok(apart(planes, bare) < 0.008, `${at}`);
  }
});

test("images of the same names in another size are a style of their own", () => {
  const small = plain.map(({ planes }) => ({ planes: averageAreas(planes, sizePx, sizePx / 2), sizePx: sizePx / 2 }));
  const pale = small.map(({ planes, sizePx: side }) => ({ planes: inInk(planes, red!), sizePx: side }));
  const inkOfShown = (drawings: readonly Drawing[]) => inkOfStyle(readers, { style: shown(drawings, "same") }).ink!;
  assert.ok(apart(inkOfShown(plain), blue!) < 0.02);
  assert.ok(apart(inkOfShown(pale), red!) < 0.02);
});

test("a manifest keeps a layer", () => {
  const kept = shadowOfEntry(entryOfShadow(print));
  assert.ok(apart([kept.right, kept.down, ...kept.paint.ink], [print.right, print.down, ...blue!]) < 0.003);
  assert.deepEqual([kept.isFilled, kept.paint.alpha], [true, 0.2]);
});
