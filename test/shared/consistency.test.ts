import assert from "node:assert/strict";
import { test } from "node:test";
import type { VectorFacts } from "../../shared/contract/vectors.ts";
import { consistencyOf, familyPalette } from "../../shared/vectors/consistency.ts";

const facts = (colours: Readonly<Record<string, number>>, strokePx = 8): VectorFacts => ({
  layers: Object.entries(colours).map(([hex, share]) => ({
    name: hex,
    hex,
    share,
    isGradient: false,
    outlineCount: 1,
  })),
  segmentCount: 4,
  strokePx,
  leftOutCount: 0,
});

test("a family's palette are the colours that its members have most of, near ones as one", () => {
  const members = [facts({ "#1d4ed8": 0.3, "#ffffff": 0.1 }), facts({ "#1e50d6": 0.2, "#dc2626": 0.05 })];
  assert.deepEqual(familyPalette(members, 8), ["#1d4ed8", "#ffffff", "#dc2626"]);
  assert.deepEqual(familyPalette(members, 2), ["#1d4ed8", "#ffffff"]);
});

test("icons that are alike have no spread, whatever their size in pixels", () => {
  const members = [
    { facts: facts({ "#111111": 0.25 }, 8), sidePx: 128 },
    { facts: facts({ "#111111": 0.25 }, 16), sidePx: 256 },
  ];
  assert.deepEqual(consistencyOf(members), {
    colourCount: 1,
    strokePx: 8,
    strokeSpread: 0,
    opticalSize: 0.5,
    opticalSpread: 0,
  });
});

test("thicker lines and more colours show as such", () => {
  const { strokeSpread, colourCount, opticalSpread } = consistencyOf([
    { facts: facts({ "#111111": 0.25 }, 4), sidePx: 128 },
    { facts: facts({ "#222222": 0.64 }, 12), sidePx: 128 },
  ]);
  assert.deepEqual([strokeSpread, colourCount, opticalSpread], [0.5, 2, 0.15]);
});
