/** A thread that traces (vector-team.ts): one picture after the other. */
import { serveTasks } from "../platform/worker-pool.ts";
import type { VectorTask } from "./vector-team.ts";
import { vectorise } from "./vectorise.ts";

serveTasks(Promise.resolve(), async (_, { pixels, options }: VectorTask) => ({ result: vectorise(pixels, options) }));
