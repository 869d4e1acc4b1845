/** Before the first image: one sentence and captions to start from. */
import { isRedrawn } from "../client/style-choice.ts";
import { choiceFor } from "../client/translations.ts";
import type { Texts } from "../i18n/en.ts";
import type { State } from "../state/state.ts";
import type { ViewProps } from "./view-props.ts";

/** Captions to start from: of interfaces where an icon set draws them. */
export const hintsFor = ({ meta, command, form }: State, texts: Texts): readonly string[] =>
  (isRedrawn(choiceFor(meta, command, form)) ? texts.iconHints : texts.captionHints).split("|");

export function EmptyState({ controller, texts }: ViewProps) {
  return (
    <section class="empty">
      <h2>{texts.emptyTitle}</h2>
      <p>{texts.emptyBody}</p>
      <ul>
        {hintsFor(controller.state, texts).map((caption) => (
          <li key={caption}>
            <button
              type="button"
              class="chip"
              onClick={() => {
                controller.editForm({ captions: caption });
                void controller.generate();
              }}
            >
              {caption}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
