/** The quick action's parameters: caption (free text), style (as the server last named them), count. */
import { limits } from "../../shared/limits.ts";
import type { Launch } from "../../shared/messages.ts";
import { loadStyles } from "./storage.ts";

const captionHints = ["red apple", "sad face", "green tree", "red heart", "cat face"];
const counts = [1, 2, 4, 8, limits.countMax];

/** Answers one keystroke in the quick action's field. */
export async function handleParameterInput({ key, query, result }: ParameterInputEvent): Promise<void> {
  const typed = query.trim();
  const matches = (label: string): boolean => label.toLowerCase().includes(typed.toLowerCase());
  if (key === "caption") {
    // Free text takes no setError, so what was typed is echoed first and a hint stands in for the error.
    if (typed.length > limits.captionMaxChars)
      result.setSuggestions([{ name: `Too long: at most ${limits.captionMaxChars} characters`, data: "" }]);
    else result.setSuggestions([...(typed === "" ? [] : [typed]), ...captionHints.filter(matches)]);
  } else if (key === "style") {
    const styles = await loadStyles();
    result.setSuggestions([
      ...(matches("any style") ? [{ name: "Any style", data: "" }] : []),
      ...styles.filter(({ label }) => matches(label)).map(({ id, label }) => ({ name: label, data: id })),
    ]);
  } else if (key === "count") {
    const wanted = Number(typed);
    if (typed === "") result.setSuggestions(counts.map((count) => ({ name: String(count), data: count })));
    else if (Number.isInteger(wanted) && wanted >= 1 && wanted <= limits.countMax)
      result.setSuggestions([{ name: typed, data: wanted }]);
    else result.setError(`A whole number from 1 to ${limits.countMax}`);
  }
}

/** The launch that the chosen parameters ask for; undefined when there is no caption, so the UI opens as usual. */
export function readParameters(parameters: ParameterValues | undefined): Launch | undefined {
  const caption: unknown = parameters?.["caption"];
  if (typeof caption !== "string" || caption.trim() === "") return undefined;
  const style: unknown = parameters?.["style"];
  const count = Number(parameters?.["count"] ?? 0);
  return {
    kind: "quick",
    caption: caption.trim(),
    style: typeof style === "string" ? style : "",
    count: Number.isInteger(count) && count >= 1 && count <= limits.countMax ? count : 0,
  };
}
