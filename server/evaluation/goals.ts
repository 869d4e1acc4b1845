/** Goals of a report: rows of a value beside what was asked, and whether it is met. */
import type { Column, Row, Section } from "./report.ts";

const columns: readonly Column[] = [
  { key: "value", label: "measured", digits: 2 },
  { key: "goal", label: "goal", digits: 2 },
  { key: "isMet", label: "met", digits: 0, isYesNo: true },
];

/** Differences of shares are inexact in their last digits. */
const tolerance = 1e-9;

const goalRow = (what: string, n: number, value: number, goal: number, isMet: boolean): Row => ({
  what,
  role: "measured",
  n,
  values: { value, goal, isMet: Number(isMet) },
});

export const atLeast = (what: string, n: number, value: number, goal: number): Row =>
  goalRow(`${what}, at least`, n, value, goal, value >= goal - tolerance);

export const atMost = (what: string, n: number, value: number, goal: number): Row =>
  goalRow(`${what}, at most`, n, value, goal, value <= goal + tolerance);

export const goalsSection = (about: string, rows: readonly Row[]): Section => ({
  id: "targets",
  title: "Targets",
  about,
  tables: [{ title: "Goals and results", columns, rows }],
  figures: [],
});
