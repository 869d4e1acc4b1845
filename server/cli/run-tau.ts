/**
 * Runs one command of `tau`: one file a command in commands/, each answers to --help. A command's result goes to standard output, all
 * else to standard error. Ends no process, so that a test can run many commands in one.
 */
import { AppError } from "../../shared/problem.ts";

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  run(args: string[]): Promise<number>;
}

interface Entry {
  readonly summary: string;
  /** Whether it asks the inference child. */
  readonly draws?: true;
  load(): Promise<Command>;
}

/** Loaded on demand, so that `tau packs` need not load the HTTP server, nor `tau serve` the runtime. */
const commands: Readonly<Record<string, Entry>> = {
  serve: {
    summary: "serve the API and the playground",
    load: async () => (await import("./commands/serving/serve.ts")).command,
  },
  worker: {
    summary: "draw for the servers of a queue server",
    load: async () => (await import("./commands/serving/worker.ts")).command,
  },
  workers: {
    summary: "list the workers of a queue server",
    load: async () => (await import("./commands/serving/workers.ts")).command,
  },
  tokens: {
    summary: "add, list and revoke tokens of a server",
    load: async () => (await import("./commands/serving/tokens.ts")).command,
  },
  plugin: {
    summary: "write the plugin for a team's own server",
    load: async () => (await import("./commands/serving/plugin.ts")).command,
  },
  generate: {
    summary: "turn captions, sketches and more into PNG files",
    draws: true,
    load: async () => (await import("./commands/images/generate.ts")).command,
  },
  drawings: {
    summary: "list the drawings that a caption may start from",
    draws: true,
    load: async () => (await import("./commands/images/drawings.ts")).command,
  },
  invert: {
    summary: "find the latent, residual and likelihood of an image",
    draws: true,
    load: async () => (await import("./commands/images/invert.ts")).command,
  },
  restyle: {
    summary: "give images another style or caption",
    draws: true,
    load: async () => (await import("./commands/images/restyle.ts")).command,
  },
  variations: {
    summary: "draw images like an image",
    draws: true,
    load: async () => (await import("./commands/images/variations.ts")).command,
  },
  blend: {
    summary: "draw the frames between two images",
    draws: true,
    load: async () => (await import("./commands/images/blend.ts")).command,
  },
  family: {
    summary: "draw icons that belong together, from a list of names",
    draws: true,
    load: async () => (await import("./commands/images/family.ts")).command,
  },
  vectorise: {
    summary: "trace images: SVG files of few, named paths",
    load: async () => (await import("./commands/images/vectorise.ts")).command,
  },
  upscale: {
    summary: "enlarge an image, as one answer or several hypotheses",
    draws: true,
    load: async () => (await import("./commands/images/upscale.ts")).command,
  },
  train: {
    summary: "train a translation on your own images, or a pack's flow",
    load: async () => (await import("./commands/packs/train.ts")).command,
  },
  evaluate: {
    summary: "measure a pack and write a report",
    load: async () => (await import("./commands/packs/evaluate.ts")).command,
  },
  calibrate: {
    summary: "measure typicality and out-of-distribution thresholds of a translation",
    load: async () => (await import("./commands/packs/calibrate.ts")).command,
  },
  experts: {
    summary: "get, import, try and train experts of your own",
    load: async () => (await import("./commands/experts/experts.ts")).command,
  },
  recipes: {
    summary: "build the paper's systems from published experts",
    load: async () => (await import("./commands/recipes/recipes.ts")).command,
  },
  doctor: {
    summary: "say what is wrong here and what to do",
    load: async () => (await import("./commands/serving/doctor.ts")).command,
  },
  packs: {
    summary: "list and verify packs",
    load: async () => (await import("./commands/packs/packs.ts")).command,
  },
};

const overview = (): string =>
  [
    "Usage: npm run -s tau -- <command> [options]",
    "",
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`),
    "",
    "`tau <command> --help` explains one command.",
  ].join("\n");

const asksForHelp = (args: readonly string[]): boolean => args.includes("--help") || args.includes("-h");

const entryOf = (name: string): Entry | undefined => (Object.hasOwn(commands, name) ? commands[name] : undefined);

/** A value may begin with a dash, as `--caption "-10% off"` and `--strength -2`: no flag but help is so short. */
function withDashedValues(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const flag = joined.at(-1);
    if (/^-[^-]/.test(arg) && flag && /^--[a-z-]+$/.test(flag)) joined[joined.length - 1] = `${flag}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** Whether these arguments are of a command that asks the inference child. */
export const willDraw = ([name = "", ...args]: readonly string[]): boolean =>
  entryOf(name)?.draws === true && args.length > 0 && !asksForHelp(args);

/** @returns the exit code: 0 done, 1 failed, 2 wrong usage */
export async function runTau([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(overview());
    return name === undefined ? 2 : 0;
  }
  const entry = entryOf(name);
  if (!entry) {
    console.error(`tau: expected one of ${Object.keys(commands).join(", ")}, got "${name}"\n\n${overview()}`);
    return 2;
  }
  const command = await entry.load();
  if (asksForHelp(args)) {
    console.log(command.usage);
    return 0;
  }
  try {
    return await command.run(withDashedValues(args));
  } catch (error) {
    if (error instanceof AppError) console.error(`tau ${name}: ${error.code}: ${error.message}`);
    else if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
      console.error(`tau ${name}: ${error.message}\n\n${command.usage}`);
      return 2;
    } else console.error(error);
    return 1;
  }
}
