/** Names of colours as people say them, of colours that interfaces have. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOfColour, namesOfColours } from "../../shared/colour/colour-names.ts";
import { labOfHex } from "../../shared/colour/oklab.ts";

const named: Readonly<Record<string, readonly string[]>> = {
  // Slates of Tailwind, blue greys of Material.
  "blue grey": ["#94a3b8", "#64748b", "#475569", "#607d8b", "#546e7a"],
  "dark blue grey": ["#334155", "#1e293b", "#0f172a", "#33495f"],
  "light blue": ["#b0c4de", "#bfd7ea", "#87ceeb"],
  // Sky of Tailwind, Material's light blue, Fluent's and GitHub's blue.
  blue: ["#0ea5e9", "#0284c7", "#03a9f4", "#0078d4", "#0969da", "#3b82f6", "#1e90ff", "#4682b4"],
  "dark blue": ["#102a43", "#0b3954", "#1e3a8a", "#0c4a6e", "#000080"],
  cyan: ["#06b6d4", "#00bcd4", "#0e7490"],
  teal: ["#14b8a6", "#0f766e", "#009688"],
  // Grey, zinc, neutral and stone of Tailwind.
  grey: ["#6b7280", "#9ca3af", "#71717a", "#737373", "#78716c"],
  "dark grey": ["#374151", "#4b5563", "#3f3f46", "#424242"],
  "light grey": ["#cbd5e1", "#d1d5db", "#e4e4e7", "#cfd8dc"],
  white: ["#ffffff", "#f8fafc", "#fafafa"],
  black: ["#000000", "#1f2328", "#18181b", "#111827", "#020617"],
  red: ["#ef4444", "#dc2626", "#f44336"],
  orange: ["#f97316", "#ff9800"],
  green: ["#22c55e", "#10b981", "#4caf50"],
  purple: ["#8b5cf6", "#9333ea"],
};
for (const [name, hexes] of Object.entries(named))
  test(`colours that people call ${name} are called so`, () => {
    for (const hex of hexes) assert.equal(nameOfColour(labOfHex(hex)), name, hex);
  });

test("colours of one name are told apart by a number", () => {
  const labs = ["#64748b", "#475569", "#ef4444"].map(labOfHex);
  assert.deepEqual(namesOfColours(labs), ["blue grey", "blue grey 2", "red"]);
});
