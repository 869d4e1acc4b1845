/**
 * Restyling: v says what the conditions of an image leave open, so the same v under another style or caption is the same image but for
 * that (arXiv 2005.13580, section 4.3).
 */
import { fieldOf } from "../../../shared/contract/conditions.ts";
import { type ConditionValues, namesOf } from "../conditions.ts";

/**
 * Conditions of the new image: what is requested, in the place of the same field of what the image was inverted under (an image of one
 * depth replaces one of another); the other fields stay.
 */
export function restyledConditions(source: ConditionValues, requested: ConditionValues): ConditionValues {
  const replaced = namesOf(requested).map(fieldOf);
  const stays = namesOf(source).filter((name) => !replaced.includes(fieldOf(name)));
  return { ...Object.fromEntries(stays.map((name) => [name, source[name]])), ...requested };
}
