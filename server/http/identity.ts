/** Who asks: a token by its hash, what it may do, how much, and whose jobs it sees. Tokens have 256 random bits, so a plain hash hides them. */
import type { Context } from "hono";
import { sha256Of } from "../platform/sha256.ts";

export interface Identity {
  /** Of the token; "" = the server's own, which is in its data folder. */
  readonly name: string;
  /** An admin sees the jobs of all, the metrics and the workers; a user the jobs of its own token. */
  readonly role: "admin" | "user";
  /** Absent = as the server's own token. */
  readonly requestsPerMinute?: number | undefined;
  /** Turns that its waiting jobs get, of every turn of a token with share 1. */
  readonly share: number;
}

export interface Tokens {
  /** @param hash as `hashToken` gives it @throws AppError queue_unavailable */
  find(hash: string): Promise<Identity | undefined>;
}

export type IdentityEnv = { Variables: { identity: Identity } };

export const ownIdentity: Identity = { name: "", role: "admin", share: 1 };

export const hashToken = (token: string): string => sha256Of(Buffer.from(token));

/** Who asks; of routes that are open to all, the server's own token. */
export const identityOf = (c: Context): Identity => (c as Context<IdentityEnv>).get("identity") ?? ownIdentity;

/** Whose a job is, and how many turns it gets. */
export interface Standing {
  /** Absent = the server's own token. */
  readonly owner?: string;
  readonly share: number;
}

export const ownerOf = (c: Context): Standing => {
  const { name, share } = identityOf(c);
  return { share, ...(name !== "" && { owner: name }) };
};

/** Whether who asks sees a job of this owner. */
export const maySee = ({ role, name }: Identity, owner: string | undefined): boolean =>
  role === "admin" || owner === name;
