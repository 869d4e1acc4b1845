/**
 * Server-sent events out of a byte stream (HTML Living Standard §9.2.6). EventSource itself can't send Authorization.
 */

export interface ServerEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** Yields events as they complete; ends when the stream ends. An event cut off by the end is dropped, as specified. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onActivity: () => void = () => undefined,
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffered = "";
  let id: string | undefined;
  let event = "";
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onActivity();
      buffered += decoder.decode(value, { stream: true });
      // A carriage return at the end may be half of a CRLF: wait for what follows.
      const complete = buffered.endsWith("\r") ? buffered.slice(0, -1) : buffered;
      const lines = complete.split(/\r\n|\n|\r/);
      buffered = lines.pop()! + buffered.slice(complete.length);
      for (const line of lines) {
        if (line === "") {
          if (data.length > 0) yield { id, event: event === "" ? "message" : event, data: data.join("\n") };
          event = "";
          data = [];
          continue;
        }
        const colon = line.indexOf(":");
        if (colon === 0) continue;
        const field = colon < 0 ? line : line.slice(0, colon);
        const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "data") data.push(text);
        else if (field === "event") event = text;
        else if (field === "id" && !text.includes("\0")) id = text;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
