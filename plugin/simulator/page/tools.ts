/** The drawing tools: each drags out a layer, or draws a stroke, as one undo step. Images are dropped in. */
import type { SimDocument } from "../host/document.ts";
import type { NodeRecord, NodeType } from "../host/node-record.ts";
import type { EditorType } from "../host/run.ts";
import type { Canvas } from "./canvas.ts";

export type Tool = "move" | "hand" | "frame" | "rectangle" | "ellipse" | "pencil" | "text" | "sticky";

export interface ToolInfo {
  readonly id: Tool;
  readonly label: string;
  readonly key: string;
  readonly icon: string;
  readonly editors: readonly EditorType[];
}

const everywhere = ["figma", "figjam", "slides"] as const;
export const toolTable: readonly ToolInfo[] = [
  { id: "move", label: "Move", key: "v", icon: "m3.5 3 9 3.8-4 1.6-1.7 4.1z", editors: everywhere },
  {
    id: "hand",
    label: "Hand",
    key: "h",
    icon: "M8 2.5v11M2.5 8h11M6.5 4 8 2.5 9.5 4M6.5 12 8 13.5 9.5 12M4 6.5 2.5 8 4 9.5M12 6.5 13.5 8 12 9.5",
    editors: everywhere,
  },
  {
    id: "frame",
    label: "Frame",
    key: "f",
    icon: "M5 2.5v11M11 2.5v11M2.5 5h11M2.5 11h11",
    editors: ["figma", "slides"],
  },
  { id: "rectangle", label: "Rectangle", key: "r", icon: "M3 4h10v8H3z", editors: everywhere },
  { id: "ellipse", label: "Ellipse", key: "o", icon: "M8 3a5 5 0 1 0 .01 0z", editors: everywhere },
  { id: "pencil", label: "Pencil", key: "p", icon: "m3 13 .8-3L11 2.8l2.2 2.2L6 12.2z", editors: everywhere },
  { id: "text", label: "Text", key: "t", icon: "M4 4.5V3.5h8v1M8 3.5v9M6.5 12.5h3", editors: everywhere },
  { id: "sticky", label: "Sticky", key: "s", icon: "M3 3h10v7l-3 3H3zM13 10h-3v3", editors: ["figjam"] },
];

const grey: readonly Paint[] = [{ type: "SOLID", color: { r: 0.85, g: 0.85, b: 0.85 } }];
const white: readonly Paint[] = [{ type: "SOLID", color: { r: 1, g: 1, b: 1 } }];
const ink: readonly Paint[] = [{ type: "SOLID", color: { r: 0.12, g: 0.14, b: 0.16 } }];
export const stickyYellow: readonly Paint[] = [{ type: "SOLID", color: { r: 1, g: 0.85, b: 0.4 } }];
export const stickyPx = 200;

const shapes: Readonly<
  Partial<Record<Tool, { readonly type: NodeType; readonly name: string; readonly fills: readonly Paint[] }>>
> = {
  frame: { type: "FRAME", name: "Frame", fills: white },
  rectangle: { type: "RECTANGLE", name: "Rectangle", fills: grey },
  ellipse: { type: "ELLIPSE", name: "Ellipse", fills: grey },
};

/** What a click without a drag makes. */
const clickPx = 100;

/** Starts a drag that ends in a new layer. */
export function drawLayer(sim: SimDocument, canvas: Canvas, tool: Tool, down: PointerEvent, done: () => void): void {
  const start = canvas.toPage(down.clientX, down.clientY);
  const points = [start];
  const parent = frameAt(sim, down);
  const onMove = (event: PointerEvent): void => {
    points.push(canvas.toPage(event.clientX, event.clientY));
  };
  window.addEventListener("pointermove", onMove);
  window.addEventListener(
    "pointerup",
    () => {
      window.removeEventListener("pointermove", onMove);
      const id = tool === "pencil" ? addStroke(sim, points, parent) : addShape(sim, tool, points, parent);
      if (id !== undefined) sim.select([id]);
      done();
    },
    { once: true },
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function addShape(
  sim: SimDocument,
  tool: Tool,
  points: readonly Point[],
  parent: NodeRecord | undefined,
): string | undefined {
  const shape = shapes[tool];
  if (shape === undefined) return undefined;
  const [start, end] = [points[0]!, points.at(-1)!];
  const isClick = Math.hypot(end.x - start.x, end.y - start.y) < 4;
  const box = isClick
    ? { x: start.x - clickPx / 2, y: start.y - clickPx / 2, width: clickPx, height: clickPx }
    : {
        x: Math.min(start.x, end.x),
        y: Math.min(start.y, end.y),
        width: Math.max(1, Math.round(Math.abs(end.x - start.x))),
        height: Math.max(1, Math.round(Math.abs(end.y - start.y))),
      };
  const count = sim.tree.save().filter(({ type }) => type === shape.type).length + 1;
  return sim.addLayer(
    shape.type,
    { ...within(box, parent), name: `${shape.name} ${count}`, fills: shape.fills },
    parent?.id,
  );
}

function addStroke(sim: SimDocument, points: readonly Point[], parent: NodeRecord | undefined): string | undefined {
  if (points.length < 2) return undefined;
  const x = Math.min(...points.map((point) => point.x));
  const y = Math.min(...points.map((point) => point.y));
  const width = Math.max(1, Math.max(...points.map((point) => point.x)) - x);
  const height = Math.max(1, Math.max(...points.map((point) => point.y)) - y);
  const data = points
    .map((point, index) => `${index === 0 ? "M" : "L"}${(point.x - x).toFixed(1)} ${(point.y - y).toFixed(1)}`)
    .join("");
  const vectorPaths = [{ windingRule: "NONE", data } as const];
  const box = within({ x, y, width, height }, parent);
  return sim.addLayer(
    "VECTOR",
    { ...box, name: "Vector", strokes: ink, strokeWeight: 4, strokeCap: "ROUND", strokeJoin: "ROUND", vectorPaths },
    parent?.id,
  );
}

/** A box of the page in the frame's own px. Frames of the playground are not rotated when things are drawn into them. */
const within = <T extends Point>(box: T, parent: NodeRecord | undefined): T =>
  parent === undefined ? box : { ...box, x: box.x - parent.x, y: box.y - parent.y };

/** The top-level frame or slide under the pointer, into which new layers go. */
function frameAt(sim: SimDocument, event: PointerEvent): NodeRecord | undefined {
  const ids = document
    .elementsFromPoint(event.clientX, event.clientY)
    .flatMap((element) => (element instanceof HTMLElement && element.dataset["id"] ? [element.dataset["id"]] : []));
  return ids
    .map((id) => sim.tree.get(id))
    .find(({ type, parent }) => parent === sim.tree.pageId && ["FRAME", "COMPONENT", "SLIDE"].includes(type));
}

/** Image files dropped on the canvas become layers of their size, at the spot of the drop. */
export function takeDrops(sim: SimDocument, canvas: Canvas, report: (text: string) => void): void {
  canvas.element.addEventListener("dragover", (event) => event.preventDefault());
  canvas.element.addEventListener("drop", (event) => {
    event.preventDefault();
    const spot = canvas.toPage(event.clientX, event.clientY);
    void (async () => {
      const ids: string[] = [];
      for (const file of event.dataTransfer?.files ?? []) {
        try {
          const image = sim.addImage(new Uint8Array(await file.arrayBuffer()));
          const fills: readonly Paint[] = [{ type: "IMAGE", scaleMode: "FILL", imageHash: image.hash }];
          const place = { x: spot.x + ids.length * 24, y: spot.y + ids.length * 24 };
          const name = file.name.replace(/\.\w+$/, "");
          const id = sim.addLayer("RECTANGLE", { ...place, name, width: image.width, height: image.height, fills });
          ids.push(id);
        } catch (error) {
          report(error instanceof Error ? error.message : String(error));
        }
      }
      if (ids.length > 0) sim.select(ids);
    })();
  });
}
