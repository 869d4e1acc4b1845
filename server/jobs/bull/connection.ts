/**
 * Connections to the queue server (Valkey or Redis 6.2 and later) by ioredis; its only importer. One that asks fails at once while
 * the server is away, so that a client hears of it; one that works waits for its return.
 */
import { type Command, Redis } from "ioredis";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";

export type Connection = Redis;

export interface Connections {
  /** Of who asks: refuses while the server is away. */
  readonly asking: Connection;
  /** Of who works: waits while the server is away. */
  readonly working: Connection;
  /** Of who listens: subscribes again by itself. */
  readonly listening: Connection;
  close(): void;
}

/** Ticks of a command's time; a loop that stands still costs one of them, however long it does. */
const ticks = 4;

/**
 * Gives a command up after a while in which this process could have heard the answer. ioredis counts the time in which the event loop
 * stood still too, and gives up answers that have long been in the socket.
 */
class PatientRedis extends Redis {
  commandMs = 0;

  override sendCommand(command: Command, ...rest: [Parameters<Redis["sendCommand"]>[1]?]): unknown {
    const sent = super.sendCommand(command, ...rest);
    if (!command.isResolved) this.#watch(command);
    return sent;
  }

  #watch(command: Command): void {
    let left = ticks;
    let timer: ReturnType<typeof setTimeout>;
    const tick = (): void => {
      left--;
      // What has come is read before an immediate runs.
      if (left > 0) timer = setTimeout(tick, this.commandMs / ticks);
      else setImmediate(() => command.reject(new Error("Command timed out")));
    };
    timer = setTimeout(tick, this.commandMs / ticks);
    const stop = (): void => clearTimeout(timer);
    command.promise.then(stop, stop);
  }
}

/**
 * After the server's return ioredis subscribes again and awaits no answer: where the connection ends before it, nobody hears of that,
 * which would end the process.
 */
class ListeningRedis extends Redis {
  override sendCommand(command: Command, ...rest: [Parameters<Redis["sendCommand"]>[1]?]): unknown {
    command.promise.catch(() => undefined);
    return super.sendCommand(command, ...rest);
  }
}

/**
 * @param commandMs after which one that asks gives a command up
 * @throws AppError queue_unavailable
 */
export async function connect(
  url: string,
  onError: (error: unknown) => void,
  commandMs: number = limits.queueCommandMs,
): Promise<Connections> {
  const retryStrategy = (attempt: number): number => Math.min(limits.queueReconnectMs, 50 * 2 ** Math.min(attempt, 10));
  const all = { lazyConnect: true, retryStrategy, connectTimeout: commandMs };
  const asking = new PatientRedis(url, { ...all, enableOfflineQueue: false, maxRetriesPerRequest: 0 });
  asking.commandMs = commandMs;
  const working = new Redis(url, { ...all, maxRetriesPerRequest: null });
  const listening = new ListeningRedis(url, { ...all, maxRetriesPerRequest: null });
  const clients = [asking, working, listening];
  const close = (): void => {
    for (const client of clients) client.disconnect();
  };
  // Without a listener an error event ends the process; a client reports each once and goes on trying.
  for (const client of clients) client.on("error", onError);
  try {
    await Promise.all(clients.map((client) => client.connect()));
  } catch (error) {
    close();
    throw queueUnavailable(error);
  }
  return { asking, working, listening, close };
}

export const queueUnavailable = (cause: unknown): AppError =>
  new AppError(
    "queue_unavailable",
    "expected a queue server that answers, got none; jobs that were accepted are kept there",
    {
      retryAfterSeconds: 5,
      cause,
    },
  );

/** Runs what asks the queue server; faults of the connection become `queue_unavailable`. */
export async function withQueueErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (isFull(error))
      throw new AppError("storage_full", "expected room in the queue server's memory, got a full one", {
        cause: error,
      });
    throw isOfConnection(error) ? queueUnavailable(error) : error;
  }
}

/** Whether the server has no room for a write. */
export const isFull = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("OOM command not allowed");

/** Whether the server is away or answers no reads or writes now, as ioredis words it; it has no codes for most. */
export const isOfConnection = (error: unknown): boolean =>
  error instanceof Error &&
  (/Stream isn't writeable|Connection is closed|Command timed out|max retries per request|LOADING|READONLY|MISCONF/i.test(
    error.message,
  ) ||
    ("code" in error &&
      ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND"].includes(String(error.code))));
