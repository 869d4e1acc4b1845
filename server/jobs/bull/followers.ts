/**
 * Followers of the jobs of a kind in this process. One channel says which job changed. Its record is then read, at most once at a time,
 * and followers get states other than their last, or hear that the job is gone. After a loss of the connection every followed job is
 * read again.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Snapshot } from "../job-queue.ts";
import type { Connection } from "./connection.ts";

/** Undefined = the job is gone; nothing follows. */
type Listener<Body> = (snapshot: Snapshot<Body> | undefined) => void;

/** Places in line are read again so long after they changed, in milliseconds: each job that goes moves all behind it. */
const movedMs = 250;

/** Pause after a read that failed, in milliseconds. */
const retryMs = 250;

interface Followed<Body> {
  readonly listeners: Map<Listener<Body>, number>;
  isReading: boolean;
  isStale: boolean;
  isWaiting: boolean;
}

export interface News {
  readonly what: "queued" | "changed" | "ended" | "moved";
  readonly id: string;
}

export class Followers<Body extends { readonly state: string }> {
  readonly #client: Connection;
  readonly #channel: string;
  readonly #read: (id: string) => Promise<Snapshot<Body> | undefined>;
  readonly #onNews: (news: News) => void;
  readonly #followed = new Map<string, Followed<Body>>();
  #moving: ReturnType<typeof setTimeout> | undefined;
  readonly #hear = (channel: string, message: string): void => {
    if (channel === this.#channel) this.#take(message);
  };
  readonly #readAll = (): void => {
    const refresh = (): void => {
      for (const id of this.#followed.keys()) this.#refresh(id);
    };
    // First: a change between read and subscription would not be heard.
    this.#client.subscribe(this.#channel).then(refresh, refresh);
  };

  private constructor(
    client: Connection,
    channel: string,
    read: (id: string) => Promise<Snapshot<Body> | undefined>,
    onNews: (news: News) => void,
  ) {
    this.#client = client;
    this.#channel = channel;
    this.#read = read;
    this.#onNews = onNews;
  }

  /** @param read rejects while the server is away: what happened then is read after its return */
  static async open<Body extends { readonly state: string }>(
    client: Connection,
    channel: string,
    read: (id: string) => Promise<Snapshot<Body> | undefined>,
    onNews: (news: News) => void,
  ): Promise<Followers<Body>> {
    const followers = new Followers(client, channel, read, onNews);
    client.on("message", followers.#hear);
    await client.subscribe(channel);
    client.on("ready", followers.#readAll);
    return followers;
  }

  /** @param known revision of the state that the follower has; 0 = none */
  add(id: string, listener: Listener<Body>, known: number): () => void {
    const followed = this.#followed.get(id) ?? {
      listeners: new Map(),
      isReading: false,
      isStale: false,
      isWaiting: true,
    };
    this.#followed.set(id, followed);
    followed.listeners.set(listener, known);
    this.#refresh(id);
    return () => {
      followed.listeners.delete(listener);
      if (followed.listeners.size === 0 && this.#followed.get(id) === followed) this.#followed.delete(id);
    };
  }

  close(): void {
    this.#client.off("message", this.#hear);
    this.#client.off("ready", this.#readAll);
    clearTimeout(this.#moving);
    for (const { listeners } of this.#followed.values()) listeners.clear();
    this.#followed.clear();
    // Not awaited: a server that is away never answers, and the connection closes next.
    void this.#client.unsubscribe(this.#channel).catch(() => undefined);
  }

  #take(message: string): void {
    const [what, id] = message.split(" ") as [News["what"], string];
    if (what === "moved") this.#moving ??= setTimeout(() => this.#readWaiting(), movedMs);
    else this.#refresh(id);
    this.#onNews({ what, id });
  }

  #readWaiting(): void {
    this.#moving = undefined;
    for (const [id, { isWaiting }] of this.#followed) if (isWaiting) this.#refresh(id);
  }

  #refresh(id: string): void {
    const followed = this.#followed.get(id);
    if (!followed) return;
    followed.isStale = true;
    if (!followed.isReading) void this.#readOn(id, followed);
  }

  async #readOn(id: string, followed: Followed<Body>): Promise<void> {
    followed.isReading = true;
    while (followed.isStale && followed.listeners.size > 0) {
      followed.isStale = false;
      const answer = await this.#read(id).then(
        (snapshot) => ({ snapshot }),
        () => undefined,
      );
      if (!answer) {
        // The state that was missed may be the last one.
        followed.isStale = true;
        await sleep(retryMs);
        continue;
      }
      const { snapshot } = answer;
      if (!snapshot) {
        this.#endAll(id, followed);
        continue;
      }
      followed.isWaiting = snapshot.body.state === "queued";
      for (const [listener, known] of [...followed.listeners]) {
        // Lower than before it is after a power cut of the server that lost the last second.
        if (snapshot.revision === known) continue;
        followed.listeners.set(listener, snapshot.revision);
        listener(snapshot);
      }
    }
    followed.isReading = false;
  }

  /** As after the restart of a queue server that kept nothing. */
  #endAll(id: string, followed: Followed<Body>): void {
    const listeners = [...followed.listeners.keys()];
    followed.listeners.clear();
    if (this.#followed.get(id) === followed) this.#followed.delete(id);
    for (const listener of listeners) listener(undefined);
  }
}
