/**
 * The line of waiting jobs: interactive ones before bulk ones, and among them owners take turns, so that one with hundreds holds up no
 * other. Start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996) of jobs of one length. A job's turn is settled when it comes, so
 * positions are known. Only a later job with an earlier turn moves it back.
 */
import type { Urgency } from "../job-queue.ts";

/** How a job stands in line. */
export interface Standing {
  readonly owner?: string | undefined;
  readonly urgency?: Urgency | undefined;
  /** Turns for each of an owner with share 1; absent = 1. */
  readonly share?: number | undefined;
}

interface Place<Item> {
  readonly item: Item;
  readonly isBulk: boolean;
  readonly turn: number;
}

export class FairLine<Item extends { readonly id: string }> {
  #places: Place<Item>[] = [];
  /** Turns by id, which a job that comes back keeps. */
  readonly #turns = new Map<string, number>();
  /** The next turn of each owner, by urgency and owner. */
  readonly #next = new Map<string, number>();
  /** The turn at which each urgency is. */
  readonly #now = { interactive: 0, bulk: 0 };

  get size(): number {
    return this.#places.length;
  }

  /** In their order. */
  get items(): Item[] {
    return this.#places.map(({ item }) => item);
  }

  /** Jobs ahead of this one; undefined when it does not stand here. */
  positionOf(item: Item): number | undefined {
    const position = this.#places.findIndex((place) => place.item === item);
    return position < 0 ? undefined : position;
  }

  /** @returns the items behind it */
  add(item: Item, { owner = "", urgency = "interactive", share = 1 }: Standing): Item[] {
    const turn = this.#turns.get(item.id) ?? this.#nextTurn(owner, urgency, share);
    this.#turns.set(item.id, turn);
    const place = { item, isBulk: urgency === "bulk", turn };
    const behind = this.#places.findIndex((other) => isBefore(place, other));
    const position = behind < 0 ? this.#places.length : behind;
    this.#places.splice(position, 0, place);
    return this.items.slice(position + 1);
  }

  /** Takes an item out; `isGone` if it never comes back. @returns the items that stood behind it */
  remove(item: Item, isGone: boolean): Item[] {
    if (isGone) this.#turns.delete(item.id);
    const position = this.positionOf(item);
    if (position === undefined) return [];
    const [place] = this.#places.splice(position, 1);
    const urgency = place!.isBulk ? "bulk" : "interactive";
    if (!isGone) this.#now[urgency] = Math.max(this.#now[urgency], place!.turn);
    // An owner whose turns are over begins with the others.
    if (this.#places.length === 0) this.#next.clear();
    return this.items.slice(position);
  }

  #nextTurn(owner: string, urgency: Urgency, share: number): number {
    const key = `${urgency} ${owner}`;
    const turn = Math.max(this.#now[urgency], this.#next.get(key) ?? 0);
    this.#next.set(key, turn + 1 / share);
    return turn;
  }
}

const isBefore = <Item extends { readonly id: string }>(one: Place<Item>, other: Place<Item>): boolean => {
  if (one.isBulk !== other.isBulk) return other.isBulk;
  return one.turn === other.turn ? one.item.id < other.item.id : one.turn < other.turn;
};
