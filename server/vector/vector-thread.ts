/** A thread that traces (vector-pool.ts): one picture after the other. */
import { serveTasks } from "../platform/processes/worker-pool.ts";
import type { VectorTask } from "./vector-pool.ts";
import { vectorise } from "./vectorise.ts";

serveTasks(Promise.resolve(), async (_, { pixels, options }: VectorTask) => ({ result: vectorise(pixels, options) }));
