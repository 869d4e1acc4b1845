/** Asks main for what the command in view works on, whenever command or selection change, and joins its answers. */
import type { CommandId } from "../../../shared/commands.ts";
import type { MainMessage, UiMessage } from "../../../shared/messages/messages.ts";
import { isDrawn, withoutFileNames } from "../plans/drawing.ts";
import type { Scene } from "../state/state.ts";

type What = "read-layers" | "read-upscale-sources" | "read-drawing" | "read-icons" | "read-colours";

const readBy: Readonly<Partial<Record<CommandId, What>>> = {
  "fill-label": "read-layers",
  "fill-names": "read-layers",
  upscale: "read-upscale-sources",
  restyle: "read-icons",
  "redraw-part": "read-icons",
  drawings: "read-icons",
  vectorise: "read-icons",
  components: "read-icons",
  learn: "read-icons",
  recolour: "read-colours",
  variations: "read-icons",
  blend: "read-icons",
  sketch: "read-drawing",
  layout: "read-drawing",
};

export class SceneReader {
  #post: (message: UiMessage) => void;
  #readId = 0;
  #images = new Map<string, Uint8Array>();
  #urls: string[] = [];
  #waiting: ((scene: Scene) => void)[] = [];
  #isFresh = false;
  /** Whether the open question is `readIcons`. */
  #isForIcons = false;

  constructor(post: (message: UiMessage) => void) {
    this.#post = post;
  }

  /** Asks again; an answer to an earlier question is ignored. @param afterMs without another question until then, else never */
  read(command: CommandId, afterMs = 0): void {
    const what = readBy[command];
    // Who waits for icons gets them: no other question is open that their answer could be mistaken for.
    if (what !== undefined || !this.#isForIcons) this.#ask(what, afterMs);
  }

  /** The icons of the selection, whatever the command in view reads; without icons when a command requested something else since. */
  readIcons(now: Scene): Promise<Scene> {
    this.#ask("read-icons");
    this.#isForIcons = true;
    return this.whenRead(now);
  }

  #ask(what: What | undefined, afterMs = 0): void {
    const readId = ++this.#readId;
    this.#isFresh = what === undefined;
    this.#isForIcons &&= what === "read-icons";
    if (what === undefined) return;
    this.#images.clear();
    const post = (): void => {
      if (readId === this.#readId) this.#post({ type: what, readId });
    };
    if (afterMs === 0) post();
    else setTimeout(post, afterMs);
  }

  /** Resolves with the next scene, or at once when the last question is answered. */
  whenRead(now: Scene): Promise<Scene> {
    return this.#isFresh ? Promise.resolve(now) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The scene that a message completes; undefined for any other message. */
  receive(message: MainMessage): Scene | undefined {
    // What can't be read must not be waited for.
    if (message.type === "fault" && message.detail.startsWith("read-")) this.#settle({});
    if (!("readId" in message) || message.readId !== this.#readId) return undefined;
    const scene = this.#sceneOf(message);
    if (scene !== undefined) this.#settle(scene);
    return scene;
  }

  #settle(scene: Scene): void {
    this.#isFresh = true;
    this.#isForIcons = false;
    for (const resolve of this.#waiting.splice(0)) resolve(scene);
  }

  #sceneOf(message: Extract<MainMessage, { readId: number }>): Scene | undefined {
    switch (message.type) {
      case "layers":
        return { layers: message.layers, unreadCount: message.unreadCount };
      case "drawing":
        return { drawing: { name: message.name, svg: isDrawn(message.svg) ? withoutFileNames(message.svg) : "" } };
      case "upscale-image":
      case "icon-image":
        this.#images.set(message.hash, message.bytes);
        return undefined;
      case "colours":
        return { used: message.used, skippedIcons: message.skipped };
      case "icons": {
        const urls = this.#urlsOfImages();
        const icons = message.icons.map((icon) => {
          const { imageHash, svg = "" } = icon;
          if (imageHash === undefined)
            return { ...icon, url: this.#urlOf(new TextEncoder().encode(svg), "image/svg+xml") };
          return { ...icon, bytes: this.#images.get(imageHash)!, url: urls.get(imageHash)! };
        });
        return { icons, skippedIcons: message.skipped, unreadCount: message.unreadCount };
      }
      case "upscale-sources": {
        const urls = this.#urlsOfImages();
        const sources = message.sources.map((source) => ({
          ...source,
          bytes: this.#images.get(source.imageHash)!,
          url: urls.get(source.imageHash)!,
        }));
        return { sources, skippedFills: message.skipped, unreadCount: message.unreadLayerCount };
      }
    }
  }

  #urlsOfImages(): ReadonlyMap<string, string> {
    for (const url of this.#urls.splice(0)) URL.revokeObjectURL(url);
    return new Map([...this.#images].map(([hash, bytes]) => [hash, this.#urlOf(bytes)]));
  }

  #urlOf(bytes: Uint8Array, type = ""): string {
    const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
    this.#urls.push(url);
    return url;
  }
}
