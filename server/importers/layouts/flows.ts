/** The two layouts that conditional flows were published in; what they hold is the same (conditional-flow.ts). */

import type { Importer } from "../importer.ts";
import { Weights } from "../weights.ts";
import { denseEmbedder, importFlow, spatialEmbedder } from "./conditional-flow.ts";

const inside = "flow.embedder.main.0.weight";
const block = "flow.sub_layers.0.norm_layer.loc";
const [dense, spatial] = ["embedder.net.0.weight", "embedder.dense_encode.sub_layers.0.weight"];

export const net2netFlow: Importer = {
  summary: "a conditional flow of net2net, its embedder inside it",
  fits: (checkpoint) => Weights.isIn(checkpoint, inside),
  async build(checkpoint, options) {
    const weights = Weights.holding(checkpoint, inside, "net2net-flow").within("flow.");
    return importFlow(checkpoint, weights, denseEmbedder(weights.within("embedder.main."), 0.01), options);
  },
};

export const invariancesFlow: Importer = {
  summary: "a conditional flow of CompVis/invariances, with a dense or spatial embedder beside it",
  fits: (checkpoint) =>
    Weights.isIn(checkpoint, block) && (Weights.isIn(checkpoint, dense) || Weights.isIn(checkpoint, spatial)),
  async build(checkpoint, options) {
    const weights = Weights.holding(checkpoint, block, "invariances-flow");
    const part = weights.within("embedder.");
    const embedder = weights.has(dense) ? denseEmbedder(part.within("net."), 0.2) : spatialEmbedder(part);
    return importFlow(checkpoint, weights.within("flow."), embedder, options);
  },
};
