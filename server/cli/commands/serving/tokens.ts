/** `tau tokens`: further tokens of a server, each with a name, a role and limits. A token is printed once, when it is made. */

import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { AppError } from "../../../../shared/problem.ts";
import { type Config, readConfig } from "../../../app/config.ts";
import { makeDataFolder } from "../../../app/make-data-folder.ts";
import { keyPrefix } from "../../../app/many/open-shared.ts";
import { SharedTokens } from "../../../app/many/shared-tokens.ts";
import { TokenFile, type TokenStore } from "../../../app/token-file.ts";
import { hashToken } from "../../../http/identity.ts";
import { connect } from "../../../jobs/bull/connection.ts";

const usage = `Usage: npm run -s tau -- tokens add NAME [options] | list | revoke NAME   [--data DIR]

  add      makes a token and prints it, this once: only its hash is kept
  list     names, roles, limits
  revoke   refuses a token from now on; jobs that it started go on

  --role ROLE                admin or user (default user): a user sees the jobs of its own token alone
  --requests-per-minute N    (default as for the server's own token)
  --share N                  turns of its waiting jobs for each of a token with share 1, from 1 to 16 (default 1)
  --data DIR                 the server's data folder (default as tau serve; TAU_DATA)

With TAU_QUEUE_URL tokens are kept on the queue server, for all HTTP processes. Exit codes: 0 done, 1 failed, 2 wrong usage.`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      role: { type: "string", default: "user" },
      "requests-per-minute": { type: "string" },
      share: { type: "string", default: "1" },
      data: { type: "string" },
    },
  });
  const [action, name, ...more] = positionals;
  const isRight = more.length === 0 && (action === "list" ? name === undefined : name !== undefined);
  if (!isRight || !["add", "list", "revoke"].includes(action ?? "")) {
    console.error(`tau tokens: expected add NAME, list or revoke NAME, got "${positionals.join(" ")}"\n\n${usage}`);
    return 2;
  }
  return withStore(readConfig({ data: values.data }), async (store) => {
    if (action === "list") return list(store);
    if (action === "revoke") return revoke(store, name!);
    const perMinute = values["requests-per-minute"];
    return add(store, {
      name: matching("NAME", name!, /^[a-z0-9][a-z0-9-]{0,39}$/, "1 to 40 small letters, digits and hyphens"),
      role: matching("--role", values.role, /^(admin|user)$/, "admin or user") as "admin" | "user",
      share: Number(matching("--share", values.share, /^([1-9]|1[0-6])$/, "a number from 1 to 16")),
      ...(perMinute !== undefined && {
        requestsPerMinute: Number(matching("--requests-per-minute", perMinute, /^[1-9]\d{0,8}$/, "a number from 1")),
      }),
    });
  });
}

async function withStore(config: Config, act: (store: TokenStore) => Promise<number>): Promise<number> {
  if (!config.shared) {
    await makeDataFolder(config.dataDir);
    return act(new TokenFile(config.dataDir));
  }
  const connections = await connect(config.shared.queueUrl, () => undefined);
  return act(new SharedTokens(connections.asking, keyPrefix)).finally(() => connections.close());
}

async function add(store: TokenStore, about: Pick<Parameters<TokenStore["add"]>[0], "name" | "role" | "share">) {
  const token = randomBytes(32).toString("base64url");
  const isNew = await store.add({ ...about, hash: hashToken(token), createdAt: new Date().toISOString() });
  if (!isNew) throw refused("NAME", "a name that no token has", about.name);
  console.error(`Token ${about.name} (${about.role}). It is shown this once:`);
  console.log(token);
  return 0;
}

async function list(store: TokenStore): Promise<number> {
  for (const { name, role, share, requestsPerMinute, createdAt } of await store.list())
    console.log(
      [
        name.padEnd(20),
        role.padEnd(5),
        `share ${share}`,
        `${requestsPerMinute ?? "default"} requests/min`,
        createdAt,
      ].join("  "),
    );
  return 0;
}

async function revoke(store: TokenStore, name: string): Promise<number> {
  if (!(await store.revoke(name))) throw refused("NAME", "the name of a token (tau tokens list)", name);
  return 0;
}

function matching(field: string, text: string, pattern: RegExp, expected: string): string {
  if (pattern.test(text)) return text;
  throw refused(field, expected, text);
}

const refused = (field: string, expected: string, received: string): AppError =>
  new AppError("config_invalid", `${field}: expected ${expected}, got ${JSON.stringify(received.slice(0, 60))}`, {
    field,
    expected,
  });

export const command = { name: "tokens", summary: "add, list and revoke tokens of a server", usage, run };
