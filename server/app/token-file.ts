/**
 * Further tokens of a server, by name, in `tokens.json` of the data folder: hashes alone, so that the file gives no token away.
 * A running server reads the file again when it has changed.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Identity, Tokens } from "../http/identity.ts";
import { writeFileAtomically } from "../platform/files/atomic-file.ts";

export const TokenRecordSchema = z.object({
  name: z.string(),
  hash: z.string(),
  role: z.enum(["admin", "user"]),
  requestsPerMinute: z.number().int().optional(),
  share: z.number().int().default(1),
  createdAt: z.string(),
});
export type TokenRecord = z.infer<typeof TokenRecordSchema>;

/** Where tokens are kept. */
export interface TokenStore extends Tokens {
  list(): Promise<readonly TokenRecord[]>;
  /** False when the name is taken. */
  add(record: TokenRecord): Promise<boolean>;
  /** False when there is none of the name. */
  revoke(name: string): Promise<boolean>;
}

export const identityOfRecord = ({ name, role, requestsPerMinute, share }: TokenRecord): Identity => ({
  name,
  role,
  share,
  ...(requestsPerMinute !== undefined && { requestsPerMinute }),
});

const FileSchema = z.object({ format: z.literal(1), tokens: z.array(TokenRecordSchema) });

export class TokenFile implements TokenStore {
  readonly #path: string;
  #readAt = "";
  #records: readonly TokenRecord[] = [];

  constructor(dataDir: string) {
    this.#path = join(dataDir, "tokens.json");
  }

  async find(hash: string): Promise<Identity | undefined> {
    const record = (await this.list()).find((known) => known.hash === hash);
    return record && identityOfRecord(record);
  }

  async list(): Promise<readonly TokenRecord[]> {
    const about = await stat(this.#path, { bigint: true }).catch(() => undefined);
    const state = about ? `${about.ino} ${about.mtimeNs}` : "";
    if (state !== this.#readAt) {
      this.#records = about ? FileSchema.parse(JSON.parse(await readFile(this.#path, "utf8"))).tokens : [];
      this.#readAt = state;
    }
    return this.#records;
  }

  async add(record: TokenRecord): Promise<boolean> {
    const records = await this.list();
    if (records.some(({ name }) => name === record.name)) return false;
    await this.#write([...records, record]);
    return true;
  }

  async revoke(name: string): Promise<boolean> {
    const records = await this.list();
    if (!records.some((record) => record.name === name)) return false;
    await this.#write(records.filter((record) => record.name !== name));
    return true;
  }

  #write(tokens: readonly TokenRecord[]): Promise<void> {
    return writeFileAtomically(this.#path, `${JSON.stringify({ format: 1, tokens }, null, 2)}\n`);
  }
}
