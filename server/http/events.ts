/**
 * Server-sent events of one job (HTML Living Standard §9.2). Every event carries the whole snapshot. So a slow client skips to the newest,
 * memory stays at one snapshot a stream, and steps that follow each other fast are one event. The end is sent at once. Resuming needs no log of events: a client that names a Last-Event-ID does not get the
 * snapshot that it has.
 */
import type { JobState } from "../../shared/contract/job-fields.ts";
import { isFinal, type Snapshot } from "../jobs/job-queue.ts";
import type { AppContext, RouteDeps } from "./route.ts";

type Followable = Snapshot<{ readonly state: JobState }>;

export interface Followed {
  /** Name of the events. */
  readonly event: string;
  /** The state at hand. */
  readonly first: Followable;
  /** Calls back on every later state than that of the revision, undefined = it is gone; returns how to stop. */
  subscribe(listener: (state: Followable | undefined) => void, known: number): () => void;
}

/** Answers with the stream, which ends after a final state, when the job is gone or when the server stops. */
export function answerEvents(
  c: AppContext,
  { limits, streamsEnd }: Pick<RouteDeps, "limits" | "streamsEnd">,
  followed: Followed,
): Response {
  const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" };
  // Hono answers HEAD through GET and drops the body unread, which would leave its subscription behind.
  if (c.req.raw.method === "HEAD") return new Response(null, { headers });
  const seen = /^\d{1,15}$/.exec(c.req.header("last-event-id") ?? "")?.[0];
  const options = {
    lastEventId: seen === undefined ? undefined : Number(seen),
    heartbeatMs: limits.eventHeartbeatMs,
    pauseMs: limits.eventPauseMs,
    signal: streamsEnd,
  };
  return new Response(eventStream(followed, options), { headers });
}

interface EventOptions {
  readonly lastEventId: number | undefined;
  readonly heartbeatMs: number;
  /** Between two events. */
  readonly pauseMs: number;
  /** Ends the stream, e.g. when the server stops. */
  readonly signal: AbortSignal;
}

const encoder = new TextEncoder();

function eventStream({ event, first, subscribe }: Followed, options: EventOptions): ReadableStream<Uint8Array> {
  const textOf = ({ revision, body }: Followable): string =>
    `id: ${revision}\nevent: ${event}\ndata: ${JSON.stringify(body)}\n\n`;
  const isKnown = first.revision === options.lastEventId && !isFinal(first.body);
  let latest: Followable | undefined = isKnown ? undefined : first;
  let wake: (() => void) | undefined;
  let isGone = false;
  const isOver = (): boolean => isGone || options.signal.aborted;
  const unsubscribe = subscribe((snapshot) => {
    if (snapshot) latest = snapshot;
    else isGone = true;
    wake?.();
  }, first.revision);
  const stop = (): void => {
    isGone = true;
    unsubscribe();
    options.signal.removeEventListener("abort", onAbort);
    wake?.();
  };
  const onAbort = (): void => wake?.();
  options.signal.addEventListener("abort", onAbort, { once: true });
  let isFirst = true;

  let sentAt = Number.NEGATIVE_INFINITY;
  /** Milliseconds until there is something to send; undefined = nothing is known yet. */
  const dueInMs = (): number | undefined => {
    if (isOver() || (latest && isFinal(latest.body))) return 0;
    return latest && Math.max(0, sentAt + options.pauseMs - performance.now());
  };

  /** Waits for a change that is due, the heartbeat or the end. */
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        wake = undefined;
        resolve();
      };
      const look = (): void => {
        const dueMs = dueInMs();
        clearTimeout(timer);
        if (dueMs === 0) done();
        else timer = dueMs === undefined ? setTimeout(done, options.heartbeatMs) : setTimeout(look, Math.ceil(dueMs));
      };
      let timer: ReturnType<typeof setTimeout> | undefined;
      wake = look;
      look();
    });

  return new ReadableStream<Uint8Array>(
    {
      // Called only when the client has room: a client that does not read costs one snapshot.
      async pull(controller) {
        if (isFirst) {
          isFirst = false;
          // A comment at once sends the headers and shows the client that the stream is open.
          controller.enqueue(encoder.encode("retry: 1000\n: open\n\n"));
          return;
        }
        await wait();
        const snapshot = latest;
        latest = undefined;
        sentAt = performance.now();
        if (snapshot) controller.enqueue(encoder.encode(textOf(snapshot)));
        else if (!isOver()) controller.enqueue(encoder.encode(": heartbeat\n\n"));
        if (isOver() || (snapshot && isFinal(snapshot.body))) {
          stop();
          controller.close();
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
}
