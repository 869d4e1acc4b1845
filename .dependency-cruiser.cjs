/** The doors between rooms (docs/architecture.md): who may import whom. Run by `npm run doors`. */
const from = (path) => ({ path });
const forbid = (name, room, targets, exceptions) => ({
  name,
  severity: "error",
  from: { path: room, ...(exceptions ? { pathNot: exceptions } : {}) },
  to: { path: targets },
});
const onlyImporter = (name, dependency, importer) => ({
  name,
  severity: "error",
  from: { path: "^(shared|plugin|server)/", pathNot: importer },
  to: { path: `node_modules/${dependency}(/|$)` },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unresolved", severity: "error", from: from("^(shared|plugin|server)/"), to: { couldNotResolve: true } },
    forbid("shared-imports-zod-only", "^shared/", "^(plugin|server|node_modules/(?!zod/))"),
    forbid("main-is-figma-only", "^plugin/main/", "^(server|plugin/(ui|simulator))/"),
    forbid("ui-has-no-figma", "^plugin/ui/", "^(server|plugin/(main|simulator))/"),
    forbid("simulator-reads-the-built-plugin", "^plugin/simulator/", "^(server|plugin/(ui|main))/"),
    forbid(
      "http-knows-no-inference",
      "^server/http/",
      "^(server/(engine|inference|flow|onnx|experts|images/)|node_modules/(onnxruntime|sharp))",
    ),
    forbid("jobs-know-no-http", "^server/jobs/", "^(server/(http|engine|flow|onnx|experts)/|node_modules/onnxruntime)"),
    forbid("inference-knows-no-jobs", "^server/inference/", "^server/(http|jobs)/"),
    forbid("engine-is-pure", "^server/engine/", "^(server/(?!engine/)|node:|fs|node_modules/(?!zod/))"),
    forbid("flow-knows-onnx-only", "^server/flow/", "^server/(http|jobs|inference|experts|packs|images)/"),
    forbid("training-serves-nobody", "^server/training/", "^server/(http|jobs|inference)/"),
    forbid(
      "evaluation-serves-the-command-line",
      "^(shared|plugin|server)/",
      "^server/evaluation/",
      "^server/(evaluation|cli)/",
    ),
    forbid("evaluation-knows-no-server", "^server/evaluation/", "^server/(http|jobs|inference|onnx|cli)/"),
    forbid("onnx-is-the-floor", "^server/onnx/", "^(server/(?!onnx/)|plugin/)"),
    forbid("simd-is-pure", "^server/simd/", "^(server/(?!simd/)|shared/|plugin/|node:|fs|node_modules/)"),
    onlyImporter("one-importer-of-onnxruntime", "onnxruntime-(node|common)", "^server/onnx/session\\.ts$"),
    onlyImporter("one-importer-of-sharp", "sharp", "^server/images/codec\\.ts$"),
    onlyImporter("one-importer-of-onnx-protobuf", "(onnx-buf|@bufbuild)", "^server/onnx/model-file\\.ts$"),
    onlyImporter("one-importer-of-tokenizers", "@huggingface", "^server/experts/text\\.ts$"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^server/pretrain/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".json"],
    },
  },
};
