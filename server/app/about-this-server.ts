/** A server that draws by itself, described as its only worker. */
import { hostname } from "node:os";
import { type WorkerInfo, workKinds } from "../../shared/contract/workers.ts";
import { limits } from "../../shared/limits.ts";
import type { InferenceClient } from "../inference/protocol.ts";
import type { Served } from "../packs/served-catalogue.ts";
import type { Config } from "./config.ts";

export async function aboutThisServer(
  { version }: Pick<Config, "version">,
  served: Served,
  inference: Pick<InferenceClient, "ready">,
  startedAt: string,
): Promise<WorkerInfo> {
  const packs = served.packs();
  return {
    id: "here",
    ...{ host: hostname(), pid: process.pid, version, startedAt, kinds: [...workKinds] },
    provider: inference.ready?.provider ?? "none",
    packs: packs.map(({ id, version: packVersion, digest }) => ({ id, version: packVersion, digest })),
    shippedPacks: packs.filter(({ id }) => served.isShipped(id)).map(({ id }) => id),
    parallel: limits.jobsParallelMax,
    seenAt: new Date().toISOString(),
    isLive: inference.ready !== undefined,
  };
}
