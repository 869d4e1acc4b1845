/**
 * Draws clients' SVG texts in a child process, one after another, each within a deadline: a drawing of some kilobytes can keep
 * librsvg busy for minutes, and only ending its process stops it. The child starts with the first drawing and stays.
 */
import type { ChildProcess } from "node:child_process";
import { AppError } from "../../shared/problem.ts";
import { deserialize, type SerializedError } from "../platform/processes/serialized-error.ts";
import { forkChild } from "../platform/processes/spawn.ts";
import { createSemaphore } from "../platform/semaphore.ts";

export interface SvgToDraw {
  readonly text: string;
  readonly sizePx: number;
  readonly field: string;
}
export type DrawnSvg = { readonly planes: Float32Array } | { readonly fault: SerializedError };

export interface SvgDrawer {
  /**
   * Premultiplied RGBA planes [4, sizePx, sizePx] in [0, 1], as `renderSvg`.
   * @throws AppError image_rejected for anything but plain shapes, and for drawings that exceed the deadline
   */
  draw(text: string, sizePx: number, field: string): Promise<Float32Array>;
  close(): void;
}

/** @param startMs added to the deadline when the child has to start first */
export function createSvgDrawer(deadlineMs: number, startMs = 10_000): SvgDrawer {
  const inTurn = createSemaphore(1);
  let child: ChildProcess | undefined;
  const end = (): void => {
    child?.kill("SIGKILL");
    child = undefined;
  };
  const start = (): ChildProcess => {
    const started = forkChild("svg.js", "images/svg-child.ts");
    // An idle child does not keep a command from ending.
    started.unref();
    started.channel?.unref();
    // Errors of a process that was given up do not matter.
    started.on("error", () => undefined);
    // One that ends while it is idle is replaced at the next drawing.
    started.once("exit", () => {
      if (child === started) child = undefined;
    });
    return started;
  };
  const drawNow = (order: SvgToDraw): Promise<Float32Array> =>
    new Promise((resolve, reject) => {
      const isWarm = child !== undefined;
      child ??= start();
      const current = child;
      const onMessage = (message: unknown): void => {
        const drawn = message as DrawnSvg;
        settle(() => ("planes" in drawn ? resolve(drawn.planes) : reject(deserialize(drawn.fault))));
      };
      const onExit = (code: number | null, signal: NodeJS.Signals | null): void =>
        fail(`one that ended the renderer (${signal ?? `exit code ${code}`})`);
      const onError = (error: Error): void => fail(error.message);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        for (const [event, listener] of [
          ["message", onMessage],
          ["exit", onExit],
          ["error", onError],
        ] as const)
          current.off(event, listener);
        act();
      };
      const fail = (received: string): void =>
        settle(() => {
          end();
          reject(slow(order.field, deadlineMs, received));
        });
      const timer = setTimeout(() => fail("one that takes longer"), deadlineMs + (isWarm ? 0 : startMs));
      current.on("message", onMessage);
      current.on("exit", onExit);
      current.on("error", onError);
      current.send(order, (error) => error && fail(error.message));
    });
  return { draw: (text, sizePx, field) => inTurn(() => drawNow({ text, sizePx, field })), close: end };
}

function slow(field: string, deadlineMs: number, received: string): AppError {
  const expected = `an SVG that is drawn within ${deadlineMs} ms`;
  return new AppError("image_rejected", `${field}: expected ${expected}, got ${received}`, {
    field,
    expected,
    received,
  });
}
