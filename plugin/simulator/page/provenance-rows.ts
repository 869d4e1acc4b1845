/** What a layer made by Tau remembers, as rows of the inspector, in the words of the plugin. */
import { attributionOf } from "../../../shared/contract/generations/attribution.ts";
import type { Source } from "../../../shared/contract/generations/sources.ts";
import { provenanceKey } from "../../../shared/messages/messages.ts";
import type { NodeRecord } from "../host/node-record.ts";

interface Made {
  readonly packId: string;
  readonly condition: {
    readonly caption?: string;
    readonly label?: string;
    readonly style?: string | { readonly images: readonly string[] };
  };
  readonly seed: number;
  readonly temperature: number;
  readonly guidance: number;
  readonly logLikelihood: number;
  readonly sources?: readonly Source[];
}

export function provenanceRows({ pluginData }: NodeRecord): [string, string][] {
  const text = pluginData[provenanceKey];
  if (text === undefined) return [];
  const made = JSON.parse(text) as Made;
  const { caption, label, style } = made.condition;
  return [
    ...(caption === undefined ? [] : [["Caption", caption] satisfies [string, string]]),
    ...(label === undefined ? [] : [["Label", label] satisfies [string, string]]),
    ["Style", typeof style === "object" ? `of ${style.images.length} icons` : (style ?? "any")],
    ["Variation", String(made.seed)],
    ["Variety", made.temperature.toFixed(2)],
    ["Follow the words", made.guidance.toFixed(2)],
    ["Likelihood", made.logLikelihood.toFixed(1)],
    ["Pack", made.packId],
    ...(made.sources ?? []).map((source): [string, string] => ["Drawn from", attributionOf([source])]),
  ];
}
