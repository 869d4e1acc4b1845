/**
 * Words that icon sets use for the same thing or action: what is "file-remove" in one set is "document-delete" in another. Only names of
 * several words are read so, since the other words say which meaning is meant, as they are written: a "setting" is no "set". Collected from the names of the library's sets. Words are
 * compared without their endings, as stems (Porter 1980, by the package stemmer, whose only importer this is).
 */
import { stemmer } from "stemmer";

/** A word in lower case without its ending. */
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
chat message messages
clock time
cog config configuration gear preference setting
delete deleted deletion deleting remove removed removal removing
directory folder
doc document file
edit edited editing modify modified
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

/** What interfaces make more of: a "new message" is one that is added, a "new moon" is not. */
const made = new Set(
  (
    "account album appointment bookmark card chat collection comment contact customer directory doc document email envelope event file folder " +
    "group image invoice item list mail message note notification order page password payment person photo picture playlist post product profile " +
    "project reminder sheet tab task team ticket user video window"
  ).split(" "),
);

/** Without the ending of several: "glasses" are no "glass". */
const singular = (word: string): string => word.replace(/(?<=[^s]{3})s$/, "");

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
  if (word === "new") return [...words].some((other) => made.has(singular(other))) ? first.get("add") : undefined;
  return first.get(singular(word)) ?? first.get(word);
}

/** A word by its meaning, or without the ending of several: "booking" is no "book". */
export const asMeant = (word: string, words: ReadonlySet<string>): string => meaningOf(word, words) ?? singular(word);
