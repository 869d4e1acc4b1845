/**
 * The configuration: the only reader of process.env, but for onnx/runtime.ts, which children and threads load. Flags win over the environment, the environment over defaults; every
 * value is checked here, once. @throws AppError config_invalid naming the variable or flag, what was expected, what came
 */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { limits } from "../../shared/limits.ts";
import { defaultPort } from "../../shared/messages/settings.ts";
import { AppError } from "../../shared/problem.ts";
import { packsHome } from "../packs/catalogue.ts";
import { type LogLevel, logLevels } from "../platform/log-levels.ts";

const gpus = ["cuda", "coreml", "dml", "webgpu"] as const;
export const providers = ["auto", "cpu", ...gpus, ...gpus.map((name) => `prefer-${name}` as const)] as const;
export type ProviderName = (typeof providers)[number];

/** `web` has sessions run in WebAssembly, as where onnxruntime-node has no binary. Children and threads inherit the variable. */
const runtimes = ["auto", "web"] as const;

export interface Config {
  /** 0 = any free port (tests). */
  readonly port: number;
  /** Token, results, uploads, history, the user's packs. */
  readonly dataDir: string;
  /** Of a worker's metrics; absent = none. */
  readonly metricsPort?: number | undefined;
  readonly packsDir: string;
  /** Packs that the user trained, beside those that ship; need not exist. */
  readonly userPacksDir: string;
  readonly provider: ProviderName;
  /** Threads of the inference child; 0 = all cores. */
  readonly threads: number;
  readonly logLevel: LogLevel;
  /** Host names besides localhost that requests may name, e.g. that of a reverse proxy. */
  readonly hosts: readonly string[];
  readonly requestsPerMinute: number;
  /** Where several processes share jobs and files; absent = one process does all. */
  readonly shared?: SharedConfig | undefined;
  /** Addresses to listen on; empty = those of this machine alone. */
  readonly listen: readonly string[];
  /** Base address of an OpenTelemetry collector; absent = no traces. */
  readonly otlpEndpoint?: string | undefined;
  /** Folder of the built playground; need not exist. */
  readonly playgroundDir: string;
  readonly version: string;
}

/** A queue server and a store of files, for many processes. */
export interface SharedConfig {
  /** `redis://` or `rediss://`. */
  readonly queueUrl: string;
  readonly store:
    | { readonly folder: string }
    | { readonly url: string; readonly region: string; readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What the command line may set. */
export interface Flags {
  readonly port?: string | undefined;
  readonly data?: string | undefined;
  readonly packs?: string | undefined;
  readonly provider?: string | undefined;
}

/** Folder of package.json: the same for the sources and for the bundle in dist/. */
const rootDir = ((): string => {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
})();

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max);

const fields = {
  port: { variable: "TAU_PORT", schema: integer(0, 65_535), expected: "a port from 0 to 65535" },
  metricsPort: { variable: "TAU_METRICS_PORT", schema: integer(0, 65_535), expected: "a port from 0 to 65535" },
  data: { variable: "TAU_DATA", schema: z.string().min(1), expected: "the path of a folder" },
  packs: { variable: "TAU_PACKS", schema: z.string().min(1), expected: "the path of a folder" },
  provider: { variable: "TAU_PROVIDER", schema: z.enum(providers), expected: `one of ${providers.join(", ")}` },
  runtime: { variable: "TAU_RUNTIME", schema: z.enum(runtimes), expected: `one of ${runtimes.join(", ")}` },
  threads: {
    variable: "TAU_THREADS",
    schema: integer(0, 1024),
    expected: "a number of threads from 0 (all cores) to 1024",
  },
  logLevel: { variable: "TAU_LOG_LEVEL", schema: z.enum(logLevels), expected: `one of ${logLevels.join(", ")}` },
  hosts: {
    variable: "TAU_HOSTS",
    schema: z.string().regex(/^[A-Za-z0-9.-]+(\s*,\s*[A-Za-z0-9.-]+)*$/),
    expected: "host names without port, separated by commas",
  },
  listen: {
    variable: "TAU_LISTEN",
    schema: z.string().regex(/^[0-9A-Fa-f.:]+(\s*,\s*[0-9A-Fa-f.:]+)*$/),
    expected: "IP addresses, separated by commas",
  },
  otlpEndpoint: {
    variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
    schema: z.url({ protocol: /^https?$/ }),
    expected: "an address like http://localhost:4318",
  },
  requestsPerMinute: {
    variable: "TAU_REQUESTS_PER_MINUTE",
    schema: integer(1, 999_999_999),
    expected: "a number from 1",
  },
  queueUrl: {
    variable: "TAU_QUEUE_URL",
    schema: z.url({ protocol: /^rediss?$/ }),
    expected: "redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT",
  },
  storeUrl: {
    variable: "TAU_STORE_URL",
    schema: z.url({ protocol: /^(file|https?)$/ }),
    expected: "file:///FOLDER or https://HOST/BUCKET",
  },
} as const;

function settle<K extends keyof typeof fields>(
  name: K,
  flag: string | undefined,
  env: NodeJS.ProcessEnv,
): z.output<(typeof fields)[K]["schema"]> | undefined {
  const { variable, schema, expected } = fields[name];
  const text = flag ?? env[variable];
  if (text === undefined || (flag === undefined && text === "")) return undefined;
  const result = schema.safeParse(text);
  if (!result.success) {
    const field = flag === undefined ? variable : `--${name}`;
    // Addresses may hold passwords.
    const received = name.endsWith("Url") ? "something else" : JSON.stringify(text.slice(0, 80));
    throw new AppError("config_invalid", `${field}: expected ${expected}, got ${received}`, {
      field,
      expected,
      received,
    });
  }
  return result.data as z.output<(typeof fields)[K]["schema"]>;
}

/** @throws AppError config_invalid for a queue server without a store */
function readShared(env: NodeJS.ProcessEnv): SharedConfig | undefined {
  const queueUrl = settle("queueUrl", undefined, env);
  if (queueUrl === undefined) return undefined;
  const store = settle("storeUrl", undefined, env);
  if (store === undefined)
    throw new AppError(
      "config_invalid",
      "TAU_STORE_URL: expected a store of files beside TAU_QUEUE_URL, file:///FOLDER or https://HOST/BUCKET, got none",
      { field: "TAU_STORE_URL" },
    );
  const url = new URL(store);
  if (url.protocol === "file:") return { queueUrl, store: { folder: fileURLToPath(url) } };
  const [accessKeyId, secretAccessKey] = [env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]];
  if (!accessKeyId || !secretAccessKey)
    throw new AppError(
      "config_invalid",
      "TAU_STORE_URL: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY beside an S3-style store, got none",
      { field: "AWS_ACCESS_KEY_ID" },
    );
  const region = env["AWS_REGION"] || "us-east-1";
  return { queueUrl, store: { url: `${url.origin}${url.pathname}`, region, accessKeyId, secretAccessKey } };
}

export function readConfig(flags: Flags = {}, env: NodeJS.ProcessEnv = process.env): Config {
  settle("runtime", undefined, env);
  const shareDir = env["XDG_DATA_HOME"] || join(homedir(), ".local", "share");
  const dataDir = resolve(settle("data", flags.data, env) ?? join(shareDir, "tau"));
  return {
    port: settle("port", flags.port, env) ?? defaultPort,
    dataDir,
    metricsPort: settle("metricsPort", undefined, env),
    packsDir: resolve(settle("packs", flags.packs, env) ?? packsHome()),
    userPacksDir: join(dataDir, "packs"),
    provider: settle("provider", flags.provider, env) ?? "auto",
    threads: settle("threads", undefined, env) ?? 0,
    logLevel: settle("logLevel", undefined, env) ?? (process.stderr.isTTY ? "warn" : "info"),
    hosts: listOf(settle("hosts", undefined, env)),
    listen: listOf(settle("listen", undefined, env)),
    otlpEndpoint: settle("otlpEndpoint", undefined, env),
    requestsPerMinute: settle("requestsPerMinute", undefined, env) ?? limits.requestsPerMinute,
    shared: readShared(env),
    playgroundDir: join(rootDir, "dist/playground"),
    version: readVersion(),
  };
}

const listOf = (text = ""): string[] =>
  text
    .split(",")
    .map((item) => item.trim().toLowerCase())
    .filter(Boolean);

function readVersion(): string {
  const about: unknown = JSON.parse(readFileSync(join(rootDir, "package.json"), "utf8"));
  return z.object({ version: z.string() }).parse(about).version;
}
