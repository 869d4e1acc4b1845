/** Names of emoji of all languages, and English words that another language has too. All but this file is by scripts/caption-words.mjs. */
import de from "./de.json" with { type: "json" };
import english from "./english.json" with { type: "json" };
import es from "./es.json" with { type: "json" };
import fr from "./fr.json" with { type: "json" };
import it from "./it.json" with { type: "json" };
import ja from "./ja.json" with { type: "json" };
import ko from "./ko.json" with { type: "json" };
import pt from "./pt.json" with { type: "json" };
import zh from "./zh.json" with { type: "json" };

export const nameTables = { de, es, fr, it, ja, ko, pt, zh } as const;
export const englishToo: readonly string[] = english.words;
