/** Starts the inference child, brings into service what it could load, and says how it is. */
import { AppError } from "../../shared/problem.ts";
import type { InferenceStatus } from "../http/deps.ts";
import { createInferenceClient } from "../inference/client.ts";
import type { InferenceClient, ReadyInfo } from "../inference/protocol.ts";
import type { Served } from "../packs/served-catalogue.ts";
import type { Log } from "../platform/log.ts";
import type { Config } from "./config.ts";

export const createClient = ({ packsDir, userPacksDir, provider, threads }: Config, log: Log): InferenceClient =>
  createInferenceClient({
    packsDir,
    userPacksDir,
    provider,
    threads,
    log: (message, fields) => log.warn(fields, message),
  });

/** The child as clients see it. @param startFault why it never started, if so */
export function statusOf({ ready, fault, counts }: InferenceClient, startFault: unknown): InferenceStatus {
  if (ready) return { state: "ready", provider: ready.provider, counts };
  const cause = fault ?? startFault;
  if (cause === undefined) return { state: "starting", counts };
  return {
    state: "unavailable",
    counts,
    detail: cause instanceof AppError ? cause.message : "the inference child did not start",
  };
}

/**
 * Resolves when the child is ready; rejects with its start-up fault.
 * @param onFault given the same fault
 */
export function startInference(
  inference: InferenceClient,
  served: Served,
  log: Log,
  onFault: (fault: unknown) => void,
): Promise<ReadyInfo> {
  const ready = inference.start();
  ready.then(async ({ provider, providerRefused, startMs, packs, leftOut = [] }) => {
    log.info({ provider, startMs, packs }, "inference is ready");
    if (providerRefused !== undefined) log.warn({ reason: providerRefused }, "the GPU gave way to the processor");
    if (leftOut.length > 0)
      await served.reopen(leftOut).catch((err: unknown) => log.error({ err }, "the packs could not be read again"));
  }, onFault);
  return ready;
}
