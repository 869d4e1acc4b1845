/** Records of the jobs of one kind on the queue server, as their scripts keep them, with bodies read and written. */
import { LruCache } from "../../platform/lru-cache.ts";
import type { JobKind } from "../job-kinds.ts";
import { filesOf, type Idempotency, type JobBody, type Snapshot } from "../job-queue.ts";
import type { Connection } from "./connection.ts";
import { read } from "./scripts.ts";

/** Of an open job. */
export interface OpenRecord<Body extends JobBody, Request> {
  readonly revision: number;
  readonly body: Body;
  readonly request: Request;
  readonly line: string;
  readonly place: number;
  /** Token of the hold of the worker that has it; "" = none has. */
  readonly holder: string;
  readonly startCount: number;
}

/** Jobs that are read again as they were: followed ones at their end, then by their clients. */
const rememberedMax = 32;

export class Records<Body extends JobBody, Request> {
  readonly prefix: string;
  readonly #kind: JobKind<Body, Request>;
  /** Bodies by their texts, because checking one takes longer than all else of reading it. */
  readonly #bodies = new LruCache<Body>(rememberedMax);

  constructor(kind: JobKind<Body, Request>, prefix: string) {
    this.#kind = kind;
    this.prefix = `${prefix}:${kind.many}:`;
  }

  key(name: string): string {
    return `${this.prefix}${name}`;
  }

  async get(client: Connection, id: string): Promise<Snapshot<Body> | undefined> {
    return (await this.getEach(client, [id]))[0];
  }

  /** Of those that are there. */
  async getAll(client: Connection, ids: readonly string[]): Promise<Snapshot<Body>[]> {
    return (await this.getEach(client, ids)).filter((snapshot) => snapshot !== undefined);
  }

  /** In the order of the ids; undefined = it is not there. */
  async getEach(client: Connection, ids: readonly string[]): Promise<Array<Snapshot<Body> | undefined>> {
    if (ids.length === 0) return [];
    const found = (await read.run(client, this.prefix, ...ids)) as Array<[string, string, string, string] | null>;
    return ids.map((_, index) => {
      const record = found[index];
      if (!record) return undefined;
      const [text, revision, star, position] = record;
      const body = this.#parse(text, star);
      if (position === "") return { revision: Number(revision), body };
      const progress = { ...body.progress, position: Number(position) };
      return { revision: Number(revision), body: { ...body, progress } };
    });
  }

  /** Undefined when the job has ended, or there is none. */
  async open(client: Connection, id: string): Promise<OpenRecord<Body, Request> | undefined> {
    const fields = ["body", "revision", "star", "request", "line", "place", "holder", "starts"] as const;
    const values = await client.hmget(this.key(`job:${id}`), ...fields);
    const [body, revision, star, request, line, place, holder, starts] = values;
    if (!body || !request) return undefined;
    return {
      body: this.#parse(body, star ?? ""),
      revision: Number(revision),
      // Written by this very code, from what the route had checked.
      request: JSON.parse(request) as Request,
      line: line ?? "",
      place: Number(place),
      holder: holder ?? "",
      startCount: Number(starts),
    };
  }

  async idempotencyOf(client: Connection, id: string): Promise<Idempotency | undefined> {
    const [key, fingerprint] = await client.hmget(this.key(`job:${id}`), "key", "fingerprint");
    return key && fingerprint ? { key, fingerprint } : undefined;
  }

  /** The star has a field of its own: any process may change it, while a worker writes the rest. */
  textOf({ isStarred: _, ...body }: Body): string {
    return JSON.stringify(body);
  }

  /** @param reserved digests that are about to be named */
  filesOf(body: JobBody, reserved: Iterable<string> = []): string {
    const named = filesOf(body).map(({ sha256, bytes }) => `${sha256}:${bytes}`);
    return [...named, ...[...reserved].map((sha256) => `${sha256}:0`)].join(" ");
  }

  #parse(text: string, star: string): Body {
    const body = this.#bodies.once(text, () => this.#kind.schema.parse(JSON.parse(text)));
    return star === "" ? body : { ...body, isStarred: star === "1" };
  }
}
