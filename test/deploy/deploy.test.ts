/** The files of deploy/ say what the program knows: its commands, variables, port and paths; and what keeps a container small and closed. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { it } from "node:test";
import { DockerfileParser } from "dockerfile-ast";
import { parse } from "yaml";
import { z } from "zod";
import { defaultPort } from "../../shared/messages/settings.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const textOf = (name: string): string => readFileSync(join("deploy", name), "utf8");
const settings = new Set(readFileSync("server/app/config.ts", "utf8").match(/\bTAU_[A-Z_]+\b/g));
const commands = readdirSync("server/cli/commands", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => basename(name, ".ts"));

const Service = z.looseObject({
  image: z.string(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string().nullable()).optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()),
});
const Compose = z.object({
  name: z.string(),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
  "x-tau": z.unknown(),
});

it("the Dockerfile copies what is there, runs as an unprivileged user and names the port and settings of the program", () => {
  const instructions = DockerfileParser.parse(textOf("Dockerfile")).getInstructions();
  const of = (keyword: string) => instructions.filter((one) => one.getKeyword() === keyword);
  assert.equal(of("FROM").length, 2, "what builds is not in the image");
  const last = of("USER").at(-1)!;
  assert.equal(last.getArgumentsContent(), "node");
  assert.ok(last.getRange().start.line > of("RUN").at(-1)!.getRange().start.line, "nothing runs after it as root");
  assert.equal(of("EXPOSE")[0]!.getArgumentsContent(), String(defaultPort));
  for (const copy of of("COPY").slice(2)) {
    const [path] = copy
      .getArguments()
      .map((argument) => argument.getValue())
      .slice(-2);
    const source = path!.replace(/^\/tau\//, "");
    assert.ok(source.startsWith("dist") || existsSync(source), source);
  }
  for (const name of textOf("Dockerfile").match(/\bTAU_[A-Z_]+\b/g)!) assert.ok(settings.has(name), name);
});

it("the compose file runs known commands with known settings in closed containers, and publishes to this machine alone", () => {
  const { services, volumes } = Compose.parse(parse(textOf("compose.yaml"), { merge: true }));
  assert.deepEqual(Object.keys(services), ["api", "worker", "queue"]);
  for (const [name, { command, environment = {}, ports = [], volumes: mounts, image }] of Object.entries(services)) {
    if (image === "tau" && command) assert.ok(commands.includes(command[0]!), `${name}: ${command}`);
    for (const variable of Object.keys(environment)) assert.ok(settings.has(variable), variable);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
    for (const mount of mounts) assert.ok(mount.startsWith("/") || mount.split(":")[0]! in volumes, mount);
  }
});

/** Debian: apt-get install docker-compose; no Docker is asked. */
const compose = "/usr/bin/docker-compose";
it("Docker Compose accepts the compose file", { skip: existsSync(compose) ? false : "no docker-compose here" }, () => {
  const text = execFileSync(compose, ["-f", "deploy/compose.yaml", "config", "--format", "json"], { encoding: "utf8" });
  const { services } = JSON.parse(text) as { services: Record<string, { deploy?: { replicas?: number } }> };
  assert.equal(services["worker"]?.deploy?.replicas, 2);
});

const systemd = "/usr/bin/systemd-analyze";
it("systemd accepts the units", { skip: existsSync(systemd) ? false : "no systemd-analyze here" }, () => {
  const folder = temporaryFolder("units");
  const paths = ["tau.service", "tau-worker@1.service"].map((name) => {
    const text = textOf(name.replace("@1", "@"))
      .replaceAll("/opt/tau", resolve("."))
      .replaceAll("/usr/bin/node", process.execPath);
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  execFileSync(systemd, ["verify", ...paths], { stdio: "pipe" });
});
