/** Mouse and keys on the canvas: pan, zoom, select, move, delete, and the text tool. Each edit is one undo step. */
import type { SimDocument } from "../host/document.ts";
import type { Canvas } from "./canvas.ts";
import { find, make } from "./dom.ts";
import { drawLayer, stickyPx, stickyYellow, type Tool, type ToolInfo } from "./tools.ts";

export interface Gestures {
  readonly tool: Tool;
  setTool(tool: Tool): void;
}

export function createGestures(
  sim: SimDocument,
  canvas: Canvas,
  tools: readonly ToolInfo[],
  onTool: (tool: Tool) => void,
): Gestures {
  let tool: Tool = "move";
  const setTool = (wanted: Tool): void => {
    tool = wanted;
    canvas.element.dataset["tool"] = wanted;
    onTool(wanted);
  };

  canvas.element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { x, y, zoom } = sim.viewport;
      if (event.ctrlKey || event.metaKey) {
        const at = canvas.toPage(event.clientX, event.clientY);
        const next = Math.min(8, Math.max(0.05, zoom * Math.exp(-event.deltaY / 200)));
        sim.viewport = { x: at.x + ((x - at.x) * zoom) / next, y: at.y + ((y - at.y) * zoom) / next, zoom: next };
      } else sim.viewport = { x: x + event.deltaX / zoom, y: y + event.deltaY / zoom, zoom };
      sim.changed();
    },
    { passive: false },
  );

  canvas.element.addEventListener("pointerdown", (event) => {
    if ((event.target as HTMLElement).closest("input") !== null) return;
    canvas.element.focus({ preventScroll: true });
    if ((tool === "text" || tool === "sticky") && event.button === 0) {
      event.preventDefault();
      typeText(sim, canvas, event, tool, () => setTool("move"));
    } else if (!["move", "hand"].includes(tool) && event.button === 0)
      drawLayer(sim, canvas, tool, event, () => setTool(tool === "pencil" ? "pencil" : "move"));
    else if (tool === "hand" || event.button === 1) drag(event, panFrom(sim));
    else if (event.button === 0) {
      const id = pick(sim, event);
      if (id === undefined) {
        if (!event.shiftKey) sim.select([]);
        return;
      }
      if (event.shiftKey) {
        const isIn = sim.selection.includes(id);
        sim.select(isIn ? sim.selection.filter((other) => other !== id) : [...sim.selection, id]);
      } else if (!sim.selection.includes(id)) sim.select([id]);
      drag(event, moveFrom(sim), () => sim.tree.commit());
    }
  });

  const shortcuts = new Map(tools.map(({ key, id }) => [key, id]));
  window.addEventListener("keydown", (event) => {
    if ((event.target as HTMLElement).closest("input, textarea, select, dialog") !== null) return;
    const isCommand = event.metaKey || event.ctrlKey;
    const key = event.key.toLowerCase();
    if (isCommand && (key === "y" || (key === "z" && event.shiftKey))) sim.redo();
    else if (isCommand && key === "z") sim.undo();
    else if (event.key === "Escape") {
      setTool("move");
      sim.select([]);
    } else if (isCommand && event.key.toLowerCase() === "a") sim.select(sim.tree.get(sim.tree.pageId).children);
    else if (event.key === "Delete" || event.key === "Backspace") {
      for (const id of sim.selection)
        if (sim.tree.find(id) !== undefined && !sim.tree.isInsideInstance(id)) sim.tree.remove(id);
      sim.tree.commit();
      sim.select([]);
    } else if (!isCommand && shortcuts.has(key)) setTool(shortcuts.get(key)!);
    else return;
    event.preventDefault();
  });
  return {
    get tool() {
      return tool;
    },
    setTool,
  };
}

/** Top-level node under the pointer; inside a frame that is in use already, the layer itself, as in design tools. */
function pick(sim: SimDocument, event: PointerEvent): string | undefined {
  const id = (event.target as HTMLElement).closest<HTMLElement>("[data-id]")?.dataset["id"];
  // Locked layers, and slides, are in the background of every click.
  if (id === undefined || sim.tree.get(id).locked || sim.tree.get(id).type === "SLIDE") return undefined;
  const { parent } = sim.tree.get(id);
  if (parent === null || parent === sim.tree.pageId) return id;
  const isInUse = sim.selection.some((other) => other === parent || sim.tree.get(other).parent === parent);
  return isInUse || event.ctrlKey || event.metaKey ? id : parent;
}

type Mover = (dx: number, dy: number) => void;

function panFrom(sim: SimDocument): Mover {
  const start = sim.viewport;
  return (dx, dy) => {
    sim.viewport = { ...start, x: start.x - dx / start.zoom, y: start.y - dy / start.zoom };
    sim.changed();
  };
}

/** Also layers of frames move; of a locked layer, and of one whose frame moves along, none. */
function moveFrom(sim: SimDocument): Mover {
  const starts = sim.selection
    .map((id) => sim.tree.get(id))
    .filter(
      ({ id, parent, locked }) => !locked && !sim.tree.isInsideInstance(id) && !sim.selection.includes(parent ?? ""),
    )
    .map(({ id, x, y }) => ({ id, x, y }));
  const { zoom } = sim.viewport;
  return (dx, dy) => {
    for (const { id, x, y } of starts)
      sim.tree.change(id, { x: Math.round(x + dx / zoom), y: Math.round(y + dy / zoom) });
  };
}

function drag(down: PointerEvent, move: Mover, done: () => void = () => undefined): void {
  const slackPx = 3;
  let isMoving = false;
  const onMove = (event: PointerEvent): void => {
    const dx = event.clientX - down.clientX;
    const dy = event.clientY - down.clientY;
    isMoving ||= Math.hypot(dx, dy) > slackPx;
    if (isMoving) move(dx, dy);
  };
  window.addEventListener("pointermove", onMove);
  window.addEventListener(
    "pointerup",
    () => {
      window.removeEventListener("pointermove", onMove);
      if (isMoving) done();
    },
    { once: true },
  );
}

function typeText(
  sim: SimDocument,
  canvas: Canvas,
  event: PointerEvent,
  tool: "text" | "sticky",
  done: () => void,
): void {
  const spot = canvas.toPage(event.clientX, event.clientY);
  const box = canvas.element.getBoundingClientRect();
  const field = make("input", { class: "text-entry", "aria-label": "Text of the new layer" });
  field.style.left = `${event.clientX - box.left}px`;
  field.style.top = `${event.clientY - box.top - 14}px`;
  let isDone = false;
  const finish = (): void => {
    if (isDone) return;
    isDone = true;
    const text = field.value.trim();
    field.remove();
    const sticky = { name: text, characters: text, width: stickyPx, height: stickyPx, fills: stickyYellow };
    if (text !== "")
      sim.select([
        tool === "text" ? sim.addText(text, spot.x, spot.y - 14) : sim.addLayer("STICKY", { ...sticky, ...spot }),
      ]);
    done();
  };
  field.addEventListener("blur", finish);
  field.addEventListener("keydown", (key) => {
    if (key.key === "Enter" || key.key === "Escape") finish();
  });
  find("overlay").before(field);
  field.focus();
}
