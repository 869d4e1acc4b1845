/** Goals that tests prove: which files, and what they try. Each file says `Goal ID` where it does; test/docs/goals.test.ts checks that. */

interface Proof {
  /** As in docs/reliability.md. */
  readonly ids: readonly string[];
  readonly goal: string;
  readonly files: readonly string[];
}

export const proofs: readonly Proof[] = [
  { ids: ["B1"], goal: "damaged packs and models are refused by digest", files: ["test/packs/packs.test.ts"] },
  {
    ids: ["B2", "B3"],
    goal: "damaged, odd and huge pictures are refused",
    files: [
      "test/images/codec.test.ts",
      "test/images/picture-decoding.test.ts",
      "test/inference/condition-images.test.ts",
    ],
  },
  {
    ids: ["B4"],
    goal: "archives: HTTP takes none; checkpoints are read or refused, whatever their bytes",
    files: ["test/checkpoints/readers.test.ts"],
  },
  {
    ids: ["B5"],
    goal: "bodies that are deep, long, chunked or no JSON get 4xx",
    files: ["test/http/routes/bad-inputs.test.ts", "test/http/sockets.test.ts"],
  },
  {
    ids: ["B6", "B7"],
    goal: "the verdict of the schema, and never 500: 400 random requests, 400 of any bytes",
    files: ["test/http/properties.test.ts"],
  },
  {
    ids: ["C2"],
    goal: "a cancel has one end, on every queue",
    files: ["test/http/routes/generations.test.ts", "test/jobs/local-queue.test.ts", "test/jobs/bull-queue.test.ts"],
  },
  { ids: ["C3"], goal: "clients that vanish leave nothing", files: ["test/http/sockets.test.ts"] },
  {
    ids: ["C4"],
    goal: "streams resume, at another server too",
    files: ["test/http/routes/events.test.ts", "test/app/many-machines.test.ts"],
  },
  { ids: ["C5"], goal: "one key, one job: 100 requests at once", files: ["test/http/routes/generations.test.ts"] },
  { ids: ["S1", "S2"], goal: "every route needs the token; CORS", files: ["test/http/guards.test.ts"] },
  {
    ids: ["S3"],
    goal: "no request leaves but to named addresses; the server has no URL inputs",
    files: ["test/hub/download.test.ts"],
  },
  {
    ids: ["S4"],
    goal: "paths lead nowhere outside",
    files: ["test/http/routes/bad-inputs.test.ts", "test/app/shared-packs.test.ts"],
  },
  {
    ids: ["S5"],
    goal: "no caption or token in logs",
    files: ["test/http/guards.test.ts", "test/http/tokens.test.ts"],
  },
  {
    ids: ["Q1"],
    goal: "the same bytes alone, in batches and beside others",
    files: ["test/inference/batcher.test.ts", "test/inference/default-pack.test.ts"],
  },
  { ids: ["Q2"], goal: "every flow that ships inverts", files: ["test/flow/shipped-flows.test.ts"] },
  {
    ids: ["Q3"],
    goal: "as the published networks in PyTorch, within 1e-4",
    files: ["test/importers/references.test.ts"],
  },
];
