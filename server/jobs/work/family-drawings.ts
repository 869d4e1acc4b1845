/**
 * What families drew of late, for the generations that follow them. Who wants a family in the history asks for it first, to know the colours
 * that all share, and then for each icon as a generation in these. Colours come in when a drawing is traced, so it need not be drawn again.
 * Each is handed out once. Held in memory, by the process that drew it: another one draws the same anew.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ResolvedRequest } from "../../../shared/contract/generations/generation-request.ts";
import { limits } from "../../../shared/limits.ts";
import type { ConditionFindings, ImageResult, InferenceClient } from "../../inference/protocol.ts";

type Drawer = Pick<InferenceClient, "ready" | "generate">;

interface Drawing {
  readonly image: ImageResult;
  readonly findings: ConditionFindings | undefined;
  readonly bytes: number;
  readonly keptAtMs: number;
}

export class FamilyDrawings {
  /** Oldest first. */
  readonly #drawings = new Map<string, Drawing>();
  readonly #now: () => number;
  #bytes = 0;
  #isSweeping = false;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Draws the members of a family, and keeps each until it is asked for. */
  keeping(inference: Drawer): Pick<InferenceClient, "generate"> {
    return {
      generate: async (request, handlers, images) => {
        let findings: ConditionFindings | undefined;
        let drawn: ImageResult | undefined;
        const onFindings = (found: ConditionFindings): void => {
          findings = found;
          handlers.onFindings?.(found);
        };
        const onImage: typeof handlers.onImage = (image) => {
          drawn = image;
          return handlers.onImage(image);
        };
        await inference.generate(request, { ...handlers, onFindings, onImage }, images);
        if (drawn) this.#keep(keyOf(request, inference), drawn, findings);
      },
    };
  }

  /** Makes generations, of what a family has drawn where it has. */
  using(inference: Drawer): Drawer {
    return {
      get ready() {
        return inference.ready;
      },
      generate: async (request, handlers, images) => {
        handlers.signal?.throwIfAborted();
        const key = keyOf(request, inference);
        const drawn = this.#take(key);
        if (!drawn) return inference.generate(request, handlers, images);
        try {
          if (drawn.findings) handlers.onFindings?.(drawn.findings);
          await handlers.onImage(drawn.image);
        } catch (error) {
          // Who tries again finds it again.
          this.#keep(key, drawn.image, drawn.findings);
          throw error;
        }
        handlers.onDone?.(0);
      },
    };
  }

  #keep(key: string, image: ImageResult, findings: ConditionFindings | undefined): void {
    this.#drop(key);
    const bytes = bytesOf(image);
    this.#drawings.set(key, { image, findings, bytes, keptAtMs: this.#now() });
    this.#bytes += bytes;
    for (const oldest of this.#drawings.keys()) {
      if (this.#bytes <= limits.familyDrawingsMaxBytes) break;
      this.#drop(oldest);
    }
    void this.#sweepLater();
  }

  #take(key: string): Drawing | undefined {
    this.#dropOld();
    const drawn = this.#drawings.get(key);
    this.#drop(key);
    return drawn;
  }

  #drop(key: string): void {
    this.#bytes -= this.#drawings.get(key)?.bytes ?? 0;
    this.#drawings.delete(key);
  }

  #dropOld(): void {
    const oldestMs = this.#now() - limits.familyDrawingsKeptMs;
    for (const [key, { keptAtMs }] of this.#drawings) if (keptAtMs < oldestMs) this.#drop(key);
  }

  /** What nobody asks for goes too. */
  async #sweepLater(): Promise<void> {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    while (this.#drawings.size > 0) {
      // Does not keep the process from ending.
      await sleep(limits.familyDrawingsKeptMs, undefined, { ref: false });
      this.#dropOld();
    }
    this.#isSweeping = false;
  }
}

/** What a drawing's pixels depend on: the packs, and the request but for how its vector is written. */
function keyOf(request: ResolvedRequest, { ready }: Pick<InferenceClient, "ready">): string {
  const { palette: _, lines: __, viewBox: ___, ink: ____, ...drawn } = request;
  const sorted = Object.entries(drawn).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([ready?.packs.map(({ digest }) => digest), sorted]);
}

/** Of all arrays of numbers in it. */
const bytesOf = (value: unknown): number =>
  ArrayBuffer.isView(value)
    ? value.byteLength
    : typeof value === "object" && value !== null
      ? Object.values(value).reduce((sum: number, part) => sum + bytesOf(part), 0)
      : 0;
