/**
 * Server-sent events out of a byte stream, parsed by eventsource-parser (HTML Living Standard §9.2.6).
 * EventSource itself can't send Authorization.
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";

/** Yields events as they complete; ends when the stream ends. An event cut off by the end is dropped, as specified. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onActivity: () => void = () => undefined,
): AsyncGenerator<EventSourceMessage> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const complete: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => complete.push(event) });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onActivity();
      parser.feed(decoder.decode(value, { stream: true }));
      yield* complete.splice(0);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
