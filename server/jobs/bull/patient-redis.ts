/**
 * A connection that gives a command up after a while in which this process could have heard the answer. ioredis counts the time in
 * which the event loop stood still too, and gives up answers that have long been in the socket.
 */
import { type Command, Redis } from "ioredis";

/** Ticks of a command's time; a loop that stands still costs one of them, however long it does. */
const ticks = 4;

export class PatientRedis extends Redis {
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
