/** `tau worker`: draws for the servers of a queue server, until a signal. */
import { parseArgs } from "node:util";
import { type WorkKind, workKinds } from "../../../../shared/contract/workers.ts";
import { AppError } from "../../../../shared/problem.ts";
import { readConfig } from "../../../app/config.ts";
import { startWork, type WorkOptions } from "../../../app/many/work.ts";
import { untilSignal } from "../../until-signal.ts";

const usage = `Usage: npm run -s tau -- worker [options]

Draws for the servers of a queue server (TAU_QUEUE_URL, TAU_STORE_URL), until Ctrl-C. See docs/scaling.md.

  --kinds LIST     kinds of jobs that it takes, of ${workKinds.join(", ")} (default: all)
  --data DIR       own packs, folders of trainings; no other process may use it (default as tau serve; TAU_DATA)
  --packs DIR      folder of packs (default: those that ship; TAU_PACKS)
  --provider NAME  auto, cpu, cuda, coreml, dml or webgpu, or prefer- and one of these (default auto; TAU_PROVIDER)
  --help           this text

Further variables: TAU_RUNTIME, TAU_THREADS, TAU_LOG_LEVEL, TAU_METRICS_PORT (answers HTTP for Prometheus alone).
Exit codes: 0 stopped by a signal, 1 failed, 2 wrong usage.`;

/** Runs the command; `parts` are for tests. */
export async function work(args: string[], parts: WorkOptions = {}): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      kinds: { type: "string" },
      data: { type: "string" },
      packs: { type: "string" },
      provider: { type: "string" },
    },
  });
  const { kinds, ...flags } = values;
  const config = readConfig(flags);
  const { shared } = config;
  if (!shared) {
    const expected = "redis://HOST:PORT";
    throw new AppError("config_invalid", `TAU_QUEUE_URL: expected ${expected}, got none`, {
      field: "TAU_QUEUE_URL",
      expected,
    });
  }
  const worker = await startWork(
    { ...config, shared },
    { ...parts, ...(kinds !== undefined && { kinds: kindsIn(kinds) }) },
  );
  const signalled = untilSignal();
  try {
    await Promise.race([worker.ready, signalled]);
    await signalled;
  } finally {
    await worker.stop();
  }
  return 0;
}

/** @throws AppError config_invalid */
function kindsIn(text: string): WorkKind[] {
  return text.split(",").map((name) => {
    const kind = workKinds.find((known) => known === name.trim());
    if (kind) return kind;
    const expected = workKinds.join(", ");
    throw new AppError("config_invalid", `--kinds: expected some of ${expected}, got "${name.slice(0, 40)}"`, {
      field: "--kinds",
      expected,
    });
  });
}

export const command = {
  name: "worker",
  summary: "draw for the servers of a queue server",
  usage,
  run: (args: string[]) => work(args),
};
