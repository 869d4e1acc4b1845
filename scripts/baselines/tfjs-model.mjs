/**
 * Runs a Keras layers model on TensorFlow.js like its package does, on WebAssembly with SIMD and one thread, because the
 * backend's threads don't start in Node.
 */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import * as layersOf from "@tensorflow/tfjs-layers";
import { readModel } from "./read-model.mjs";

const first = (inputs) => (Array.isArray(inputs) ? inputs[0] : inputs);

/** Layers that Keras does not have. */
class MultiplyBeta extends layersOf.layers.Layer {
  static className = "MultiplyBeta";
  call(inputs) {
    return tf.mul(first(inputs), 0.2);
  }
}

const pixelShuffle = (scale) =>
  class extends layersOf.layers.Layer {
    static className = `PixelShuffle${scale}x`;
    computeOutputShape([batch, height, width]) {
      return [batch, height && height * scale, width && width * scale, 3];
    }
    call(inputs) {
      return tf.depthToSpace(first(inputs), scale, "NHWC");
    }
  };

for (const layer of [MultiplyBeta, pixelShuffle(2), pixelShuffle(4)]) tf.serialization.registerClass(layer);

/** @returns a function from planes [3, height, width] to enlarged planes */
export async function openTfjs(baseline, scale) {
  await tf.setBackend("wasm");
  const read = await readModel(baseline, scale);
  const model = await layersOf.loadLayersModel({ load: async () => read });
  return async (planes, widthPx, heightPx) => {
    const result = tf.tidy(() => {
      const picture = tf.transpose(tf.tensor(planes, [3, heightPx, widthPx]), [1, 2, 0]);
      return tf.transpose(tf.squeeze(model.predict(tf.expandDims(picture)), [0]), [2, 0, 1]);
    });
    const data = await result.data();
    result.dispose();
    return data;
  };
}
