/** What is happening now, in words, with a bar that moves only when something is counted. */
import type { Texts } from "../i18n/en.ts";
import { fill } from "../i18n/texts.ts";
import { describeStep, shareOf } from "../progress-text.ts";
import type { RunState } from "../state.ts";

interface ProgressProps {
  readonly texts: Texts;
  readonly run: RunState;
  /** Images that the run's current caption will bring. */
  readonly count: number;
}

export function ProgressCard({ texts, run, count }: ProgressProps) {
  const share = shareOf(run);
  const sentence = describeStep(texts, run.step);
  return (
    <>
      <section class="progress" aria-live="polite">
        <p class="what">
          <span>{sentence}</span>
          {run.total > 1 && <span class="hint">{fill(texts.captionOf, { i: run.index + 1, n: run.total })}</span>}
        </p>
        <progress aria-label={sentence} max={1} {...(share === undefined ? {} : { value: share })} />
        <p class="hint caption">{run.caption}</p>
      </section>
      <div class={count === 1 ? "grid single" : count > 6 ? "grid dense" : "grid"} aria-hidden="true">
        {Array.from({ length: count }, (_, index) => (
          <div key={index} class="ghost" style={{ "--delay": `${index * 90}ms` }} />
        ))}
      </div>
    </>
  );
}
