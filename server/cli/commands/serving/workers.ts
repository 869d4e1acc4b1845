/** `tau workers`: who works for a queue server, and with what. */
import { parseArgs } from "node:util";
import type { WorkerInfo } from "../../../../shared/contract/workers.ts";
import { AppError } from "../../../../shared/problem.ts";
import { readConfig } from "../../../app/config.ts";
import { keyPrefix } from "../../../app/many/open-shared.ts";
import { connect } from "../../../jobs/bull/connection.ts";
import { readKnown } from "../../../jobs/bull/worker-registry.ts";

const usage = `Usage: npm run -s tau -- workers [--json]

Lists the workers of a queue server (TAU_QUEUE_URL, TAU_STORE_URL), as GET /v1/workers does: machine, provider, kinds, packs.

  --json   as JSON`;

async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: "boolean", default: false } } });
  const { shared } = readConfig();
  if (!shared)
    throw new AppError("config_invalid", "TAU_QUEUE_URL: expected redis://HOST:PORT, got none", {
      field: "TAU_QUEUE_URL",
    });
  const connections = await connect(shared.queueUrl, () => undefined);
  try {
    const { workers } = await readKnown(connections.asking, keyPrefix, Date.now());
    if (values.json) console.log(JSON.stringify({ workers }, null, 2));
    else for (const worker of workers) console.log(lineOf(worker));
    if (workers.length === 0) console.error("no worker was there within a day");
    return 0;
  } finally {
    connections.close();
  }
}

const lineOf = ({ host, pid, version, provider, kinds, packs, isLive, seenAt }: WorkerInfo): string =>
  [
    `${host}:${pid}`.padEnd(24),
    isLive ? "live" : `gone since ${seenAt}`,
    `tau ${version}, ${provider}`,
    kinds.join("+"),
    packs.map(({ id, digest }) => `${id} ${digest.slice(0, 12)}`).join(", "),
  ].join("  ");

export const command = { name: "workers", summary: "list the workers of a queue server", usage, run };
