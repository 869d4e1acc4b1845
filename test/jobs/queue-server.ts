/** A queue server of one's own for a test: Valkey or Redis on a free loopback port, with its data in a temporary folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { untilExit } from "../fixtures/until-exit.ts";

/** The program, or undefined where none is installed. */
const program = ["valkey-server", "redis-server"]
  .flatMap((name) => (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name)))
  .find((path) => existsSync(path));

/** For `skip`: false, or what to install. */
export const withoutQueueServer =
  program === undefined &&
  "needs valkey-server or redis-server: apt-get install valkey-server, or npm test -- --install";

export interface QueueServer {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** The same server again, with its data and its port, after its process ended. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param isDurable every command is on the disk before it is answered
 * @param addresses of this machine, beside loopback, at which it is reached without a password
 */
export async function startQueueServer(isDurable = false, addresses: readonly string[] = []): Promise<QueueServer> {
  const folder = await mkdtemp(join(tmpdir(), "tau-valkey-"));
  const port = await freePort();
  const start = async (): Promise<ChildProcess> => {
    const bind = ["--bind", "127.0.0.1", ...addresses, "--protected-mode", addresses.length === 0 ? "yes" : "no"];
    const options = [...bind, "--port", String(port), "--dir", folder, "--save", ""];
    const durable = isDurable ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
    const child = spawn(program!, [...options, ...durable], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    await new Promise<void>((resolve, reject) => {
      child.stdout!.on("data", (data) => {
        text += String(data);
        if (text.includes("Ready to accept connections")) resolve();
      });
      child.once("exit", () => reject(new Error(`expected a queue server that starts, got ${text}`)));
    });
    return child;
  };
  let child = await start();
  const end = async (): Promise<void> => {
    await untilExit(child, "SIGKILL");
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get child() {
      return child;
    },
    restart: async () => {
      await end();
      child = await start();
    },
    stop: async () => {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
