/** The field that a failure names: marked while the failure is shown, until it is edited, and reached by a button of the notice. */
import { useLayoutEffect, useState } from "preact/hooks";
import type { Failure, FailureCode } from "../client/failure.ts";

const captions = "#captions, #names, #caption";
const url = "#server-url";
const token = "#token";
const style = "#style";
const pad = "svg.pad";
const either = (first: string, second: string): string => `${first}, .form:not(:has(${first})) ${second}`;
/** What removes the chosen style of the file; where none is chosen, the list to choose one from. */
export const styleRemoval = either("#remove-style", style);
/** The line that says that the selection is what is drawn; else the pad. */
const drawing = either("#selected-drawing", pad);

/** Where the cure of a code is typed, chosen or drawn: what of these is in view. */
const fields: Partial<Record<FailureCode, string>> = {
  caption_empty: captions,
  caption_too_long: captions,
  caption_unreadable: captions,
  caption_unknown: captions,
  label_missing: "#label",
  label_unknown: "#label",
  style_missing: style,
  style_unknown: style,
  style_gone: style,
  styles_full: styleRemoval,
  style_name_missing: "#style-name",
  name_taken: "#style-name",
  drawing_missing: pad,
  sketch_empty: drawing,
  layout_invalid: drawing,
  mask_missing: pad,
  palette_empty: "#hexes, #palette",
  upscale_too_large: "#scale",
  url_invalid: url,
  url_not_allowed: url,
  unreachable: url,
  host_unreachable: url,
  not_tau: url,
  origin_host_refused: url,
  token_missing: token,
  unauthorized: token,
  forbidden: token,
};

/** Selector of the fields that a failure may name; settings of a drawing have the ids that the request has. */
export function selectorOf({ code, field }: Pick<Failure, "code" | "field">): string | undefined {
  const own = field?.split(".").at(-1);
  return fields[code] ?? (own !== undefined && /^[a-z]+$/i.test(own) ? `#${own}` : undefined);
}

/** Marks the field and describes it by the message of this id. @returns what leads there; undefined where the view has no such field */
export function useFailedField(failure: Failure, messageId: string): (() => void) | undefined {
  const [field, setField] = useState<HTMLElement | SVGElement>();
  useLayoutEffect(() => {
    const selector = selectorOf(failure);
    const found =
      selector === undefined ? null : document.querySelector<HTMLElement | SVGElement>(`.form :is(${selector})`);
    if (found === null) return setField(undefined);
    setField(found);
    const hint = found.getAttribute("aria-describedby");
    found.setAttribute("aria-invalid", "true");
    found.setAttribute("aria-describedby", hint === null ? messageId : `${messageId} ${hint}`);
    const edits = ["input", "change", "pointerdown"];
    const clear = (): void => {
      found.removeAttribute("aria-invalid");
      if (hint === null) found.removeAttribute("aria-describedby");
      else found.setAttribute("aria-describedby", hint);
      for (const edit of edits) found.removeEventListener(edit, clear);
    };
    for (const edit of edits.slice(0, found.matches(pad) ? 3 : 2)) found.addEventListener(edit, clear);
    return clear;
  }, [failure]);
  return (
    field &&
    (() => {
      const options = field.closest("details");
      if (options !== null) options.open = true;
      field.focus();
    })
  );
}
