/**
 * Bundles the server's programs, for the build and for tests that run one of them as users do. The bundle includes
 * dependencies, because finding and compiling hundreds of small files takes an eighth of a second in every process and thread.
 * Dependencies with binaries or files of their own stay outside.
 */
import { englishZod } from "./english-zod.mjs";
import { lateJson } from "./late-json.mjs";

/** Source of each program by its name in the bundle. */
export const serverPrograms = {
  cli: "server/cli.ts",
  child: "server/inference/child.ts",
  svg: "server/images/svg-child.ts",
  trainer: "server/training/child.ts",
  encoder: "server/training/encode/encode-thread.ts",
  vectors: "server/vector/vector-thread.ts",
  tiles: "server/upscaling/tile-thread.ts",
  decodes: "server/inference/decoding/decode-thread.ts",
};

/** @satisfies {import("esbuild").BuildOptions} */
export const serverBundle = /** @type {const} */ ({
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  // CommonJS packages load Node's modules by `require`, which modules do not have.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
  external: ["@photostructure/sqlite", "onnxruntime-node", "onnxruntime-web", "sharp"],
  plugins: [englishZod, lateJson],
});
