/** Names of emoji of all languages, and English words that another language has too, names of the emoji themselves, and signs of traditional Chinese. All but this file is by scripts/caption-words.mjs. */
import de from "./de.json" with { type: "json" };
import emoji from "./emoji.json" with { type: "json" };
import english from "./english.json" with { type: "json" };
import es from "./es.json" with { type: "json" };
import fr from "./fr.json" with { type: "json" };
import it from "./it.json" with { type: "json" };
import ja from "./ja.json" with { type: "json" };
import ko from "./ko.json" with { type: "json" };
import pt from "./pt.json" with { type: "json" };
import traditional from "./traditional.json" with { type: "json" };
import zh from "./zh.json" with { type: "json" };

export const nameTables = { de, es, fr, it, ja, ko, pt, zh } as const;
/** By the emoji without its variants. */
export const emojiNames: Readonly<Record<string, string | undefined>> = emoji.names;
/** Pairs of a traditional sign and the simplified one. */
export const traditionalSigns: string = traditional.signs;
export const englishToo: readonly string[] = english.words;
