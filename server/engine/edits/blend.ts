/**
 * Blends: frames between two images. The residual is interpolated along the great circle, the conditions between those of both ends.
 * The first and last frame are the reconstructions of the two images.
 */
import type { FlowConditionName } from "../../../shared/contract/conditions.ts";
import { type EncodedCondition, type EncodedConditions, namesOf } from "../conditions.ts";
import { combine, slerp } from "./sphere.ts";

/** One end, or one frame: a residual and the conditions that it belongs to. */
export interface Blendable {
  readonly residual: Float32Array;
  readonly conditions: EncodedConditions;
}

/** @param position 0 = from, 1 = to; frame i of N is at i/(N − 1) */
export function blend(start: Blendable, end: Blendable, position: number): Blendable {
  const [from, to] = [ownedLike(start, end), ownedLike(end, start)];
  if (position === 0) return from;
  if (position === 1) return to;
  const names = new Set([...namesOf(from.conditions), ...namesOf(to.conditions)]);
  const conditions: Partial<Record<FlowConditionName, EncodedCondition>> = {};
  for (const name of names)
    conditions[name] = blendCondition(name, from.conditions[name], to.conditions[name], position);
  return { residual: slerp(from.residual, to.residual, position), conditions };
}

/** A condition that only one end has keeps its vector and fades to the learned "absent" embedding. */
function blendCondition(
  name: FlowConditionName,
  from: EncodedCondition | undefined,
  to: EncodedCondition | undefined,
  position: number,
): EncodedCondition {
  const presence = (1 - position) * (from?.presence ?? 0) + position * (to?.presence ?? 0);
  if (!from || !to) return { ...(from ?? to)!, presence };
  // Sentence vectors lie on a sphere; labels, cells and codes are interpolated linearly.
  const vector =
    name === "caption"
      ? slerp(from.vector, to.vector, position)
      : combine(1 - position, from.vector, position, to.vector);
  const { planes, ...blended } = to;
  // Two drawings on each other would be seen as one with the edges of both.
  const isOneDrawing = planes !== undefined && from.planes !== undefined && isEqual(planes, from.planes);
  return { ...blended, vector, presence, ...(isOneDrawing && { planes }) };
}

const isEqual = (one: Float32Array, other: Float32Array): boolean => one.every((value, at) => value === other[at]);

/** Treats a label that the caption named as given where the other end gives a label, so that guidance is the same in all frames. */
function ownedLike({ residual, conditions }: Blendable, other: Blendable): Blendable {
  const owned = namesOf(conditions).map((name): [FlowConditionName, EncodedCondition] => {
    const { named, ...condition } = conditions[name]!;
    const across = other.conditions[name];
    const isNamed = named !== undefined && (across === undefined || across.named !== undefined);
    return [name, isNamed ? { ...condition, named } : condition];
  });
  return { residual, conditions: Object.fromEntries(owned) };
}
