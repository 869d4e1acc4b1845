/**
 * Draws the document: nodes as elements in a transformed world, names and selection in an overlay of screen pixels.
 * Only reads the document; gestures are in gestures.ts.
 */
import type { SimDocument } from "../host/document.ts";
import { absoluteBox } from "../host/geometry.ts";
import { find, make } from "./dom.ts";
import { drawNode } from "./draw-node.ts";

export interface Canvas {
  draw(): void;
  /** Page coordinates of a point of the screen. */
  toPage(clientX: number, clientY: number): { x: number; y: number };
  readonly element: HTMLElement;
}

export function createCanvas(sim: SimDocument, isCovered: () => DOMRect | undefined): Canvas {
  const element = find("canvas");
  const world = find("world");
  const overlay = find("overlay");
  const urls = new Map<string, string>();

  /** Middle of the part of the canvas that the plugin window leaves free. */
  const free = (): { x: number; y: number; width: number; height: number } => {
    const box = element.getBoundingClientRect();
    const cover = isCovered();
    const isRight = cover !== undefined && cover.right > box.right - 120 && cover.left > box.left + 200;
    const width = isRight ? cover.left - box.left : box.width;
    return { x: width / 2, y: box.height / 2, width, height: box.height };
  };

  const urlOf = (hash: string): string => {
    const known = urls.get(hash);
    if (known !== undefined) return known;
    const bytes = sim.images.get(hash)?.bytes ?? new Uint8Array();
    const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    urls.set(hash, url);
    return url;
  };

  return {
    element,
    toPage: (clientX, clientY) => {
      const box = element.getBoundingClientRect();
      const middle = free();
      const { x, y, zoom } = sim.viewport;
      return { x: x + (clientX - box.left - middle.x) / zoom, y: y + (clientY - box.top - middle.y) / zoom };
    },
    draw: () => {
      const middle = free();
      sim.screen = { width: middle.width, height: middle.height };
      const { x, y, zoom } = sim.viewport;
      const left = middle.x - x * zoom;
      const top = middle.y - y * zoom;
      const records = sim.tree.childrenOf(sim.tree.pageId);
      find("hint").hidden = records.length > 0;
      find("hint").style.left = `${middle.x}px`;
      world.style.transform = `translate(${left}px, ${top}px) scale(${zoom})`;
      world.replaceChildren(...records.map((record) => drawNode(sim, record, urlOf)));
      const names = records
        .filter(({ type }) => ["FRAME", "SECTION", "COMPONENT", "COMPONENT_SET", "INSTANCE", "SLIDE"].includes(type))
        .map((record) => {
          const isSelected = sim.selection.includes(record.id);
          const name = make("div", { class: isSelected ? "name selected" : "name", "data-id": record.id }, record.name);
          name.style.cssText = `left:${left + record.x * zoom}px;top:${top + record.y * zoom - 20}px;max-width:${record.width * zoom}px`;
          return name;
        });
      const outlines = sim.selection.map((id) => {
        const box = absoluteBox(sim.tree, sim.tree.get(id));
        const outline = make("div", { class: "outline" });
        outline.style.cssText = `left:${left + box.x * zoom}px;top:${top + box.y * zoom}px;width:${box.width * zoom}px;height:${box.height * zoom}px`;
        return outline;
      });
      overlay.replaceChildren(...names, ...outlines);
    },
  };
}
