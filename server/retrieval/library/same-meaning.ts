/**
 * Words that icon sets use for the same thing or action: what is "file-remove" in one set is "document-delete" in another. Only names of
 * several words are read so, since the other words say which meaning is meant. Words are looked up as they are written or without the "s"
 * of several: a "setting" is no "set". Collected from the names of the library's sets. Also the only importer of the package stemmer.
 */
import { stemmer } from "stemmer";

/** A word in lower case without its ending (Porter 1980). */
export const stemOf = (word: string): string => stemmer(word);

/** Groups of equal meaning, a line each. */
const groups = `
add added adding plus create created
approve approved check checked checkmark confirm confirmed done tick verified verify
audio sound volume
ban banned block blocked blocking
bell notification
bike bicycle
bin trash trashcan
bolt lightning
call phone telephone
car automobile
cash money
cellphone mobile smartphone
chart graph
chat conversation message messages
clock time
cog config configuration gear preference setting
delete deleted deletion deleting remove removed removal removing
directory folder
doc document file
edit edited editing change changed changing modify modified
email envelope mail
film movie
find finding search searching
home house
image photo picture
internet web
marker pin
package parcel
padlock lock
airplane aeroplane plane
person user avatar profile
shop store
television tv
trolley cart
`;

/** What is new in interfaces; a "new year" has no plus. */
const made = new Set(
  (
    "message mail email chat conversation file folder document user contact customer member order task note post page tab window project item event " +
    "appointment meeting comment ticket image photo video account payment card list group team channel playlist product invoice booking " +
    "person member friend employee address device tag workspace"
  ).split(" "),
);
/** What names say a plus of besides. */
const madeInNames = new Set(
  "album bookmark collection directory doc envelope notification password picture profile reminder sheet".split(" "),
);

/** Without the ending of several: "glasses" are no "glass". */
const singular = (word: string): string => word.replace(/(?<=[^s]{3})s$/, "");

/** Whether interfaces make more of a thing, so that a new one is one that is added. */
export const isMade = (thing: string): boolean => made.has(thing.replace(/s$/, ""));

const first = new Map(
  groups
    .trim()
    .split("\n")
    .flatMap((line) => {
      const words = line.split(" ");
      return words.map((word) => [word, words[0]!] as const);
    }),
);

/**
 * The word that stands for all of a word's meaning; undefined for one that has no others.
 * @param words of the name, which say whether "new" is something that is added
 */
export function meaningOf(word: string, words: ReadonlySet<string>): string | undefined {
  if (word === "new") {
    const isAdded = [...words].some((other) => isMade(other) || madeInNames.has(singular(other)));
    return isAdded ? first.get("add") : undefined;
  }
  return first.get(singular(word)) ?? first.get(word);
}

/** A word by its meaning, or without the ending of several: "booking" is no "book". */
export const asMeant = (word: string, words: ReadonlySet<string>): string => meaningOf(word, words) ?? singular(word);
