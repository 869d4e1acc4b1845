/** Keeps a worker's packs as all have them: fetches and gives every few seconds, and brings into service what came. */
import { limits } from "../../../shared/limits.ts";
import type { InferenceClient } from "../../inference/protocol.ts";
import type { Served } from "../../packs/served-catalogue.ts";
import type { Log } from "../../platform/log.ts";
import { Retries } from "./retries.ts";
import type { SharedPacks } from "./shared-packs.ts";

interface ExchangeParts {
  readonly packs: SharedPacks;
  readonly inference: Pick<InferenceClient, "reload">;
  readonly served: Served;
  readonly log: Pick<Log, "error" | "info">;
}

export interface Exchange {
  /** Resolves when this worker has what the others have given, and they can have its own. Never rejects. */
  now(): Promise<void>;
  stop(): void;
}

export function startExchange({ packs, inference, served, log }: ExchangeParts): Exchange {
  let isStopped = false;
  let last: Promise<void> = Promise.resolve();
  /** What came and is not served yet: a reload that fails is tried again. */
  let isDue = false;
  const reloads = new Retries(limits.workerAnnounceMs, limits.packRetryMaxMs);
  const exchange = async (): Promise<void> => {
    if (isStopped) return;
    if (await packs.exchange()) isDue = true;
    if (!isDue) return;
    const isServed = await reloads.run("reload", async () => {
      const { leftOut } = await inference.reload();
      await served.reopen(leftOut);
      return true;
    });
    if (!isServed) return;
    isDue = false;
    log.info({ packs: served.packs().map(({ id, digest }) => ({ id, digest })) }, "packs of other workers are served");
  };
  /** One at a time. */
  const now = (): Promise<void> => {
    last = last.then(exchange).catch((err: unknown) => {
      if (!isStopped) log.error({ err }, "packs could not be exchanged with other workers");
    });
    return last;
  };
  const timer = setInterval(() => void now(), limits.workerAnnounceMs);
  return {
    now,
    stop: () => {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
