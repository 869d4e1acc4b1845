/** Tokens of all HTTP processes of a queue server, kept there by their hashes. A revoked one is refused within seconds everywhere. */
import type { Identity } from "../../http/identity.ts";
import { type Connection, withQueueErrors } from "../../jobs/bull/connection.ts";
import { identityOfRecord, type TokenRecord, TokenRecordSchema, type TokenStore } from "../token-file.ts";

/** Time for which a token that was found is not looked up again, in milliseconds. */
const rememberMs = 2000;

export class SharedTokens implements TokenStore {
  readonly #client: Connection;
  readonly #key: string;
  readonly #found = new Map<string, { readonly identity: Identity; readonly until: number }>();

  constructor(client: Connection, prefix: string) {
    this.#client = client;
    this.#key = `${prefix}:tokens`;
  }

  async find(hash: string): Promise<Identity | undefined> {
    const known = this.#found.get(hash);
    if (known && known.until > performance.now()) return known.identity;
    this.#found.delete(hash);
    const record = (await this.list()).find((each) => each.hash === hash);
    if (!record) return undefined;
    const identity = identityOfRecord(record);
    this.#found.set(hash, { identity, until: performance.now() + rememberMs });
    return identity;
  }

  list(): Promise<readonly TokenRecord[]> {
    return withQueueErrors(async () => {
      const texts = Object.values(await this.#client.hgetall(this.#key));
      return texts.map((text) => TokenRecordSchema.parse(JSON.parse(text)));
    });
  }

  add(record: TokenRecord): Promise<boolean> {
    return withQueueErrors(
      async () => (await this.#client.hsetnx(this.#key, record.name, JSON.stringify(record))) === 1,
    );
  }

  revoke(name: string): Promise<boolean> {
    return withQueueErrors(async () => (await this.#client.hdel(this.#key, name)) === 1);
  }
}
