/** A Lua script on the queue server: what must happen at once happens in one. Sent whole when the server does not know it yet. */
import { createHash } from "node:crypto";
import type { Connection } from "./connection.ts";

export class Script {
  readonly #lua: string;
  readonly #sha1: string;

  constructor(lua: string) {
    this.#lua = lua;
    this.#sha1 = createHash("sha1").update(lua).digest("hex");
  }

  /** @param prefix of all keys that it touches, `KEYS[1]` in the script */
  async run(client: Connection, prefix: string, ...args: ReadonlyArray<string | number>): Promise<unknown> {
    try {
      return await client.evalsha(this.#sha1, 1, prefix, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return client.eval(this.#lua, 1, prefix, ...args);
    }
  }
}
