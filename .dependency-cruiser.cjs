/** Import rules between the rooms of the code (docs/architecture.md): who may import whom. Run by `npm run lint:deps`. */
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

/**
 * The rooms of server/ from the top down: a room imports from rooms below its own line, never from its own line or above. Who adds a room puts it here.
 */
const layers = [
  "cli",
  "app",
  "http",
  "recipes",
  "(jobs|evaluation)",
  "(inference|training)",
  "packs",
  "(upscaling|importers|tidy)",
  "experts",
  "(images|flow|retrieval|vector|checkpoints)",
  "(engine|hub|manifest|onnx|wasm)",
  "platform",
];
/** Two rules a line: it imports nothing from lines above, and its rooms nothing from each other. */
const rooms = (root, order) =>
  order.flatMap((line, index) => [
    ...(index === 0
      ? []
      : [forbid(`${line}-imports-nothing-above`, `${root}${line}/`, `${root}(${order.slice(0, index).join("|")})/`)]),
    ...(line.startsWith("(")
      ? [
          {
            name: `${line}-import-nothing-from-each-other`,
            severity: "error",
            from: { path: `${root}${line}/` },
            to: { path: `${root}${line}/`, pathNot: `${root}$1/` },
          },
        ]
      : []),
  ]);
/** Rooms of plain computation: no files, no clock, no process. */
const pure = "^server/(engine|retrieval|wasm)/";

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unresolved", severity: "error", from: from("^(shared|plugin|server)/"), to: { couldNotResolve: true } },
    forbid("shared-imports-zod-only", "^shared/", "^(plugin|server|node_modules/(?!zod/))"),
    forbid("main-is-figma-only", "^plugin/main/", "^(server|plugin/(ui|simulator))/"),
    forbid("ui-has-no-figma", "^plugin/ui/", "^(server|plugin/(main|simulator))/"),
    forbid("simulator-reads-the-built-plugin", "^plugin/simulator/", "^(server|plugin/(ui|main))/"),
    ...rooms("^server/", layers),
    ...rooms("^server/training/", ["transfer", "calibrate", "encode", "dataset"]),
    ...rooms("^server/jobs/", ["(trainings|repair)", "work", "(local|bull)", "blobs"]),
    forbid("queue-port-imports-no-adapter", "^server/jobs/[^/]+\\.ts$", "^server/jobs/[^/]+/"),
    forbid("pure-rooms-do-no-io", pure, "^(node:|fs$|node_modules/(?!(zod|ml-matrix|stemmer|fastest-levenshtein)/))"),
    forbid("engine-imports-nothing", "^server/engine/", "^server/(?!engine/)"),
    forbid(
      "http-and-jobs-load-no-runtime",
      "^server/(http|jobs)/",
      "^(server/(engine|flow|onnx|experts|upscaling)/|node_modules/(onnxruntime|sharp))",
    ),
    forbid("http-reads-no-inference-or-pixels", "^server/http/", "^server/(inference|images)/"),
    forbid("wasm-is-pure", "^server/wasm/", "^(server/(?!wasm/)|shared/|plugin/|node:|fs|node_modules/)"),
    onlyImporter("one-importer-of-onnxruntime", "onnxruntime-(node|web|common)", "^server/onnx/runtime\\.ts$"),
    onlyImporter("one-importer-of-sqlite", "@photostructure/sqlite", "^server/platform/files/database\\.ts$"),
    onlyImporter("one-importer-of-bullmq", "bullmq", "^server/jobs/bull/bull-line\\.ts$"),
    onlyImporter("one-importer-of-ioredis", "ioredis", "^server/jobs/bull/connection\\.ts$"),
    onlyImporter("one-importer-of-aws4fetch", "aws4fetch", "^server/jobs/blobs/s3-blobs\\.ts$"),
    onlyImporter("one-importer-of-sharp", "sharp", "^server/images/codec\\.ts$"),
    onlyImporter("one-importer-of-onnx-protobuf", "(onnx-buf|@bufbuild)", "^server/onnx/protobuf\\.ts$"),
    onlyImporter("one-importer-of-tokenizers", "@huggingface", "^server/experts/text\\.ts$"),
    onlyImporter("one-importer-of-stemmer", "stemmer", "^server/retrieval/library/same-meaning\\.ts$"),
    onlyImporter(
      "one-importer-of-fastest-levenshtein",
      "fastest-levenshtein",
      "^server/retrieval/library/spelling\\.ts$",
    ),
    onlyImporter("one-importer-of-fit-curve", "fit-curve", "^server/vector/curves/fit\\.ts$"),
    onlyImporter("one-importer-of-svgpath", "svgpath", "^plugin/simulator/host/svg-path\\.ts$"),
    onlyImporter("one-importer-of-opentelemetry", "(@hono/otel|@opentelemetry)", "^server/http/tracing\\.ts$"),
    onlyImporter("one-importer-of-prometheus", "(prom-client|@hono/prometheus)", "^server/http/metrics\\.ts$"),
    onlyImporter("one-importer-of-hono-middleware", "hono/dist/.*middleware", "^server/http/guards\\.ts$"),
    onlyImporter("one-importer-of-yauzl", "yauzl", "^server/checkpoints/torch-zip\\.ts$"),
    onlyImporter("one-importer-of-undici", "undici", "^server/hub/download\\.ts$"),
    onlyImporter("one-importer-of-csv-parse", "csv-parse", "^server/training/dataset/caption-table\\.ts$"),
    onlyImporter("one-importer-of-eventsource-parser", "eventsource-parser", "^plugin/ui/client/sse\\.ts$"),
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
