/** The language of the UI, chosen from the browser's, and the text of each failure. */
import type { Editor } from "../../../shared/commands.ts";
import type { LayerProblem } from "../../../shared/messages/layer-messages.ts";
import type { RefusalReason, SkipReason } from "../../../shared/messages/upscale-messages.ts";
import type { FailureCode } from "../client/failure.ts";
import { de } from "./de.ts";
import { en, type Texts } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { ja } from "./ja.ts";
import { ptBr } from "./pt-br.ts";

export const languages = { en: en as unknown as Texts, de, fr, es, ja, "pt-BR": ptBr } as const;
export type Language = keyof typeof languages;

/** First preferred language that exists; any Portuguese reads the Brazilian one, the rest of the world English. */
export function chooseLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const base = tag.toLowerCase().split("-")[0];
    const match = (Object.keys(languages) as Language[]).find((name) => name.toLowerCase().split("-")[0] === base);
    if (match !== undefined) return match;
  }
  return "en";
}

/** The texts in the words of an editor: FigJam has sections, and neither artboards, frames nor components. */
export function textsIn(editor: Editor, texts: Texts): Texts {
  if (editor !== "figjam") return texts;
  const { drawingCure, ...words } = texts.figjam;
  const [missing] = texts.failures.drawing_missing;
  return { ...texts, ...words, failures: { ...texts.failures, drawing_missing: [missing, drawingCure] } };
}

/** Replaces `{name}` by its value. */
export const fill = (template: string, values: Readonly<Record<string, string | number>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

/** A number with so many decimals, as the language of the texts writes it. */
export const decimal = (value: number, digits: number, language: string = document.documentElement.lang): string =>
  value.toLocaleString(language || undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Why a layer or a fill was not touched. */
export const describeProblem = (texts: Texts, reason: LayerProblem | SkipReason | RefusalReason): string =>
  texts.layerProblems[reason];

type FailureText = keyof Texts["failures"];

/** Codes that share a text, because the cure is the same. */
const sharedText: Partial<Record<FailureCode, FailureText>> = {
  translation_unknown: "pack_missing",
  pack_unavailable: "pack_missing",
  provider_unavailable: "busy",
  inference_unavailable: "busy",
  shutting_down: "busy",
  inference_crashed: "crashed",
  tensor_mismatch: "crashed",
  not_found: "lost",
  not_ready: "lost",
  cancelled: "lost",
  idempotency_conflict: "lost",
  invalid_request: "refused",
  invalid_json: "refused",
  method_not_allowed: "refused",
  payload_too_large: "refused",
  unsupported_media: "refused",
  origin_host_refused: "host_refused",
};

/** Title and cure of a failure. @param detail what stands below them: a cure that speaks of it has another sentence where there is none */
export function describeFailure(
  texts: Texts,
  code: FailureCode,
  detail?: string,
): readonly [title: string, cure: string] {
  const { failures, cureWithoutDetail, answerBroken } = texts;
  if (code === "answer_broken") return [answerBroken, failures.refused[1]];
  const own = (failures as Partial<Record<FailureCode, readonly [string, string]>>)[code];
  const said = own ?? failures[sharedText[code] ?? "internal"];
  const namesDetail = said === failures.internal || said === failures.apply_failed;
  return detail === "" && namesDetail ? [said[0], cureWithoutDetail] : said;
}
