/** What a run is doing, as a sentence and as a share; pure, so that tests read it without a DOM. */
import type { Texts } from "./i18n/en.ts";
import { fill } from "./i18n/texts.ts";
import type { RunState, Step } from "./state.ts";

/** The sentence of a step. */
export function describeStep(texts: Texts, step: Step): string {
  if (step.stage === "sending") return texts.sending;
  if (step.stage === "retrying") return fill(texts.retrying, { n: step.seconds });
  if (step.stage === "fetching") return fill(texts.fetching, { done: step.completed, total: step.total });
  const { stage, completed, total, position } = step.progress;
  switch (stage) {
    case "waiting":
      return (position ?? 0) > 0 ? fill(texts.waitingAs, { n: position! + 1 }) : texts.waitingNext;
    case "encoding":
      return texts.encoding;
    case "translating":
      return fill(texts.translating, { done: completed, total });
    case "decoding":
      return fill(texts.decoding, { done: completed, total });
    case "storing":
    case "finished":
      return texts.storing;
  }
}

/** Share done of the run, 0 to 1; undefined while nothing can be counted. */
export function shareOf({ index, total, step }: RunState): number | undefined {
  const weight = { waiting: 0, encoding: 0.1, translating: 0.15, decoding: 0.45, storing: 0.8, finished: 0.85 };
  const room = { waiting: 0, encoding: 0, translating: 0.3, decoding: 0.35, storing: 0, finished: 0 };
  let own: number;
  if (step.stage === "fetching") own = 0.85 + 0.15 * (step.completed / Math.max(1, step.total));
  else if (step.stage === "server" && step.progress.stage !== "waiting") {
    const { stage, completed, total: images } = step.progress;
    own = weight[stage] + room[stage] * (completed / Math.max(1, images));
  } else if (index === 0) return undefined;
  else own = 0;
  return (index + own) / total;
}
