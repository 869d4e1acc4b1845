/**
 * Words that icon sets use for the same thing or action: what is "file-remove" in one set is "document-delete" in another. Only names of
 * several words are read so, since the other words say which meaning is meant. Collected from the names of the library's sets. Words are
 * compared without their endings, as stems (Porter 1980, by the package stemmer, whose only importer this is).
 */
import { stemmer } from "stemmer";

/** A word in lower case without its ending. */
export const stemOf = (word: string): string => stemmer(word);

/** Groups of equal meaning, a line each. */
const groups = `
add plus new create
approve approved check checkmark confirm confirmed done tick verified verify
audio sound volume
ban banned block blocked
bell notification notifications
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
cog config configuration gear preferences setting settings
delete remove
directory folder
doc document file
edit modify
email envelope mail
film movie
find search
home house
image images photo photos picture
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

const first = new Map(
  groups
    .trim()
    .split("\n")
    .flatMap((line) => {
      const words = line.split(" ");
      return words.map((word) => [stemOf(word), stemOf(words[0]!)] as const);
    }),
);

/** The stem that stands for all words of its meaning; undefined for a word that has no others. @param stem of a word */
export const meaningOf = (stem: string): string | undefined => first.get(stem);

/** A word by its meaning, or without the ending of several: "booking" is no "book". */
export const asMeant = (word: string): string => meaningOf(stemOf(word)) ?? word.replace(/(?<=[^s]{3})s$/, "");
