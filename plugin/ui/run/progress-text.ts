/** What a run is doing, as a sentence and as a share; pure, so that tests read it without a DOM. */
import type { Texts } from "../i18n/en.ts";
import { fill } from "../i18n/texts.ts";
import type { RunState, Step } from "../state/results.ts";

/** The sentence of a step. */
export function describeStep(texts: Texts, step: Step): string {
  if (step.stage === "sending") return texts.sending;
  if (step.stage === "uploading") return texts.uploading;
  if (step.stage === "drawing-family") return fill(texts.drawingFamily, { n: step.total });
  if (step.stage === "retrying") return fill(texts.retrying, { n: step.seconds });
  if (step.stage === "fetching") return texts.fetching;
  const { stage, position } = step.progress;
  switch (stage) {
    case "waiting":
      return (position ?? 0) > 0 ? fill(texts.waitingAs, { n: position! + 1 }) : texts.waitingNext;
    case "encoding":
    case "upscaling":
    case "translating":
    case "decoding":
      return texts[stage];
    case "storing":
    case "finished":
      return texts.storing;
  }
}

const counted: readonly string[] = ["upscaling", "translating", "decoding", "fetching", "drawing-family"];

/** What is finished, and of how many: jobs, or the parts of a single one; undefined where there is one thing to do, or none is counted. */
export function countOf({ done, total, step }: RunState): { readonly i: number; readonly n: number } | undefined {
  if (total > 1) return { i: done, n: total };
  const parts = "progress" in step ? step.progress : step;
  if (!("total" in parts) || !counted.includes(parts.stage)) return undefined;
  return parts.total > 1 ? { i: parts.completed, n: parts.total } : undefined;
}

/** Share done of the run, 0 to 1; undefined while nothing can be counted. */
export function shareOf({ done, total, step }: RunState): number | undefined {
  // Of several jobs at once, the finished ones are counted; the step is that of whichever moved last.
  if (total > 1) return done === 0 ? undefined : done / total;
  return shareOfStep(step);
}

function shareOfStep(step: Step): number | undefined {
  if (step.stage === "fetching") return 0.85 + 0.15 * (step.completed / Math.max(1, step.total));
  if (step.stage === "drawing-family") return step.completed === 0 ? undefined : step.completed / step.total;
  if (step.stage !== "server" && step.stage !== "upscaling") return undefined;
  const { stage, completed, total } = step.progress;
  const counted = completed / Math.max(1, total);
  switch (stage) {
    case "waiting":
      return undefined;
    case "encoding":
      return 0.1;
    case "translating":
      return 0.15 + 0.3 * counted;
    case "decoding":
      return step.stage === "upscaling" ? 0.05 : 0.45 + 0.35 * counted;
    case "upscaling":
      return 0.1 + 0.7 * counted;
    case "storing":
      return 0.8;
    case "finished":
      return 0.85;
  }
}
