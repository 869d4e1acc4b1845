/** A small library for tests of captions: shapes of one set, found by what a test says of each text. */
import type { DrawingChoice, DrawingFinder } from "../../../server/engine/interfaces.ts";
import { colourOf, withoutColours } from "../../../server/experts/label-names.ts";
import type { inLibraryOrComposed } from "../../../server/inference/drawings/composed-finder.ts";

type Captions = Parameters<typeof inLibraryOrComposed>[0];
export type Says = ReturnType<DrawingChoice["says"]>;

export const fits: Says = { match: 0.98, saysAll: true, isPart: false, isContrary: false };
const bodies: Readonly<Record<string, string>> = {
  box: '<path d="M4 4h16v16H4zM4 12h16M12 4v16" fill="none" stroke="currentColor" stroke-width="2"/>',
  plus: '<path d="M12 4v16M4 12h16" fill="none" stroke="currentColor" stroke-width="4"/>',
  gem: '<path d="M12 3l9 9-9 9-9-9z" fill="currentColor"/>',
  drone: '<circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" stroke-width="2"/>',
};

/**
 * @param near names that are near to any words
 * @param known what the names that fit some words say, one or several, among which noise chooses; all show the first known word
 */
export function captionsOf(
  known: Readonly<Record<string, Says | readonly Says[]>>,
  near: readonly string[] = [],
): Captions {
  const find: DrawingFinder["find"] = ({ text = "", onlyCalledSo }) => {
    const all = [known[text] ?? []].flat().filter(({ saysAll }) => saysAll || !onlyCalledSo);
    const name = text.split(" ").find((word) => bodies[word]);
    if (all.length === 0 || !name) return undefined;
    return {
      match: Math.max(...all.map(({ match }) => match)),
      saysAll: all.some(({ saysAll }) => saysAll),
      says: (entry) => all[entry]!,
      choose: (noise) => {
        const weights = noise(all.length);
        const entry = weights.indexOf(Math.max(...weights));
        return { entry, cosine: all[entry]!.match };
      },
      inOrder: () => [...all.keys()],
      lossesBySet: () => new Map([["shapes", 0]]),
      likeness: () => 0,
      fit: () => 0,
      open: () => ({
        svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">${bodies[name]}</svg>`,
        name,
        set: "shapes",
      }),
    };
  };
  const expert = { dims: 2, encode: async () => new Float32Array([1, 0]) };
  const labels = { dims: 2, plainOf: withoutColours, colourIn: colourOf };
  const conditions = [
    { name: "caption", expert },
    { name: "label", expert: labels },
  ];
  const from = { id: "words", conditions, retriever: {} };
  const captions = {
    from,
    styles: new Set<string>(),
    library: {
      find,
      spelled: (caption: string) => caption,
      namesNear: () => near,
      setsDiffer: () => 0,
      named: () => undefined,
    },
  };
  return captions as unknown as Captions;
}

export const shapes = { set: "shapes", licence: "MIT", styles: ["shapes"] };
