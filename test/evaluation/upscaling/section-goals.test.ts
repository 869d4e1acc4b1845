/** Goals that are read from the tables of other sections. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Row, Section } from "../../../server/evaluation/report.ts";
import { diversityGoals, inputsGoals } from "../../../server/evaluation/upscaling/goals/section-goals.ts";

const row = (what: string, values: Row["values"], role: Row["role"] = "measured"): Row => ({
  what,
  role,
  n: 6,
  values,
});
const section = (tables: Readonly<Record<string, readonly Row[]>>): Section => ({
  id: "any",
  title: "Any",
  about: "",
  tables: Object.entries(tables).map(([title, rows]) => ({ title, columns: [], rows })),
  figures: [],
});
const verdicts = (goals: readonly Row[]) => goals.map(({ values }) => [values["value"], values["isMet"]]);

describe("goals of other sections", () => {
  it("goals of hypotheses are those of the highest temperature, and what was not measured has none", () => {
    const photos = [row("temperature 0", { worst: 0 }), row("temperature 0.9", { worst: 0.07 })];
    const graphics = [
      row("temperature 0", { flat: 9, flatTruth: 2 }),
      row("temperature 0.9", { flat: 2.5, flatTruth: 2 }),
    ];
    const goals = diversityGoals(section({ "×4, photos": photos, "×4, graphics": graphics }));
    assert.deepEqual(verdicts(goals), [
      [0.07, 1],
      [125, 0],
    ]);
    assert.ok(goals.every(({ what }) => what.includes("temperature 0.9")));
    assert.deepEqual(diversityGoals(section({ "×4, photos": [row("temperature 0.9", {})] })), []);
    assert.deepEqual(diversityGoals(section({ "×2, photos": photos })), []);
  });

  it("goals of inputs compare with bicubic, and the worst icon and interface count", () => {
    const jpeg = [
      row("bicubic", { psnr: 25, blockiness: 1.1 }, "floor"),
      row("tau, clean 0", { psnr: 30, blockiness: 2 }),
      row("tau, clean 1", { psnr: 25.5, blockiness: 1 }),
    ];
    const drawn = [
      row("disc: bicubic", { white: 30, black: 31 }, "floor"),
      row("disc: tau", { white: 40, black: 30 }),
      row("interface: bicubic", { white: 20, halo: 9 }, "floor"),
      row("interface: tau", { white: 30, halo: 1 }),
    ];
    const goals = inputsGoals(section({ "×4, JPEG of quality 70": jpeg, "×4, drawn at their size": drawn }));
    const found = verdicts(goals);
    assert.deepEqual(
      found.map(([, isMet]) => isMet),
      [0, 1, 0, 1],
    );
    assert.deepEqual([found[0]![0], found[2]![0], found[3]![0]], [0.5, -1, 1]);
    assert.deepEqual(inputsGoals(section({})), []);
  });
});
