/**
 * BigGAN for 128 and 256 pixels, from the checkpoints of GANalyze and net2net. Two generators come of one file: from a latent and a
 * class, and from a latent and a class embedding joined, which is what net2net's flows draw.
 */

import { OnnxGeneratorSchema } from "../../manifest/declared-manifest.ts";
import { Network, type Tensor } from "../../onnx/network.ts";
import { type Imported, type Importer, weightsFileOf } from "../importer.ts";
import { type BigGanShape, drawBigGan, shapeOfBigGan } from "../layers/biggan-blocks.ts";
import { linear, slice } from "../layers/layers.ts";
import { Weights } from "../weights.ts";

const marker = "G_linear.module.weight_bar";

export const biggan: Importer = {
  summary: "BigGAN 128 or 256, as GANalyze and net2net store it",
  fits: (checkpoint) =>
    Weights.isIn(checkpoint, marker) && !Weights.isIn(checkpoint, "map_to_class_embedding.main.0.weight"),
  async build(checkpoint, options): Promise<Imported> {
    const weights = Weights.holding(checkpoint, marker, "biggan");
    const table = weights.get("linear.weight", [null, null]);
    const [embeddingDims = 0, classes = 0] = table.shape;
    const shape = shapeOfBigGan(weights, embeddingDims);
    const latentDims = shape.firstDims + shape.blocks * shape.chunkDims;
    const image = [1, 3, shape.imageSizePx, shape.imageSizePx];

    const byClass = new Network(`${options.name}, by class`);
    const z = byClass.input("z", [1, latentDims]);
    const embedding = linear(byClass, byClass.input("class", [1, classes]), { weight: table });
    byClass.output("image", drawBigGan(byClass, weights, { ...cut(byClass, z, shape), embedding }), image);

    const byEmbedding = new Network(`${options.name}, by class embedding`);
    const joined = byEmbedding.input("z", [1, latentDims + embeddingDims]);
    const own = slice(byEmbedding, joined, 1, latentDims, latentDims + embeddingDims);
    byEmbedding.output(
      "image",
      drawBigGan(byEmbedding, weights, { ...cut(byEmbedding, joined, shape), embedding: own }),
      image,
    );

    const declare = (model: string, dims: number, byClassIndex: boolean) =>
      OnnxGeneratorSchema.parse({
        kind: "onnx-generator",
        model,
        data: [weightsFileOf(options)],
        latent: { name: "z", shape: [dims] },
        ...(byClassIndex ? { class: { name: "class", count: classes, encoding: "one-hot" } } : {}),
        image: { name: "image", channels: "rgb", range: [-1, 1] },
        imageSizePx: shape.imageSizePx,
      });
    return {
      networks: [
        { file: `${options.name}.onnx`, network: byClass },
        { file: `${options.name}-embedding.onnx`, network: byEmbedding },
      ],
      declarations: {
        [options.name]: declare(`${options.name}.onnx`, latentDims, true),
        [`${options.name}-embedding`]: declare(`${options.name}-embedding.onnx`, latentDims + embeddingDims, false),
      },
      notes: [
        `${options.name}-embedding takes [latent ${latentDims}, class embedding ${embeddingDims}]: draw it with a flow, not from N(0, I)`,
      ],
      unused: weights.unused(),
    };
  },
};

/** Chunk 0 makes the first map, chunk i + 1 conditions block i. */
function cut(network: Network, z: Tensor, { firstDims, chunkDims, blocks }: BigGanShape) {
  const chunks = Array.from({ length: blocks }, (_, at) =>
    slice(network, z, 1, firstDims + at * chunkDims, firstDims + (at + 1) * chunkDims),
  );
  return { first: slice(network, z, 1, 0, firstDims), chunks };
}
