/**
 * Which sets the icons of a family start from, so that they look drawn by one hand: few sets that together have as many of the things as
 * can be, each drawn about as well as the best drawing of any set, and by sets that look alike. Facility location, whose customers are
 * captions and whose sites are sets: the set that saves most is opened first, then further ones while they save more than they cost, and
 * then each is changed for another as long as that saves more (Teitz & Bart 1968, vertex substitution).
 */

/** Of one thing: log-weight by which each set's drawing of it that fits best is below the best of all, 0 or more. */
export type SetLosses = ReadonlyMap<string, number>;

/** What a thing costs that none of the sets has, and so the most that a drawing of theirs may be below the best. */
export const handMargin = 4.5;
/** What a thing costs besides by how unlike the first set looks that draws it (set-looks.ts). */
export const unlikeLoss = 3;
/** What a set costs: one more hand for the sake of one thing is none the better. */
const setCost = 5;
/** Sets are few. */
const setsMost = 6;

interface HandOptions {
  /** The set that others had better look like; absent = the one that has most. */
  readonly like?: string | undefined;
  readonly differ?: (one: string, other: string) => number;
  /** Factor on what a set saves, of which seeds have their own. */
  readonly liking?: (set: string) => number;
}

/**
 * @param things what each thing of the family loses by set
 * @returns the set that has most of the things first
 */
export function setsOfOneHand(
  things: readonly SetLosses[],
  { like, differ = () => 0, liking = () => 1 }: HandOptions = {},
): string[] {
  const all = [...new Set(things.flatMap((losses) => [...losses.keys()]))].sort();
  let first = like;
  const lossOf = (losses: SetLosses, set: string): number => {
    const loss = losses.get(set) ?? handMargin;
    return loss >= handMargin || first === undefined ? loss : loss + unlikeLoss * differ(first, set);
  };
  const costOf = (losses: SetLosses, sets: readonly string[]): number =>
    sets.reduce((least, set) => Math.min(least, lossOf(losses, set)), handMargin);
  const savedBy = (set: string, beside: readonly string[]): number => {
    const saved = things.map((losses) => costOf(losses, beside) - costOf(losses, [...beside, set]));
    return liking(set) * saved.reduce((sum, one) => sum + one, 0);
  };
  const bestBeside = (chosen: readonly string[]): string | undefined => {
    let [best, most]: [string | undefined, number] = [undefined, setCost];
    for (const set of all) {
      if (chosen.includes(set)) continue;
      const saved = savedBy(set, chosen);
      if (saved > most) [best, most] = [set, saved];
    }
    return best;
  };
  first ??= bestBeside([]);
  const chosen: string[] = [];
  for (let next = bestBeside(chosen); next !== undefined && chosen.length < setsMost; next = bestBeside(chosen))
    chosen.push(next);
  for (let round = 0; round < setsMost; round += 1) {
    const before = chosen.join();
    for (const [at, own] of chosen.entries()) {
      const others = chosen.filter((_, place) => place !== at);
      const better = bestBeside(others);
      if (better !== undefined && savedBy(better, others) > savedBy(own, others)) chosen[at] = better;
    }
    if (chosen.join() === before) break;
  }
  const has = (set: string): number => savedBy(set, []);
  return chosen.sort((one, other) => has(other) - has(one));
}
