/** A network between two programs that can be slow or gone: a TCP relay on this machine. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export class Relay {
  /** What each piece of data waits, in both directions. */
  delayMs = 0;
  readonly port: number;
  readonly #server: ReturnType<typeof createServer>;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(server: ReturnType<typeof createServer>, targetPort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (near: Socket) => {
      if (this.#isCut) return void near.destroy();
      const far = connect(targetPort, "127.0.0.1");
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  static async open(targetPort: number): Promise<Relay> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Relay(server, targetPort);
  }

  /** Breaks all connections and refuses others until `mend`. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("error", () => undefined);
    // As on a real connection, nothing overtakes what was sent before it, also when the delay changes meanwhile.
    let former = Promise.resolve();
    from.on("data", (data) => {
      const delay = this.delayMs > 0 ? sleep(this.delayMs) : undefined;
      former = former.then(() => delay).then(() => void to.write(data));
    });
    from.once("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
