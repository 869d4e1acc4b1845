/** Everyday words of all languages, in the form of everyday-words.ts. */
import { de } from "./de.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { it } from "./it.ts";
import { ja } from "./ja.ts";
import { ko } from "./ko.ts";
import { pt } from "./pt.ts";
import { zh } from "./zh.ts";

export const everydayTables = { de, es, fr, it, ja, ko, pt, zh } as const;
