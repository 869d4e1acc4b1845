/** Before the first image: one sentence and captions to start from. */
import type { ViewProps } from "./view-props.ts";

export function EmptyState({ controller, texts }: ViewProps) {
  return (
    <section class="empty">
      <h2>{texts.emptyTitle}</h2>
      <p>{texts.emptyBody}</p>
      <ul>
        {texts.captionHints.split("|").map((caption) => (
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
