/** The pad from the keyboard: arrow keys move a cross, Space puts the pen down and lifts it. Pure. */
import { padPx, type Stroke } from "./strokes.ts";

type Point = Stroke["points"][0];

export interface KeyPen {
  readonly cursor: Point;
  /** What the pen drew since it was put down; absent while it is up. */
  readonly points?: readonly Point[];
}

/** Px of one press, and with Shift. */
const stepPx = { usual: 12, fine: 2 };
const moves: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export const restingPen: KeyPen = { cursor: [padPx / 2, padPx / 2] };

/** What a key does; `stroke` when it ended one. Undefined for keys that mean nothing here. */
export function pressKey(
  { cursor, points }: KeyPen,
  key: string,
  isFine: boolean,
): { readonly pen: KeyPen; readonly stroke?: readonly Point[] } | undefined {
  const move = moves[key];
  if (move !== undefined) {
    const step = isFine ? stepPx.fine : stepPx.usual;
    const within = (value: number): number => Math.min(padPx, Math.max(0, value));
    const next: Point = [within(cursor[0] + step * move[0]), within(cursor[1] + step * move[1])];
    return { pen: { cursor: next, ...(points && { points: [...points, next] }) } };
  }
  if (key === " ")
    return points === undefined ? { pen: { cursor, points: [cursor] } } : { pen: { cursor }, stroke: points };
  return key === "Escape" && points !== undefined ? { pen: { cursor } } : undefined;
}
