/**
 * Server-sent events of one generation (HTML Living Standard §9.2). Every event carries the whole snapshot, so a slow
 * client skips to the newest, memory stays at one snapshot a stream, and resuming needs no log of events: a client that
 * names a Last-Event-ID is only spared the snapshot which it has.
 */
import { isFinal, type JobQueue, type Snapshot } from "../jobs/job-queue.ts";

export interface EventOptions {
  readonly lastEventId: number | undefined;
  readonly heartbeatMs: number;
  /** Ends the stream, e.g. when the server stops. */
  readonly signal: AbortSignal;
}

const encoder = new TextEncoder();

const eventText = ({ revision, generation }: Snapshot): string =>
  `id: ${revision}\nevent: generation\ndata: ${JSON.stringify(generation)}\n\n`;

/** The body of the event stream; `first` is the snapshot at hand. Ends after a final state. */
export function eventStream(queue: JobQueue, first: Snapshot, options: EventOptions): ReadableStream<Uint8Array> {
  const isKnown = first.revision === options.lastEventId && !isFinal(first.generation);
  let latest: Snapshot | undefined = isKnown ? undefined : first;
  let wake: (() => void) | undefined;
  const unsubscribe = queue.subscribe(first.generation.id, (snapshot) => {
    latest = snapshot;
    wake?.();
  });
  const stop = (): void => {
    unsubscribe();
    options.signal.removeEventListener("abort", onAbort);
    wake?.();
  };
  const onAbort = (): void => wake?.();
  options.signal.addEventListener("abort", onAbort, { once: true });
  let isFirst = true;

  /** Waits for a change, the heartbeat or the end. */
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, options.heartbeatMs);
      wake = done;
      if (latest !== undefined || options.signal.aborted) done();
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
        if (snapshot) controller.enqueue(encoder.encode(eventText(snapshot)));
        else if (!options.signal.aborted) controller.enqueue(encoder.encode(": heartbeat\n\n"));
        if (options.signal.aborted || (snapshot && isFinal(snapshot.generation))) {
          stop();
          controller.close();
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
}
