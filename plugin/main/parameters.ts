/** The quick actions' parameters: captions and labels, styles and labels as the server last named them, counts, factors. */
import { commandTable } from "../../shared/commands.ts";
import { upscaleScales } from "../../shared/contract/upscale-scales.ts";
import { limits } from "../../shared/limits.ts";
import type { Launch, QuickAnswers } from "../../shared/messages/messages.ts";
import type { KnownWord } from "../../shared/messages/settings.ts";
import { isCommandId } from "../../shared/relaunch.ts";
import { loadVocabulary } from "./storage.ts";

const captionHints = ["red apple", "sad face", "green tree", "red heart", "cat face"];
const counts = [1, 2, 4, 8, limits.countMax];
/** Suggestions of one list: all styles of all packs, and of labels as many. */
const suggestionsMax = 100;

/** Answers one keystroke in the quick action's field. */
export async function handleParameterInput({ key, query, parameters, result }: ParameterInputEvent): Promise<void> {
  const typed = query.trim().toLowerCase();
  const matches = (label: string): boolean => label.toLowerCase().includes(typed);
  const named = (words: readonly KnownWord[]): { name: string; data: string }[] =>
    words
      .filter(({ label }) => matches(label))
      .sort((a, b) => Number(b.label.toLowerCase().startsWith(typed)) - Number(a.label.toLowerCase().startsWith(typed)))
      .slice(0, suggestionsMax)
      .map(({ id, label }) => ({ name: label, data: id }));
  if (key === "caption") {
    // Free text takes no setError, so what was typed is echoed first and a hint stands in for the error.
    if (query.trim().length > limits.captionMaxChars)
      result.setSuggestions([{ name: `Too long: at most ${limits.captionMaxChars} characters`, data: "" }]);
    else result.setSuggestions([...(typed === "" ? [] : [query.trim()]), ...captionHints.filter(matches)]);
  } else if (key === "label") {
    const { labels } = await loadVocabulary();
    const found = named(labels);
    if (labels.length === 0) result.setError("Open Tau once: it then knows the server's labels");
    else if (found.length === 0) result.setError("The server has no such label");
    else result.setSuggestions(found);
  } else if (key === "style") {
    const { styles } = await loadVocabulary();
    // What was answered before tells which quick action asks.
    const start = (["caption", "label"] as const).find((asked) => parameters[asked] !== undefined) ?? "names";
    const any = matches("any style") ? [{ name: "Any style", data: "" }] : [];
    const found = [...any, ...named(styles[start])];
    if (found.length === 0) result.setError("The server has no such style");
    else result.setSuggestions(found);
  } else if (key === "scale") result.setSuggestions(upscaleScales.map((scale) => ({ name: `×${scale}`, data: scale })));
  else if (key === "count") {
    const wanted = Number(typed);
    if (typed === "") result.setSuggestions(counts.map((count) => ({ name: String(count), data: count })));
    else if (Number.isInteger(wanted) && wanted >= 1 && wanted <= limits.countMax)
      result.setSuggestions([{ name: typed, data: wanted }]);
    else result.setError(`A whole number from 1 to ${limits.countMax}`);
  }
}

/** The launch that the chosen parameters request; undefined when the command's own is missing: the UI opens as usual. */
export function readParameters(command: string, parameters: ParameterValues | undefined): Launch | undefined {
  const requested = commandTable.find(({ id }) => id === command)?.parameters;
  if (parameters === undefined || requested === undefined || !isCommandId(command)) return undefined;
  const text = (key: string): string | undefined => {
    const value: unknown = parameters[key];
    return typeof value === "string" ? value.trim() : undefined;
  };
  const count = Number(parameters["count"] ?? 0);
  const scale = upscaleScales.find((known) => known === Number(parameters["scale"]));
  const answers: QuickAnswers = {
    ...given("caption", text("caption") || undefined),
    ...given("label", text("label") || undefined),
    ...given("style", text("style")),
    ...given("count", Number.isInteger(count) && count >= 1 && count <= limits.countMax ? count : undefined),
    ...given("scale", scale),
  };
  const first = requested[0]!.key;
  // Any style is an answer, and the field stays empty for it.
  if (answers[first] === undefined && first !== "style") return undefined;
  return { kind: "quick", command, answers: first === "style" ? { style: "", ...answers } : answers };
}

const given = <Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } =>
  (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
