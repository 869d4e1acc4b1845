/** Arrow keys among buttons that stand in rows. */

/** The button that an arrow key leads to, at an end the same one; undefined above the first row. */
export function nextButton(buttons: readonly HTMLElement[], at: number, key: string): HTMLElement | undefined {
  if (key === "ArrowUp" || key === "ArrowDown") return inRow(buttons, at, key === "ArrowUp" ? -1 : 1);
  return buttons[at + (key === "ArrowLeft" ? -1 : 1)] ?? buttons[at];
}

/** The button of the next row that is nearest to the same column. */
function inRow(buttons: readonly HTMLElement[], at: number, step: 1 | -1): HTMLElement | undefined {
  const from = buttons[at]!.getBoundingClientRect();
  const rows = buttons
    .map((button) => ({ button, box: button.getBoundingClientRect() }))
    .filter(({ box }) => (box.top - from.top) * step > 1);
  const next = Math.min(...rows.map(({ box }) => box.top * step)) * step;
  const row = rows.filter(({ box }) => Math.abs(box.top - next) < 1);
  row.sort((one, other) => Math.abs(one.box.left - from.left) - Math.abs(other.box.left - from.left));
  return row[0]?.button ?? (step === 1 ? buttons[at] : undefined);
}
