/** Results that are vectors: traced layers of the selection, and images that were drawn before. */
import { limits } from "../../../shared/limits.ts";
import type { VectorContent, VectorRecord } from "../../../shared/messages/vector-messages.ts";
import { fittedSvg, titledSvg } from "../../../shared/vectors/vector-svg.ts";
import type { ApiClient } from "../client/api-client.ts";
import { readProvenance } from "../client/guards.ts";
import { type Palette, recordOf, snapped } from "../palettes.ts";
import { labelOf } from "../plans/icons.ts";
import type { Form } from "../state/form.ts";
import type { ResultImage, ResultSet, Step } from "../state/results.ts";
import { serverPalette, type TraceJob } from "./jobs.ts";

interface Around {
  readonly client: ApiClient;
  readonly signal: AbortSignal;
}

/** A drawing for the canvas, fitted to the sides of the variants that it is for. */
export function contentOf(drawn: string, record: VectorRecord, sizesPx: readonly number[] = []): VectorContent {
  const svg = snapped(drawn, record);
  const fitted = Object.fromEntries(sizesPx.map((size) => [size, fittedSvg(svg, size)]));
  return { svg, record, ...(sizesPx.length === 0 ? {} : { fitted }) };
}

export async function tracedSet(
  { client, signal }: Around,
  report: (step: Step) => void,
  job: TraceJob,
): Promise<ResultSet> {
  report({ stage: "uploading" });
  const { icon, bytes, vector, title } = job;
  const name = labelOf(icon) || title;
  let { svg = "" } = job;
  let leftOutCount = 0;
  let hasMostColours = false;
  if (bytes !== undefined) {
    const { digest } = await client.uploadImage(bytes, signal);
    const traced = await client.vectorise(digest, serverPalette(vector), signal);
    leftOutCount = traced.leftOutCount;
    svg = titledSvg(traced.svg, name);
    hasMostColours = svg.split("<path").length > limits.vectorColoursMax;
  }
  const provenance = readProvenance(icon.provenance);
  const content = contentOf(svg, vector);
  const image: ResultImage = {
    key: `trace ${icon.nodeId} ${job.index}`,
    seed: provenance?.seed ?? 0,
    bytes: new Uint8Array(),
    url: urlOfSvg(content.svg),
    isKept: true,
    name,
    destination: { kind: "layer", nodeId: icon.nodeId },
    ...(provenance === undefined ? {} : { drawn: { typicalityPercentile: undefined, provenance } }),
    vector: content,
  };
  return { index: job.index, title, images: [image], doubts: [], namedLabels: [], leftOutCount, hasMostColours };
}

/** Vectors of images that were drawn before. @throws Failure image_rejected for one with nothing in it */
export async function traceImages(
  client: ApiClient,
  images: readonly ResultImage[],
  palette: Palette | undefined,
  how: Form["recolourHow"],
): Promise<ReadonlyMap<string, VectorContent>> {
  const record = recordOf(palette, how);
  const traced = new Map<string, VectorContent>();
  for (const { key, bytes, name } of images) {
    const { digest } = await client.uploadImage(bytes);
    const { svg } = await client.vectorise(digest, serverPalette(record));
    traced.set(key, contentOf(name ? titledSvg(svg, name) : svg, record));
  }
  return traced;
}

export const urlOfSvg = (svg: string): string => URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));

export const urlOf = (bytes: Uint8Array): string =>
  URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/png" }));
