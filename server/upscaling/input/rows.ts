/**
 * Work on a picture, row by row, that lets others run between two bands of rows: a job on a large picture holds up no other, and
 * can be cancelled. Results are those of one go.
 */
import type { Pixels } from "../../engine/interfaces.ts";

/** Rows between two pauses: of 8 × 8 blocks 4096 px wide, whose work takes longest, some 50 ms. */
const bandRows = 32;

/** Lets others run; what it throws ends the work. */
export type Pause = () => Promise<void>;

export async function eachRow(rows: number, pause: Pause, work: (y: number) => void): Promise<void> {
  for (let y = 0; y < rows; y += 1) {
    if (y % bandRows === 0) await pause();
    work(y);
  }
}

/** @returns what `valueAt` gives for each place, [heightPx, widthPx] */
export async function mapRows(
  { widthPx, heightPx }: Pick<Pixels, "widthPx" | "heightPx">,
  pause: Pause,
  valueAt: (at: number) => number,
): Promise<Float32Array> {
  const values = new Float32Array(widthPx * heightPx);
  await eachRow(heightPx, pause, (y) => {
    for (let at = y * widthPx; at < (y + 1) * widthPx; at += 1) values[at] = valueAt(at);
  });
  return values;
}
