/** Side panels: the list of layers, and what the selected layer is, remembers, and offers as relaunch buttons. */
import { provenanceKey } from "../../../shared/messages.ts";
import type { SimDocument } from "../host/document.ts";
import type { NodeRecord } from "../host/node-record.ts";
import { find, icon, make } from "./dom.ts";

const icons: Readonly<Record<string, string>> = {
  FRAME: "M5 2.5v11M11 2.5v11M2.5 5h11M2.5 11h11",
  SECTION: "M2.5 3.5h11v9h-11z",
  RECTANGLE: "M3 3.5h10v9H3zM3 11l3-3 2.5 2.5L10.5 9 13 11",
  TEXT: "M4 4.5V3.5h8v1M8 3.5v9",
};

export function drawLayers(sim: SimDocument): void {
  const list = find("layers");
  const focused = (document.activeElement as HTMLElement | null)?.dataset["layer"];
  const row = (record: NodeRecord, depth: number): HTMLElement[] => {
    const button = make(
      "button",
      {
        type: "button",
        "data-layer": record.id,
        "aria-pressed": String(sim.selection.includes(record.id)),
        style: `padding-left:${12 + depth * 16}px`,
        click: (event: MouseEvent) => {
          sim.select(event.shiftKey ? [...new Set([...sim.selection, record.id])] : [record.id]);
        },
      },
      icon(icons[record.type] ?? ""),
      make("span", {}, record.name),
    );
    const children = record.children.map((id) => sim.tree.get(id));
    return [make("li", {}, button), ...children.flatMap((child) => row(child, depth + 1))];
  };
  list.replaceChildren(...[...sim.tree.childrenOf(sim.tree.pageId)].reverse().flatMap((record) => row(record, 0)));
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
  const records = sim.selection.map((id) => sim.tree.get(id));
  const first = records[0];
  if (first === undefined) {
    panel.replaceChildren(
      make("h2", {}, "Selection"),
      make(
        "p",
        { class: "quiet" },
        "Select a layer to see how it was made. Add text with T: selected text layers become captions.",
      ),
    );
    return;
  }
  const rows: [string, string][] = [["Size", `${Math.round(first.width)} × ${Math.round(first.height)}`]];
  const provenance = first.pluginData[provenanceKey];
  if (provenance !== undefined) rows.push(...provenanceRows(provenance));
  const offered = relaunchButtons.filter(({ command }) => command in first.relaunchData);
  panel.replaceChildren(
    make("h2", { title: first.name }, records.length === 1 ? first.name : `${records.length} layers`),
    make("dl", {}, ...rows.flatMap(([term, value]) => [make("dt", {}, term), make("dd", { title: value }, value)])),
    ...offered.map(({ command, name }) =>
      make("button", { type: "button", class: "relaunch", click: () => onRelaunch(command) }, name),
    ),
  );
}

function provenanceRows(text: string): [string, string][] {
  const made = JSON.parse(text) as {
    packId: string;
    condition: { caption?: string; style?: string };
    seed: number;
    temperature: number;
    guidance: number;
    retrieval?: number;
    logLikelihood: number;
  };
  return [
    ["Caption", made.condition.caption ?? "none"],
    ["Style", made.condition.style ?? "any"],
    ["Seed", String(made.seed)],
    ["Variety", made.temperature.toFixed(2)],
    ["Guidance", made.guidance.toFixed(2)],
    ["Retrieval", made.retrieval?.toFixed(2) ?? "none"],
    ["Log-likelihood", `${made.logLikelihood.toFixed(1)} nats`],
    ["Pack", made.packId],
  ];
}
