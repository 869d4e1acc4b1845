/** Trainings: make a translation of one's own from uploaded examples; follow, look at, cancel or forget it. */
import { PageQuerySchema } from "../../../shared/contract/job-fields.ts";
import { TrainingRequestSchema } from "../../../shared/contract/training.ts";
import { parse } from "../../../shared/validation.ts";
import { isFinal } from "../../jobs/job-queue.ts";
import { sha256Of } from "../../platform/sha256.ts";
import { captionedJsonProblems } from "../body.ts";
import {
  answerFile,
  etagParameter,
  fileIndexIn,
  idParameter,
  indexIn,
  indexParameter,
  notFound,
  pageParameters,
  visibleTo,
} from "../job-answers.ts";
import { resolveTraining, trainingProblems } from "../resolve-training.ts";
import { json, type Route, type RouteDeps } from "../route.ts";
import { findJob, idPathOf, type JobWords, readRoutes } from "./job-routes.ts";
import { startRoute } from "./start-route.ts";

const home = "/v1/trainings";
const words: JobWords = { one: "training", anyOne: "a training", many: "trainings", home, schema: "Training" };
const idPath = idPathOf(words);
const trainingId = idParameter(words.anyOne);

export const trainingRoutes = (deps: RouteDeps): Route[] => [
  startRoute(deps, words, {
    summary: "Train a translation of your own",
    description:
      "Upload the images first and name them by their digests. The experts of the base stay frozen; its flow is trained on your examples and stops when held-out images stop gaining. One training runs at a time, at low priority; a restart of the server goes on from its checkpoint. What beats its start is published as pack `name` (a pack of your own with that name gets a new version), and the server draws with it at once.",
    schema: TrainingRequestSchema,
    maxBytes: deps.limits.trainingJsonMaxBytes,
    queue: deps.trainings,
    problems: [...captionedJsonProblems, ...trainingProblems],
    resolve: async (request, holding, asking) => ({
      request,
      base: await resolveTraining(request, holding, asking),
    }),
  }),
  ...readRoutes(deps, words, deps.trainings, {
    parameters: pageParameters,
    async page(c) {
      const { jobs, ...next } = await deps.trainings.list(visibleTo(c, parse(PageQuerySchema, c.req.query())));
      return { trainings: jobs, ...next };
    },
    answer: "The training as it is now; `result` has the published pack, its nats and the cost.",
  }),
  previewRoute(deps),
  deleteRoute(deps),
];

const previewRoute = (deps: RouteDeps): Route => ({
  method: "get",
  path: `${idPath}/previews/{step}/{n}.png`,
  pattern: `${home}/:id/previews/:step/:file`,
  // Four a training's evaluation; a read of a stored file costs next to nothing.
  isUnlimited: true,
  summary: "Fetch a sample of an evaluation",
  description: "PNG with alpha. The bytes of a path never change; those of earlier evaluations stay.",
  parameters: [
    trainingId,
    indexParameter("step", "Step of the evaluation."),
    indexParameter("n", "Index of the image, from 0."),
    etagParameter,
  ],
  answers: {
    200: { description: "The PNG.", mediaType: "image/png" },
    304: { description: "The client has it." },
  },
  problems: ["not_found", "queue_unavailable", "store_unavailable"],
  handle: async (c) => {
    const { id } = (await findJob(c, words, deps.trainings)).body;
    const [step, file] = [c.req.param("step") ?? "", c.req.param("file") ?? ""];
    const missing = () => notFound("preview", "the path of a preview that this training named", `${step}/${file}`);
    const [at, index] = [indexIn(step), fileIndexIn(file)];
    const png = at === undefined || index === undefined ? undefined : await deps.readPreview(id, at, index);
    if (!png) throw missing();
    return answerFile(c, sha256Of(png), async () => png, missing);
  },
});

const deleteRoute = (deps: RouteDeps): Route => ({
  method: "delete",
  path: idPath,
  // A cancel that is refused would leave the work running.
  isUnlimited: true,
  summary: "Cancel a training, or forget a finished one",
  parameters: [trainingId],
  answers: {
    200: {
      description: "It was waiting or running and has ended: `cancelled`, unless it was being published already.",
      schema: "Training",
    },
    204: { description: "It was finished and is now forgotten with its previews; the pack that it published stays." },
  },
  problems: ["not_found"],
  handle: async (c) => {
    const { body: training } = await findJob(c, words, deps.trainings);
    if (!isFinal(training)) return json(await deps.trainings.cancel(training.id));
    await deps.trainings.remove(training.id);
    return new Response(null, { status: 204 });
  },
});
