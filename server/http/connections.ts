/**
 * Who may stay connected. Of more connections than are allowed, the one goes that is the longest without a request: a client that
 * drips its headers can't keep others out by coming again and again. One that just came stays for a moment: on a busy machine many come
 * before one of them says anything. Where all have requests, the newest is asked to come again. A client on whose connection nothing
 * moves, because it sends nothing or reads nothing, is closed after the idle time.
 */
import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Time in which a connection need not have a request. More than 5,000 connections a second could use it to keep others out. */
const graceMs = 50;

export interface ConnectionBounds {
  readonly connectionsMax: number;
  /** Connections above `connectionsMax` that are open only for that answer. */
  readonly surplusMax: number;
  readonly idleTimeoutMs: number;
}

export class Connections {
  readonly #bounds: ConnectionBounds;
  readonly #open = new Set<Socket>();
  /** Those without a request, the longest first. */
  readonly #silent = new Set<Socket>();
  readonly #surplus = new WeakSet<Socket>();
  /** When each came, by `performance.now()`. */
  readonly #cameMs = new WeakMap<Socket, number>();
  /** Bytes that had moved on a connection when half of its idle time had passed. */
  readonly #movedBytes = new WeakMap<Socket, number>();

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
  }

  watch(server: Server): void {
    const { connectionsMax, surplusMax, idleTimeoutMs } = this.#bounds;
    server.maxConnections = connectionsMax + surplusMax;
    server.on("connection", (socket: Socket) => this.#admit(socket));
    // Node lets a first half pass on which bytes are written, whether they are read or not.
    server.setTimeout(idleTimeoutMs / 2, (socket: Socket) => this.#look(socket));
  }

  /** Says that a request came. False for a connection that is one too many. */
  begin(socket: Socket): boolean {
    this.#silent.delete(socket);
    // Beside some that only just came it is one too many for a moment alone.
    if (this.#surplus.has(socket) && (this.#closeLongest() || this.#silent.size > 0)) this.#surplus.delete(socket);
    return !this.#surplus.has(socket);
  }

  /** Says that the answers to all requests of a connection are written. */
  rest(socket: Socket): void {
    if (this.#open.has(socket)) this.#silent.add(socket);
  }

  #admit(socket: Socket): void {
    const isFull = this.#open.size >= this.#bounds.connectionsMax;
    if (isFull && !this.#closeLongest()) this.#surplus.add(socket);
    this.#open.add(socket);
    this.#silent.add(socket);
    socket.once("close", () => this.#forget(socket));
    this.#cameMs.set(socket, performance.now());
  }

  /** Closes the connection that is the longest without a request, but for those that only just came; false without one. */
  #closeLongest(): boolean {
    const lastMs = performance.now() - graceMs;
    for (const socket of this.#silent) {
      if (this.#cameMs.get(socket)! > lastMs) continue;
      this.#forget(socket);
      socket.destroy();
      return true;
    }
    return false;
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket);
    this.#silent.delete(socket);
  }

  #look(socket: Socket): void {
    const moved = socket.bytesRead + socket.bytesWritten;
    const readsNothing = socket.writableLength > 0;
    if (this.#silent.has(socket) || readsNothing || this.#movedBytes.get(socket) === moved) {
      socket.destroy();
      return;
    }
    this.#movedBytes.set(socket, moved);
    socket.setTimeout(this.#bounds.idleTimeoutMs / 2);
  }
}
