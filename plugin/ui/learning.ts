/** A style of one's own: the selected icons as examples of a training on the server, and how far it is. */

import type { Training } from "../../shared/contract/training.ts";
import { limits } from "../../shared/limits.ts";
import type { ApiClient } from "./client/api-client.ts";
import { Failure } from "./client/failure.ts";
import type { Rasterise } from "./pad/rasterise.ts";
import { labelOf } from "./plans/icons.ts";
import { pictureOf } from "./plans/prepare.ts";
import type { SeenIcon } from "./state/state.ts";

/** Icons whose names say what they show; what is named by number or tool alone teaches nothing. */
export const examplesIn = (icons: readonly SeenIcon[]): SeenIcon[] =>
  icons.filter(
    (icon) =>
      /\p{L}{2}/u.test(labelOf(icon)) && !/^(?:vector|frame|group|rectangle|ellipse|image)$/u.test(labelOf(icon)),
  );

/** Id of a pack from what people call it: `My icons` is `my-icons`. */
export const packNameOf = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, "-")
    .replace(/^[^a-z]+|-+$/gu, "")
    .slice(0, 40);

/** The text of what a training that ended without a fault came to: a style that the server does not draw with yet is not in the menu. */
export function outcomeOf({
  state,
  result,
  published,
}: Pick<Training, "state" | "result" | "published">):
  | "learned"
  | "learnedLater"
  | "notBetter"
  | "notInStyle"
  | "learnCancelled" {
  const kept = state === "done" ? result?.pack && result : published;
  if (kept) return kept.isServed ? "learned" : "learnedLater";
  if (state !== "done") return "learnCancelled";
  return result?.worseBy === "judge" ? "notInStyle" : "notBetter";
}

/** Sends the examples and starts. @throws Failure */
export async function startLearning(
  client: ApiClient,
  icons: readonly SeenIcon[],
  label: string,
  rasterise: Rasterise,
  onSent: (count: number) => void,
  signal: AbortSignal,
): Promise<Training> {
  const name = packNameOf(label);
  if (name === "") throw new Failure("style_name_missing", "");
  const images = new Map<string, string[]>();
  for (const [index, icon] of icons.entries()) {
    const { digest } = await client.uploadImage(await pictureOf(icon, rasterise), signal);
    // Each image once, with all that it was called.
    const captions = new Set([...(images.get(digest) ?? []), labelOf(icon)]);
    images.set(digest, [...captions].slice(0, limits.exampleCaptionsMax));
    onSent(index + 1);
  }
  if (images.size < limits.examplesMin) throw new Failure("dataset_invalid", `${images.size} different images`);
  const examples = [...images].map(([image, captions]) => ({ image, captions }));
  return client.trainings.start({ name, label: label.trim(), examples }, `learn-${name}-${Date.now().toString(36)}`);
}

/** Share done of the stage, 0 to 1; undefined where nothing is counted. */
export const shareOfTraining = ({ progress: { stage, completed, total } }: Training): number | undefined =>
  stage === "waiting" || total === 0 ? undefined : completed / total;
