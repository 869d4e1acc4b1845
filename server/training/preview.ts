/** Previews of a flow in training: images for a few held-out captions at temperature 0 with the current weights. */
import type { TargetExpert } from "../engine/interfaces.ts";
import { toStraightRgba } from "../engine/pixels/pixels.ts";
import type { FlowArchitecture } from "../flow/architecture.ts";
import { inverseGraph } from "../flow/flow-graphs.ts";
import { batchFeeds } from "../flow/training-graph.ts";
import { createBatchBuffers, fillHeldOut, type TrainingSet } from "../flow/training-set.ts";
import { encodePng } from "../images/codec.ts";
import { toModelBytes } from "../onnx/model-file.ts";
import { Session, type Tensor } from "../onnx/session.ts";

/** Premultiplied RGBA in [0, 1], [4, sizePx, sizePx]. */
export interface PreviewImage {
  readonly planes: Float32Array;
  readonly sizePx: number;
}

export const previewPng = ({ planes, sizePx }: PreviewImage): Promise<Uint8Array> =>
  encodePng(toStraightRgba(planes, sizePx).rgba, sizePx, sizePx);

/** Images of a preview. */
const previewRows = 4;

/** @param given names of the conditions that are used @param rowsMost images, the first of those held out */
export async function createPreview(
  architecture: FlowArchitecture,
  set: TrainingSet,
  target: TargetExpert,
  given: readonly string[],
  threads: number,
  rowsMost = previewRows,
) {
  const rows = set.heldOutRows.slice(0, rowsMost);
  const graph = inverseGraph(architecture, rows.length);
  const session = await Session.create(toModelBytes(graph, { kind: "inputs" }), { label: "preview", threads });
  const batch = createBatchBuffers(set, rows.length);
  fillHeldOut(set, batch, rows, { given: new Set(given) });
  const { latent: _, ...conditions } = batchFeeds(batch, set.dims, rows.length);
  // A zero residual (temperature 0) and no guidance.
  const zeros = [...session.inputs].map(([name, { shape }]): [string, Tensor] => {
    const dims = shape.map(Number);
    return [name, { data: new Float32Array(dims.reduce((product, size) => product * size, 1)), dims }];
  });
  return {
    /** The images of these rows, drawn with these weights. */
    async draw(weights: ReadonlyMap<string, Float32Array>): Promise<PreviewImage[]> {
      const parameters = graph.parameters.map(({ value }): [string, Tensor] => [
        value.name,
        { data: weights.get(value.name)!, dims: value.shape },
      ]);
      const results = await session.run({
        ...Object.fromEntries(zeros),
        ...Object.fromEntries(parameters),
        ...conditions,
      });
      const latents = results["values"]!.data as Float32Array;
      const images: PreviewImage[] = [];
      for (let row = 0; row < rows.length; row += 1) {
        const planes = await target.decode(latents.slice(row * set.dims, (row + 1) * set.dims), 1);
        images.push({ planes, sizePx: target.imageSizePx });
      }
      return images;
    },
    rows,
    dispose: () => session.dispose(),
  };
}
