/** `tau serve`: prints the one link that opens the playground, serves until a signal, stops gracefully. */
import { parseArgs } from "node:util";
import { AppError } from "../../../../shared/problem.ts";
import { type Config, readConfig } from "../../../app/config.ts";
import { type RunningServer, type ServerParts, startServer } from "../../../app/main.ts";
import { untilSignal } from "../../until-signal.ts";

const usage = `Usage: npm start -- [options]   or   npm run -s tau -- serve [options]

Serves the API and the playground to this machine (127.0.0.1 and ::1), until Ctrl-C. See docs/operations.md.

  --port N         port (default 7826; TAU_PORT)
  --data DIR       token, images and history (default $XDG_DATA_HOME/tau or ~/.local/share/tau; TAU_DATA)
  --packs DIR      folder of packs (default: those that ship; TAU_PACKS)
  --with-worker    beside TAU_QUEUE_URL: also draw, in a worker beside the API
  --provider NAME  auto, cpu, cuda, coreml, dml or webgpu, or prefer- and one of these (default auto; TAU_PROVIDER)
  --help           this text

With TAU_QUEUE_URL and TAU_STORE_URL it answers HTTP alone, and workers draw (tau worker): see docs/scaling.md.
Further variables: TAU_RUNTIME (auto, web), TAU_THREADS (0 = all cores), TAU_LOG_LEVEL (debug, info, warn, error, silent),
TAU_HOSTS (further host names that requests may carry), TAU_LISTEN (addresses), TAU_REQUESTS_PER_MINUTE,
OTEL_EXPORTER_OTLP_ENDPOINT (a collector of traces). A flag wins over its variable.
Exit codes: 0 stopped by a signal, 1 failed (for example port_in_use), 2 wrong usage.`;

type Served = Pick<RunningServer, "url" | "token" | "stop"> & { readonly ready: Promise<unknown> };

/** Runs the command; `parts` are for tests. */
export async function serve(args: string[], parts: ServerParts = {}): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string" },
      data: { type: "string" },
      packs: { type: "string" },
      provider: { type: "string" },
      "with-worker": { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const config = readConfig(values);
  const server = await start(config, parts, values["with-worker"]);
  const signalled = untilSignal();
  const { token, url } = server;
  if (token.isNew) console.error(`A new token is in ${token.path}. Paste it once into the plugin's settings.`);
  // Output that is kept (a journal, a container's log) gets the token once, when it is new.
  const fragment = token.isNew || process.stdout.isTTY ? `#token=${token.value}` : "";
  console.log(`\n  Playground  ${url}/${fragment}\n  API docs    at /docs there\n  Token file  ${token.path}\n`);
  try {
    await Promise.race([server.ready, signalled]);
    await signalled;
  } finally {
    await server.stop();
  }
  return 0;
}

/** One process for all, or one of many. @throws AppError as they do, config_invalid for a worker without a queue server */
async function start(config: Config, parts: ServerParts, withWorker: boolean): Promise<Served> {
  const { shared } = config;
  if (!shared) {
    if (!withWorker) return startServer(config, parts);
    const message = "--with-worker: expected TAU_QUEUE_URL beside it, got none; without it the server draws by itself";
    throw new AppError("config_invalid", message, { field: "--with-worker" });
  }
  const { serveHttp } = await import("../../../app/many/serve-http.ts");
  const http = await serveHttp({ ...config, shared });
  if (!withWorker) return { ...http, ready: Promise.resolve() };
  const { startWork } = await import("../../../app/many/work.ts");
  const work = await startWork({ ...config, shared }, parts).catch(async (error: unknown) => {
    await http.stop();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await Promise.all([http.stop(), work.stop()]);
  };
  return { ...http, ready: work.ready, stop };
}

export const command = {
  name: "serve",
  summary: "serve the API and the playground",
  usage,
  run: (args: string[]) => serve(args),
};
