/** Flags that the two kinds of `tau train` share: numbers within bounds, and progress as a line of text. */
import { AppError } from "../../shared/problem.ts";
import { describe } from "../../shared/validation.ts";
import type { TrainProgress } from "../flow/trainer.ts";

export type FlagValues = Readonly<Record<string, string | boolean | undefined>>;

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly isWhole?: boolean;
}

/** @throws AppError `config_invalid` naming the flag, what was expected, what came */
export function numberFlag<Fallback>(
  values: FlagValues,
  name: string,
  fallback: Fallback,
  { min, max, isWhole = false }: Bounds,
): number | Fallback {
  const text = values[name];
  if (typeof text !== "string") return fallback;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value;
  throw wrongFlag(name, `a ${isWhole ? "whole number" : "number"} from ${min} to ${max}`, text);
}

export const wholeFlag = <Fallback>(values: FlagValues, name: string, fallback: Fallback, min: number, max: number) =>
  numberFlag(values, name, fallback, { min, max, isWhole: true });

/** @throws AppError `config_invalid` unless the flag is absent or one of `choices` */
export function choiceFlag<Choice extends string>(
  values: FlagValues,
  name: string,
  fallback: Choice,
  choices: readonly Choice[],
): Choice {
  const value = values[name] ?? fallback;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw wrongFlag(name, choices.join(" or "), String(value));
  return found;
}

/** A text, none where it is empty. */
export const textFlag = (values: FlagValues, name: string): string | undefined => {
  const value = values[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

/** @throws AppError `config_invalid` where there is none */
export function requiredFlag(values: FlagValues, name: string): string {
  const value = textFlag(values, name);
  if (value === undefined) throw wrongFlag(name, "a value", "");
  return value;
}

/** A value longer than any path is told by its length. */
const saidMaxChars = 300;

export const wrongFlag = (name: string, expected: string, received: string): AppError => {
  const said = received.length > saidMaxChars ? describe(received) : JSON.stringify(received);
  return new AppError("config_invalid", `--${name}: expected ${expected}, got ${said}`, {
    field: `--${name}`,
    expected,
    received,
  });
};

export function describeProgress(progress: TrainProgress): string {
  return (
    `step ${progress.step} of ${progress.steps}  epoch ${progress.epoch.toFixed(1)}  train ${progress.trainNats.toFixed(4)}  ` +
    `held-out ${progress.heldOutNats.toFixed(4)} nats/dim (best ${progress.bestNats.toFixed(4)})  ${Math.round(progress.imagesPerSecond)} images/s  ${timeLeft(progress.secondsLeft)} left`
  );
}

export function timeLeft(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** A signal that Ctrl-C and a polite kill raise, once. */
export function interruptSignal(): AbortSignal {
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  process.once("SIGTERM", () => abort.abort());
  return abort.signal;
}
