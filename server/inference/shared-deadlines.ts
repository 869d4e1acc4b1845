/**
 * Deadlines of orders to one child that count the time in which it draws them, not the wait behind others. Orders that it draws side
 * by side share the time, each at 1/n of the clock's speed (processor sharing: Kleinrock, Queueing Systems II, 1976, section 4.4),
 * so that a loaded server gives each as much as an idle one. While it draws none, those that wait share it. By the clock none waits for
 * longer than `orderWaitDeadlinesMax` of its deadlines, so none waits for ever, whatever others come.
 */
import { limits } from "../../shared/limits.ts";

/** @param waitedMs by the clock, of an order that the child never began; undefined = it was begun */
type OnPassed = (waitedMs: number | undefined) => void;

interface Order {
  readonly deadlineMs: number;
  readonly onPassed: OnPassed;
  readonly addedMs: number;
  isBegun: boolean;
  /** Of its deadline. */
  leftMs: number;
}

export class SharedDeadlines {
  readonly #orders = new Map<number, Order>();
  #countedMs = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onPassed called once, when the order has had `deadlineMs` of the child's time, or has waited for too long */
  add(id: number, deadlineMs: number, onPassed: OnPassed): void {
    const addedMs = performance.now();
    this.#change(
      () => void this.#orders.set(id, { deadlineMs, onPassed, addedMs, isBegun: false, leftMs: deadlineMs }),
    );
  }

  /** The child draws it from now on; what it waited costs nothing. Without effect on one that has begun, or is none. */
  begin(id: number): void {
    const order = this.#orders.get(id);
    if (!order || order.isBegun) return;
    this.#change(() => {
      order.isBegun = true;
      order.leftMs = order.deadlineMs;
    });
  }

  delete(id: number): void {
    if (this.#orders.has(id)) this.#change(() => void this.#orders.delete(id));
  }

  /** Those whose time goes on. */
  #counted(): [number, Order][] {
    const all = [...this.#orders];
    const begun = all.filter(([, { isBegun }]) => isBegun);
    return begun.length > 0 ? begun : all;
  }

  /** Counts the time up to now, makes the change, and sets the timer for what passes first. */
  #change(make: () => void): void {
    const now = performance.now();
    const counted = this.#counted();
    for (const [, order] of counted) order.leftMs -= (now - this.#countedMs) / counted.length;
    this.#countedMs = now;
    make();
    clearTimeout(this.#timer);
    const next = this.#counted();
    if (next.length === 0) return;
    const leastMs = Math.min(...next.map(([, { leftMs }]) => leftMs)) * next.length;
    const waitMs = Math.min(...[...this.#orders.values()].map((order) => waitLeftMs(order, now)));
    this.#timer = setTimeout(() => this.#expire(), Math.max(0, Math.ceil(Math.min(leastMs, waitMs))));
  }

  #expire(): void {
    const passed: Order[] = [];
    this.#change(() => {
      for (const [id, order] of this.#orders) {
        if (order.leftMs > 0 && waitLeftMs(order, this.#countedMs) > 0) continue;
        this.#orders.delete(id);
        passed.push(order);
      }
    });
    for (const { onPassed, isBegun, addedMs } of passed) onPassed(isBegun ? undefined : this.#countedMs - addedMs);
  }
}

/** By the clock; the wait of an order that has begun is over. */
const waitLeftMs = ({ isBegun, addedMs, deadlineMs }: Order, nowMs: number): number =>
  isBegun ? Number.POSITIVE_INFINITY : addedMs + limits.orderWaitDeadlinesMax * deadlineMs - nowMs;
