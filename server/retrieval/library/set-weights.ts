/**
 * How much sooner drawings of some sets are found than those of others that are called the same: of sets that show things as others do, and
 * of sets that have many things, so that icons which belong together start from few hands.
 */
import type { LibraryContent } from "./drawing-library-file.ts";
import type { NameFits } from "./name-fits.ts";

/** Log-weight per standard deviation by which drawings of a set show their names better than others of the same names do. */
const fitWeight = 5;
/** Drawings by which a set is known half. */
const halfKnown = 30;
/** Log-weight of a set with e times as many drawings, and drawings that are many and few. */
const [sizeWeight, many, few] = [0.35, 4000, 60] as const;
/** Log-weight below which a set's drawings are odd, and what such a set loses besides. */
const [oddBelow, oddLoss] = [-1.6, 2] as const;
/** Sets that have a name from which on it says how they differ. */
const setsLeast = 4;

interface SetWeight {
  /** Log-weight. */
  readonly weight: number;
  /** Whether its drawings show things worse than those of other sets. */
  readonly isOdd: boolean;
}

/** @param nameFits absent = no set shows things better @returns of each set */
export function setWeights(
  { sets, names, entryNames, entrySets }: Pick<LibraryContent, "sets" | "names" | "entryNames" | "entrySets">,
  nameFits: NameFits | undefined,
): SetWeight[] {
  const setsOfName = Array.from(names, () => new Set<number>());
  const [sums, counts] = [new Float32Array(names.length), new Float32Array(names.length)];
  const sizes = new Float32Array(sets.length);
  for (const [entry, name] of entryNames.entries()) {
    const set = entrySets[entry]!;
    sizes[set]! += 1;
    setsOfName[name]!.add(set);
    sums[name]! += nameFits?.of(entry) ?? 0;
    counts[name]! += 1;
  }
  const [better, compared] = [new Float32Array(sets.length), new Float32Array(sets.length)];
  for (const [entry, name] of entryNames.entries()) {
    if (setsOfName[name]!.size < setsLeast) continue;
    const set = entrySets[entry]!;
    better[set]! += (nameFits?.of(entry) ?? 0) - sums[name]! / counts[name]!;
    compared[set]! += 1;
  }
  return Array.from(sizes, (size, set) => {
    const ofSize = sizeWeight * Math.log(Math.min(many, Math.max(few, size)) / many);
    const ofFit = (fitWeight * better[set]!) / (compared[set]! + halfKnown);
    const isOdd = ofFit < oddBelow;
    return { weight: ofSize + ofFit - (isOdd ? oddLoss : 0), isOdd };
  });
}
