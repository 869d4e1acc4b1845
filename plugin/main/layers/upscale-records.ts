/** What a layer remembers of its upscaled fills, as JSON in plugin data: read whatever is stored, written bounded. */
import { type UpscaleRecord, upscalesKey } from "../../../shared/messages/upscale-messages.ts";

/** Adds one record and drops those that lead to no image that the layer still shows. */
export function rememberUpscale(node: PluginDataMixin, fills: readonly Paint[], record: UpscaleRecord): void {
  const shown = new Set(fills.map((paint) => (paint.type === "IMAGE" ? paint.imageHash : null)));
  const kept: UpscaleRecord[] = [];
  // Newest first, because the original of an upscale may itself be one.
  for (const known of [record, ...readRecords(node).reverse()]) {
    if (!shown.has(known.upscaledHash)) continue;
    if (kept.some(({ upscaledHash }) => upscaledHash === known.upscaledHash)) continue;
    shown.add(known.originalHash);
    kept.push(known);
  }
  node.setPluginData(upscalesKey, JSON.stringify(kept.reverse()));
}

function readRecords(node: PluginDataMixin): UpscaleRecord[] {
  try {
    const stored: unknown = JSON.parse(node.getPluginData(upscalesKey));
    return Array.isArray(stored) ? stored.filter(isRecord) : [];
  } catch {
    // Nothing yet, or the data of a damaged file: there is no way back to lose.
    return [];
  }
}

const isRecord = (value: unknown): value is UpscaleRecord =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as UpscaleRecord).originalHash === "string" &&
  typeof (value as UpscaleRecord).upscaledHash === "string";
