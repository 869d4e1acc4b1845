/**
 * Who may stay connected. Of more connections than are allowed, the one goes that is the longest without a request: a client that
 * drips its headers can't keep others out by coming again and again. Where all have requests, the newest is asked to come again. A
 * client on whose connection nothing moves, because it sends nothing or reads nothing, is closed after the idle time; one that waits
 * for the answer to a request that it sent whole is not.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A request and its answer. */
interface Exchange {
  readonly incoming: Pick<IncomingMessage, "complete" | "socket">;
  readonly outgoing: Pick<ServerResponse, "headersSent">;
}

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
  /** The newest of a connection. */
  readonly #exchanges = new WeakMap<Socket, Exchange>();
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
  begin(exchange: Exchange): boolean {
    const { socket } = exchange.incoming;
    this.#exchanges.set(socket, exchange);
    this.#silent.delete(socket);
    return !this.#surplus.has(socket);
  }

  /** Says that the answers to all requests of a connection are written. */
  rest(socket: Socket): void {
    if (this.#open.has(socket)) this.#silent.add(socket);
  }

  #admit(socket: Socket): void {
    const [longest] = this.#silent;
    this.#open.add(socket);
    this.#silent.add(socket);
    socket.once("close", () => this.#forget(socket));
    if (this.#open.size <= this.#bounds.connectionsMax) return;
    if (longest === undefined) this.#surplus.add(socket);
    else {
      this.#forget(longest);
      longest.destroy();
    }
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket);
    this.#silent.delete(socket);
  }

  #look(socket: Socket): void {
    const moved = socket.bytesRead + socket.bytesWritten;
    const readsNothing = socket.writableLength > 0;
    const standsStill = this.#movedBytes.get(socket) === moved && !this.#awaitsAnswer(socket);
    if (this.#silent.has(socket) || readsNothing || standsStill) {
      socket.destroy();
      return;
    }
    this.#movedBytes.set(socket, moved);
    socket.setTimeout(this.#bounds.idleTimeoutMs / 2);
  }

  /** Whether it is the server's turn: a family takes minutes on a busy machine. */
  #awaitsAnswer(socket: Socket): boolean {
    const exchange = this.#exchanges.get(socket);
    return exchange?.incoming.complete === true && !exchange.outgoing.headersSent;
  }
}
