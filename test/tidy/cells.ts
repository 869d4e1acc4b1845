/** Layouts of 8 × 8 cells as text: a letter is a colour of the usual palette, a dot is nothing. */
import { usualLayout } from "../../shared/contract/usual-layout.ts";

const ids: Readonly<Record<string, string>> = { k: "black", w: "white", r: "red", y: "yellow", g: "green", b: "brown" };

export const cellsOf = (...rows: readonly string[]): number[] =>
  [...rows.join("")].map((letter) => 1 + usualLayout.palette.findIndex(({ id }) => id === ids[letter]));

export const house = cellsOf(
  "...rr...",
  "..rrrr..",
  ".rrrrrr.",
  "rrrrrrrr",
  ".yyyyyy.",
  ".ykybby.",
  ".yyybby.",
  ".yyybby.",
);

/** What hangs together in no one-cell steps: a slope of two cells a row. */
export const slope = cellsOf(
  "k.......",
  "kk......",
  "kkkk....",
  "kkkkkk..",
  "kkkkkkkk",
  "kkkkkkkk",
  "kkkkkkkk",
  "kkkkkkkk",
);
