/** What is happening now, in words, with a bar that moves only when something is counted. */
import type { Texts } from "../i18n/en.ts";
import { fill } from "../i18n/texts.ts";
import { countOf, describeStep, shareOf } from "../run/progress-text.ts";
import type { RunState } from "../state/results.ts";
import { gridClass } from "./results.tsx";

/** Placeholders that are shown; more say nothing. */
const ghostsMax = 16;

export function ProgressCard({ texts, run }: { readonly texts: Texts; readonly run: RunState }) {
  const share = shareOf(run);
  const sentence = describeStep(texts, run.step);
  const count = countOf(run);
  const ghosts = Math.min(ghostsMax, run.imageCount);
  return (
    <>
      <section class="progress">
        <p class="what" aria-live="polite">
          <span>{sentence}</span>
          {count && <span class="hint">{fill(texts.jobsDone, count)}</span>}
        </p>
        <progress aria-label={sentence} max={1} {...(share === undefined ? {} : { value: share })} />
        <p class="hint caption">{run.title}</p>
      </section>
      {run.done === 0 && ghosts > 0 && (
        <div class={gridClass(ghosts)} aria-hidden="true">
          {Array.from({ length: ghosts }, (_, index) => (
            <div key={index} class="ghost" style={{ "--delay": `${index * 90}ms` }} />
          ))}
        </div>
      )}
    </>
  );
}
