/** Holds on uploads that all processes of a queue server see. Each ends a while after it was renewed last: a killed process leaves none. */
import { randomUUID } from "node:crypto";
import { type Enter, otherOf, type Side, type UploadHolds } from "../../jobs/blobs/upload-holds.ts";
import { type Connection, withQueueErrors } from "../../jobs/bull/connection.ts";
import { Script } from "../../jobs/bull/script.ts";

/** (side, other side, holder, for how many ms, digests) → those that the other side has; the rest is the holder's, by the server's clock. */
const enter = new Script(`
local own, other, holder, ms = KEYS[1] .. ARGV[1] .. ':', KEYS[1] .. ARGV[2] .. ':', ARGV[3], tonumber(ARGV[4])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local refused = {}
for i = 5, #ARGV do
  local digest = ARGV[i]
  if redis.call('ZCOUNT', other .. digest, string.format('%.0f', now), '+inf') > 0 then
    refused[#refused + 1] = digest
  else
    redis.call('ZADD', own .. digest, string.format('%.0f', now + ms), holder)
    redis.call('PEXPIRE', own .. digest, ms)
  end
end
return refused
`);

/** (side, holder, digests) */
const leave = new Script(`
for i = 3, #ARGV do redis.call('ZREM', KEYS[1] .. ARGV[1] .. ':' .. ARGV[i], ARGV[2]) end
`);

export class SharedHolds implements UploadHolds {
  readonly #client: Connection;
  readonly #prefix: string;
  readonly #holdMs: number;
  /** What each work here has, as far as this process knows. */
  readonly #known = new Set<Set<string>>();

  /** @param holdMs time after which a hold that is not renewed ends; each is renewed three times in it */
  constructor(client: Connection, prefix: string, holdMs: number) {
    this.#client = client;
    this.#prefix = `${prefix}:holds:`;
    this.#holdMs = holdMs;
    // A server that comes back may have lost them.
    client.on("close", () => {
      for (const entered of this.#known) entered.clear();
    });
  }

  async during<T>(side: Side, work: (enter: Enter) => Promise<T>): Promise<T> {
    const holder = randomUUID();
    /** Also those whose answer was lost, and those that the other side had: it is asked again, or all are left. */
    const asked = new Set<string>();
    /** Those that need not be asked for again. */
    const entered = new Set<string>();
    this.#known.add(entered);
    /** Those that were refused. */
    const take = async (digests: Iterable<string>): Promise<string[]> =>
      (await enter.run(
        this.#client,
        this.#prefix,
        ...[side, otherOf(side), holder, this.#holdMs, ...digests],
      )) as string[];
    const renew = (): void => {
      if (asked.size === 0) return;
      // While the server is away there is nothing to do; the next one finds it back.
      take(asked).then(
        (refused) => {
          for (const digest of refused) entered.delete(digest);
        },
        () => entered.clear(),
      );
    };
    const timer = setInterval(renew, this.#holdMs / 3);
    try {
      return await work((digests) =>
        withQueueErrors(async () => {
          const others = digests.filter((digest) => !entered.has(digest));
          if (others.length === 0) return true;
          for (const digest of others) asked.add(digest);
          const refused = new Set(await take(others));
          for (const digest of others) if (!refused.has(digest)) entered.add(digest);
          return refused.size === 0;
        }),
      );
    } finally {
      clearInterval(timer);
      this.#known.delete(entered);
      // What can't be left now ends by itself.
      if (asked.size > 0) await leave.run(this.#client, this.#prefix, side, holder, ...asked).catch(() => undefined);
    }
  }
}
