/** `tau serve`: prints the one link that opens the playground, serves until a signal, stops gracefully. */
import { parseArgs } from "node:util";
import { limits } from "../../../shared/limits.ts";
import { readConfig } from "../../app/config.ts";
import { type ServerParts, startServer } from "../../app/main.ts";

const usage = `Usage: npm start -- [options]   or   npm run -s tau -- serve [options]

Serves the API and the playground to this machine (127.0.0.1 and ::1), until Ctrl-C. See docs/operations.md.

  --port N         port (default 7826; TAU_PORT)
  --data DIR       token, images and history (default $XDG_DATA_HOME/tau or ~/.local/share/tau; TAU_DATA)
  --packs DIR      folder of packs (default: those that ship; TAU_PACKS)
  --provider NAME  auto, cpu, cuda or webgpu (default auto; TAU_PROVIDER)
  --help           this text

Further variables: TAU_RUNTIME (auto, web), TAU_THREADS (0 = all cores), TAU_LOG_LEVEL (debug, info, warn, error, silent),
TAU_HOSTS (further host names that requests may carry), TAU_REQUESTS_PER_MINUTE. A flag wins over its variable.
Exit codes: 0 stopped by a signal, 1 failed (for example port_in_use), 2 wrong usage.`;

/** Runs the command; `parts` are for tests. */
export async function serve(args: string[], parts: ServerParts = {}): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string" },
      data: { type: "string" },
      packs: { type: "string" },
      provider: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const server = await startServer(readConfig(values), parts);
  const signalled = new Promise<void>((resolve) => {
    let count = 0;
    const onSignal = (): void => {
      // A second signal means: now.
      if (++count > 1) process.exit(1);
      console.error(
        `\nTau stops; running generations get up to ${limits.shutdownGraceMs / 1000} s (again to stop at once)`,
      );
      resolve();
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
  const { token, url } = server;
  if (token.isNew) console.error(`A new token is in ${token.path}. The plugin asks for it once, in its settings.`);
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

export const command = {
  name: "serve",
  summary: "serve the API and the playground",
  usage,
  run: (args: string[]) => serve(args),
};
