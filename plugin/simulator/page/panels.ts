/** Side panels: the list of layers, and what the selected layer is, remembers, and offers as relaunch buttons. */
import type { SimDocument } from "../host/document.ts";
import type { NodeRecord } from "../host/node-record.ts";
import { hexOf } from "../host/svg.ts";
import { find, icon, make } from "./dom.ts";
import { provenanceRows } from "./provenance-rows.ts";
import { variablesPanel } from "./variables-panel.ts";

const icons: Readonly<Record<string, string>> = {
  FRAME: "M5 2.5v11M11 2.5v11M2.5 5h11M2.5 11h11",
  SLIDE: "M2.5 4h11v8h-11z",
  COMPONENT: "M8 2.5 10 4.500 8 6.500 6 4.500zM8 9.500l2 2-2 2-2-2zM2.500 8l2-2 2 2-2 2zM9.500 8l2-2 2 2-2 2z",
  COMPONENT_SET:
    "M5 2.500 7.500 5 5 7.500 2.500 5zM11 2.500 13.500 5 11 7.500 8.500 5zM5 8.500 7.500 11 5 13.500 2.500 11zM11 8.500 13.500 11 11 13.500 8.500 11z",
  GROUP: "M3 5V3h2M11 3h2v2M13 11v2h-2M5 13H3v-2",
  INSTANCE: "M8 2.5 13.500 8 8 13.500 2.500 8z",
  SECTION: "M2.5 3.5h11v9h-11z",
  RECTANGLE: "M3 3.5h10v9H3zM3 11l3-3 2.5 2.5L10.5 9 13 11",
  ELLIPSE: "M8 3a5 5 0 1 0 .01 0z",
  VECTOR: "M3 12q1-8 5-4t5-4",
  STICKY: "M3 3h10v7l-3 3H3zM13 10h-3v3",
  SHAPE_WITH_TEXT: "M3 4h10v8H3zM6 8h4",
  TEXT: "M4 4.5V3.5h8v1M8 3.5v9",
};
const lockIcon = "M4.5 7.5h7v5h-7zM6 7.5V5.5a2 2 0 0 1 4 0v2";
const eyeIcon = "M2 8q6-8 12 0-6 8-12 0zM8 6.500a1.500 1.500 0 1 0 .01 0z";

const doubleClickMs = 500;
let lastClick = { id: "", atMs: 0 };

/** What the list last said. */
let drawnRows = "";

/** All that the list shows of the layers. */
const rowsOf = (sim: SimDocument, id: string): unknown[] =>
  sim.tree
    .childrenOf(id)
    .map((record) => [record.id, record.type, record.name, record.locked, record.visible, rowsOf(sim, record.id)]);

export function drawLayers(sim: SimDocument): void {
  const list = find("layers");
  if (list.querySelector("input") !== null) return;
  // A click whose row is replaced between press and release is lost: the list waits for the release.
  if (list.matches(":active")) {
    addEventListener("pointerup", () => setTimeout(() => drawLayers(sim)), { once: true });
    return;
  }
  // Rows that say the same stay.
  const said = JSON.stringify([sim.selection, rowsOf(sim, sim.tree.pageId)]);
  if (said === drawnRows) return;
  drawnRows = said;
  const focused = (document.activeElement as HTMLElement | null)?.dataset["layer"];
  const change = (id: string, patch: Partial<NodeRecord>): void => {
    sim.tree.change(id, patch);
    sim.tree.commit();
  };
  const toggle = (record: NodeRecord, key: "locked" | "visible", label: string, path: string): HTMLElement =>
    make(
      "button",
      {
        type: "button",
        class: record[key] === (key === "visible") ? "toggle" : "toggle set",
        "aria-label": `${label} ${record.name}`,
        "aria-pressed": String(record[key] !== (key === "visible")),
        click: () => change(record.id, { [key]: !record[key] }),
      },
      icon(path),
    );
  const rename = (record: NodeRecord, row: HTMLElement): void => {
    const field = make("input", { "aria-label": `New name of ${record.name}`, value: record.name });
    let isDone = false;
    drawnRows = "";
    const finish = (isKept: boolean): void => {
      if (isDone) return;
      isDone = true;
      field.remove();
      if (isKept && field.value.trim() !== "") change(record.id, { name: field.value.trim() });
      else sim.changed();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") finish(event.key === "Enter");
    });
    field.addEventListener("blur", () => finish(true));
    row.replaceChildren(field);
    field.select();
  };
  const rowOf = (record: NodeRecord, depth: number): HTMLElement[] => {
    const row = make("li", {});
    const button = make(
      "button",
      {
        type: "button",
        class: "layer",
        "data-layer": record.id,
        "aria-pressed": String(sim.selection.includes(record.id)),
        style: `padding-left:${12 + depth * 16}px`,
        title: "Double-click or F2 renames",
        click: (event: MouseEvent) => {
          // The list is drawn anew after each click, so the browser never sees two on one element.
          const isDouble = lastClick.id === record.id && event.timeStamp - lastClick.atMs < doubleClickMs;
          lastClick = { id: record.id, atMs: event.timeStamp };
          if (isDouble) rename(record, row);
          else sim.select(event.shiftKey ? [...new Set([...sim.selection, record.id])] : [record.id]);
        },
        keydown: (event: KeyboardEvent) => {
          if (event.key === "F2") rename(record, row);
        },
      },
      icon(icons[record.type] ?? ""),
      make("span", {}, record.name),
    );
    row.append(button, toggle(record, "locked", "Lock", lockIcon), toggle(record, "visible", "Hide", eyeIcon));
    const children = record.children.map((id) => sim.tree.get(id));
    return [row, ...children.flatMap((child) => rowOf(child, depth + 1))];
  };
  list.replaceChildren(...[...sim.tree.childrenOf(sim.tree.pageId)].reverse().flatMap((record) => rowOf(record, 0)));
  if (list.children.length === 0) list.append(make("li", { class: "quiet" }, "No layers yet"));
  if (focused !== undefined) list.querySelector<HTMLElement>(`[data-layer="${focused}"]`)?.focus();
}

interface Relaunch {
  readonly command: string;
  readonly name: string;
}

export function drawInspector(
  sim: SimDocument,
  relaunchButtons: readonly Relaunch[],
  onRelaunch: (command: string) => void,
): void {
  const panel = find("inspector");
  if (panel.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement) return;
  const records = sim.selection.map((id) => sim.tree.get(id));
  const first = records[0];
  if (first === undefined) {
    panel.replaceChildren(
      make("h2", {}, "Selection"),
      make(
        "p",
        { class: "quiet" },
        "Select a layer to see how it was made. Text (T) becomes captions; shapes (R, O) and dropped images can be filled, restyled and enlarged.",
      ),
      ...variablesPanel(sim),
    );
    return;
  }
  const offered = relaunchButtons.filter(
    ({ command, name }, index) =>
      command in first.relaunchData && relaunchButtons.findIndex((other) => other.name === name) === index,
  );
  const act = (name: string, run: () => void): HTMLElement =>
    make("button", { type: "button", class: "relaunch", click: run }, name);
  const holds = first.type === "FRAME" || first.type === "RECTANGLE";
  panel.replaceChildren(
    make("h2", { title: first.name }, records.length === 1 ? first.name : `${records.length} layers`),
    ...offered.map(({ command, name }) => act(name, () => onRelaunch(command))),
    make("div", { class: "numbers" }, ...numberFields(sim, first, records)),
    ...fillColour(sim, first, records),
    ...scaleModes(sim, first),
    ...(records.length === 1 && holds ? [act("Make component", () => sim.select([makeComponent(sim, first)]))] : []),
    ...(first.type === "COMPONENT" ? [act("Insert instance", () => insertInstance(sim, first.id))] : []),
    make(
      "dl",
      {},
      ...provenanceRows(first).flatMap(([term, value]) => [make("dt", {}, term), make("dd", { title: value }, value)]),
    ),
  );
}

const numbers = [
  ["x", "X"],
  ["y", "Y"],
  ["width", "W"],
  ["height", "H"],
  ["rotation", "Rotation"],
  ["opacity", "Opacity"],
] as const;

function numberFields(sim: SimDocument, first: NodeRecord, records: readonly NodeRecord[]): HTMLElement[] {
  return numbers.map(([key, label]) =>
    make(
      "label",
      {},
      make("span", {}, label),
      make("input", {
        type: "number",
        step: key === "opacity" ? 0.1 : 1,
        value: String(Math.round(first[key] * 100) / 100),
        change: (event: Event) => {
          const value = (event.target as HTMLInputElement).valueAsNumber;
          if (!Number.isFinite(value)) return;
          for (const { id } of records) sim.tree.change(id, { [key]: value });
          sim.tree.commit();
        },
      }),
    ),
  );
}

/** Colour of the first solid fill, for all that is selected. */
function fillColour(sim: SimDocument, { fills }: NodeRecord, records: readonly NodeRecord[]): HTMLElement[] {
  const solid = fills.find((paint) => paint.type === "SOLID");
  if (solid === undefined) return [];
  const choose = (event: Event): void => {
    const { value } = event.target as HTMLInputElement;
    const [r, g, b] = [1, 3, 5].map((from) => Number.parseInt(value.slice(from, from + 2), 16) / 255);
    const color = { r: r!, g: g!, b: b! };
    for (const { id, fills: own } of records) {
      const at = own.findIndex(({ type }) => type === "SOLID");
      sim.tree.change(id, { fills: own.map((paint, index) => (index === at ? { type: "SOLID", color } : paint)) });
    }
    sim.tree.commit();
  };
  const input = make("input", { type: "color", value: hexOf(solid.color), change: choose });
  return [make("label", { class: "scale-mode" }, make("span", {}, "Fill"), input)];
}

/** Scale mode of each image paint. */
function scaleModes(sim: SimDocument, { id, fills }: NodeRecord): HTMLElement[] {
  return fills.flatMap((paint, index) => {
    if (paint.type !== "IMAGE") return [];
    const choose = (event: Event): void => {
      const scaleMode = (event.target as HTMLSelectElement).value as ImagePaint["scaleMode"];
      const imageTransform: Transform = [
        [0.5, 0, 0.25],
        [0, 0.5, 0.25],
      ];
      const changed = { ...paint, scaleMode, ...(scaleMode === "CROP" ? { imageTransform } : {}) };
      sim.tree.change(id, { fills: fills.map((other, at) => (at === index ? changed : other)) });
      sim.tree.commit();
    };
    const modes = ["FILL", "FIT", "CROP", "TILE"].map((mode) =>
      make("option", { value: mode, selected: mode === paint.scaleMode }, mode.charAt(0) + mode.slice(1).toLowerCase()),
    );
    return [
      make("label", { class: "scale-mode" }, make("span", {}, "Image"), make("select", { change: choose }, ...modes)),
    ];
  });
}

/** A component in the place of a frame, or around a single layer. */
function makeComponent(sim: SimDocument, { id }: NodeRecord): string {
  const component = sim.tree.componentFrom(id);
  sim.tree.commit();
  return component;
}

function insertInstance(sim: SimDocument, componentId: string): void {
  const id = sim.tree.instantiate(componentId);
  sim.tree.commit();
  sim.select([id]);
}
