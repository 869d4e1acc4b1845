/**
 * Settings of a user's training: short, because it starts from a flow that knows the domain. Chosen on two styles that the base
 * pack has never seen (scripts/style-set.ts writes them), so that 200 images take some minutes on two cores.
 * Tried beside them: the second loss of the injector (weight 1) gave fewer holes in pictures on discs, more smudges in thin
 * lines and 0.01 nats more on both styles.
 */
import { defaultTrainOptions, type TrainOptions } from "../flow/trainer.ts";

export type TranslationSettings = Pick<
  TrainOptions,
  | "batch"
  | "rehearsed"
  | "steps"
  | "learningRate"
  | "warmupSteps"
  | "dropout"
  | "firstCaptionRate"
  | "conditionNoise"
  | "injectorWeight"
  | "weightDecay"
  | "seed"
  | "evaluateEvery"
  | "patience"
  | "keep"
  | "checkpointEverySeconds"
>;

export const defaultTranslationSettings: TranslationSettings = {
  ...defaultTrainOptions,
  batch: 64,
  steps: 400,
  learningRate: 2e-4,
  warmupSteps: 20,
  firstCaptionRate: 0.5,
  evaluateEvery: 25,
  patience: 6,
  checkpointEverySeconds: 60,
};

/** Limits a batch to the number of the folder's images, and adds as many drawings of the base, if there are so many. */
export function settingsFor(
  settings: TranslationSettings,
  { trainImages, drawings }: { readonly trainImages: number; readonly drawings: number },
): TranslationSettings {
  const own = Math.min(settings.batch, trainImages);
  const rehearsed = Math.min(own, drawings);
  return { ...settings, batch: own + rehearsed, rehearsed };
}

/** The settings that determine the steps of a run; patience and checkpoint interval do not. */
export function identityOf(all: TranslationSettings): object {
  const { patience: _, checkpointEverySeconds: __, rehearsed, conditionNoise, injectorWeight, ...settings } = all;
  // Left out at 0, so that runs started before these settings existed keep their identity.
  return {
    ...settings,
    ...(rehearsed > 0 && { rehearsed }),
    ...(conditionNoise > 0 && { conditionNoise }),
    ...(injectorWeight > 0 && { injectorWeight }),
  };
}
