/** What the next start finds again: the form, and the names of the last results, which the server keeps. */
import { defaultForm, type Form, readForm } from "./form.ts";
import type { State } from "./state.ts";

export interface Session {
  readonly form: Form;
  /** What the results were made with. */
  readonly asked: Form;
  readonly results: readonly { readonly id: string; readonly title: string }[];
  /** False on the very first start. */
  readonly isKept: boolean;
}

/** Results of one start: more would delay it. */
const resultsMax = 8;

export function sessionOf({ form, ownForm = form, asked, results }: State): Omit<Session, "isKept"> {
  return {
    form: ownForm,
    asked: asked?.form ?? ownForm,
    results: results
      .flatMap(({ generationId, title, images }) =>
        generationId === undefined || images.some(({ destination }) => destination.kind !== "artboard")
          ? []
          : [{ id: generationId, title }],
      )
      .slice(0, resultsMax),
  };
}

/** A session as stored by any version of the plugin. */
export function readSession(stored: unknown): Session {
  if (typeof stored !== "object" || stored === null)
    return { form: defaultForm, asked: defaultForm, results: [], isKept: false };
  const { form, asked = form, results } = stored as { form?: unknown; asked?: unknown; results?: unknown };
  const isEntry = (entry: unknown): entry is Session["results"][0] =>
    typeof entry === "object" &&
    entry !== null &&
    typeof (entry as { id?: unknown }).id === "string" &&
    typeof (entry as { title?: unknown }).title === "string";
  return {
    form: readForm(form),
    asked: readForm(asked),
    results: Array.isArray(results) ? results.filter(isEntry).slice(0, resultsMax) : [],
    isKept: true,
  };
}
