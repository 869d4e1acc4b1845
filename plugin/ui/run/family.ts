/**
 * A family: a generation for each name, all in one style and from one seed, so that the history has each of them; together they are one
 * set. Vectors in colours of their own share those that the server finds for all of them.
 */
import { Failure } from "../client/failure.ts";
import type { ResultImage, ResultSet, Step } from "../state/results.ts";
import type { DrawJob, FamilyJob } from "./jobs.ts";
import type { RunOptions } from "./run-options.ts";

/** The icons of a family, and the names that have none. @throws Failure, of the first name where none can be drawn */
export async function familySet(
  options: RunOptions,
  report: (step: Step) => void,
  job: FamilyJob,
  run: (options: RunOptions) => Promise<void>,
): Promise<ResultSet> {
  const { names } = job.input;
  const drawn = new Map<number, ResultImage>();
  const refused = new Map<number, Failure>();
  const tell = (): void =>
    report({ stage: "drawing-family", completed: drawn.size + refused.size, total: names.length });
  tell();
  await run({
    ...options,
    jobs: await membersOf(options, job),
    onStep: (_, step) => (step.stage === "retrying" ? report(step) : tell()),
    onResult: ({ index }, { images: [image] }) => {
      if (image === undefined || (job.vector && image.vector === undefined))
        refused.set(index, new Failure("image_rejected", "nothing is in its picture"));
      else {
        const { provenance } = image.drawn!;
        // Others of the family are likely of their own names, which says nothing of this one.
        drawn.set(index, { ...image, drawn: { typicalityPercentile: undefined, provenance } });
      }
      tell();
    },
    onRefused: ({ job: { index }, failure }) => {
      refused.set(index, failure);
      tell();
    },
  });
  // Each has its own pace.
  const inOrder = <T>(found: ReadonlyMap<number, T>): T[] => names.flatMap((_, index) => found.get(index) ?? []);
  const images = inOrder(drawn);
  if (images.length === 0) throw inOrder(refused)[0]!;
  const title = images
    .slice(0, 3)
    .map(({ name }) => name)
    .join(", ");
  const leftOutNames = names.flatMap((name, index) => {
    const failure = refused.get(index);
    return failure === undefined ? [] : [{ name, code: failure.code }];
  });
  return { index: job.index, title, images, doubts: [], namedLabels: [], leftOutNames };
}

async function membersOf(
  { client, signal }: Pick<RunOptions, "client" | "signal">,
  { input, vector, isRedrawn }: FamilyJob,
): Promise<DrawJob[]> {
  const { names, style, ...shared } = input;
  // Those of a flow between styles are in the style's own colours.
  const isInColoursOfAll = vector !== undefined && shared.palette === undefined && !isRedrawn;
  const palette = isInColoursOfAll ? (await client.family(input, signal)).palette : shared.palette;
  // Drawn anew, a member stays in the colours of its family.
  const record = isInColoursOfAll && vector.palette === undefined ? { palette: palette! } : vector;
  return names.map((caption, index) => ({
    ...{ kind: "draw", index, title: caption, imageCount: 1, nodeIds: [], isNamed: true },
    input: {
      ...shared,
      ...(isRedrawn && { family: names }),
      condition: { caption, ...(style === undefined ? {} : { style }) },
      count: 1,
      ...(palette === undefined || palette.length === 0 ? {} : { palette }),
    },
    ...(record && { vector: record }),
  }));
}
