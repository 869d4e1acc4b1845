/**
 * One life of the training child, seen from the server: forks it, gives it its order, carries news, and ends it when it hangs or
 * does not stop. It never restarts anything; training-runner.ts decides about that.
 */
import type { AppError } from "../../../shared/problem.ts";
import { deserialize } from "../../platform/processes/serialized-error.ts";
import { forkChild } from "../../platform/processes/spawn.ts";
import type { FromTrainer, ToTrainer, TrainingNews, TrainingOrder } from "../../training/messages.ts";
import type { TrainedTranslation } from "../../training/train-translation.ts";

export interface TrainerTimings {
  /** A child that says nothing for this long hangs. */
  readonly silenceMs: number;
  /** A child has this long to write its checkpoint after `stop`. */
  readonly stopGraceMs: number;
}

export interface TrainerHandlers {
  /** Asks the child to stop. */
  readonly signal: AbortSignal;
  /** Ends it at once. */
  readonly endSignal: AbortSignal;
  onStart(pid: number): void;
  /** Whether the style is learned on the order's pack with a flow between styles. */
  onBegin(isStyle: boolean): void;
  onNews(news: TrainingNews): void;
  /** Asked before each publication; false = it must not be. */
  mayPublish(): Promise<boolean>;
}

export type TrainerEnd =
  | { readonly how: "done"; readonly trained: TrainedTranslation }
  | { readonly how: "failed"; readonly error: AppError }
  /** The child died or was ended before its last word; a new one goes on from the checkpoint. */
  | { readonly how: "lost"; readonly why: string };

/** A child that has said its last word and does not leave is ended after this long: it has nothing to lose. */
const leaveGraceMs = 2000;

/** Runs a child to its end; resolves when it is gone. Never rejects. */
export function runTrainer(
  order: TrainingOrder,
  { silenceMs, stopGraceMs }: TrainerTimings,
  { signal, endSignal, onStart, onBegin, onNews, mayPublish }: TrainerHandlers,
): Promise<TrainerEnd> {
  const child = forkChild("trainer.js", "training/child.ts");
  let lastWord: TrainerEnd | undefined;
  let why: string | undefined;
  const send = (message: ToTrainer): void => {
    // A channel that breaks under the message is followed by the child's end.
    if (child.connected) child.send(message, () => {});
  };
  const kill = (reason?: string): void => {
    why ??= reason;
    child.kill("SIGKILL");
  };
  let silence: ReturnType<typeof setTimeout> | undefined;
  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => kill(`said nothing for ${silenceMs} ms`), silenceMs);
  };
  let leaving: typeof silence;
  const endAfter = (ms: number, reason?: string): void => {
    clearTimeout(leaving);
    leaving = setTimeout(() => kill(reason), ms);
  };
  const stop = (): void => {
    send({ type: "stop" });
    endAfter(stopGraceMs, `did not stop within ${stopGraceMs} ms`);
  };
  child.on("message", (message: FromTrainer) => {
    listen();
    if (message.type === "progress") onNews(message.news);
    else if (message.type === "begins") onBegin(message.isStyle);
    else if (message.type === "ready-to-publish")
      void mayPublish().then(
        (may) => send({ type: may ? "publish" : "stop" }),
        () => send({ type: "stop" }),
      );
    else if (message.type !== "alive") {
      lastWord =
        message.type === "done"
          ? { how: "done", trained: message.trained }
          : { how: "failed", error: deserialize(message.fault) };
      endAfter(leaveGraceMs);
    }
  });
  listen();
  if (child.pid !== undefined) onStart(child.pid);
  send({ type: "train", order });
  const end = (): void => kill("the server stops");
  signal.addEventListener("abort", stop, { once: true });
  endSignal.addEventListener("abort", end, { once: true });
  return new Promise((resolve) => {
    const settle = (how: string): void => {
      clearTimeout(silence);
      clearTimeout(leaving);
      signal.removeEventListener("abort", stop);
      endSignal.removeEventListener("abort", end);
      resolve(lastWord ?? { how: "lost", why: why ?? how });
    };
    // Not at its exit: the last word may still be in the channel.
    child.once("close", (code, name) => settle(name ?? `exit code ${code}`));
    // After a failed fork there is no close; after a failed send there is one.
    child.on("error", (error) => (child.pid === undefined ? settle(error.message) : kill(error.message)));
  });
}
