/**
 * Small pictures that an image was made from, such as an icon that was redrawn or strokes too long for a text: its layer keeps them, because
 * the server may lose its own. Then they are sent again, and the same request gives the same bytes.
 */
import type { ApiClient } from "../client/api-client.ts";
import { Failure } from "../client/failure.ts";
import { base64Of, bytesOf, uploadShown } from "../control/shown-styles.ts";
import type { Rasterise } from "../pad/rasterise.ts";
import { type DrawJob, digestsIn, type Job } from "../run/jobs.ts";
import type { State } from "../state/state.ts";
import { rasteriseDrawn } from "./prepare.ts";

/** Jobs with those of the uploads that they name. The pictures of a style are the file's own. */
export const withPictures = (jobs: readonly Job[], sent: ApiClient["sent"]): Job[] =>
  jobs.map((job) => {
    if (job.kind !== "draw") return job;
    const { style, ...condition } = job.input.condition;
    const pictures = digestsIn({ ...job.input, condition }).flatMap((digest) => {
      const bytes = sent.get(digest);
      return bytes === undefined ? [] : [[digest, base64Of(bytes)]];
    });
    return { ...job, pictures: { ...job.pictures, ...Object.fromEntries(pictures) } };
  });

/** Sends what the job's layers and the file keep of its uploads. @returns whether that is all of them */
export async function sendAgain(
  { input, pictures = {}, drawn }: DrawJob,
  { shown }: Pick<State, "shown">,
  client: ApiClient,
  rasterise: Rasterise,
  signal: AbortSignal,
): Promise<boolean> {
  const sent = new Set<string>();
  const send = async (upload: () => Promise<readonly string[]>): Promise<void> => {
    try {
      for (const digest of await upload()) sent.add(digest);
    } catch (error) {
      // What is no picture is as good as none.
      if (error instanceof Failure && error.code !== "image_rejected") throw error;
      signal.throwIfAborted();
    }
  };
  const one = async (bytes: Uint8Array): Promise<string[]> => [(await client.uploadImage(bytes, signal)).digest];
  for (const picture of Object.values(pictures)) await send(() => one(bytesOf(picture)));
  if (drawn !== undefined) await send(async () => one(await rasteriseDrawn(drawn, rasterise)));
  if (typeof input.condition.style === "object")
    for (const style of shown) await send(() => uploadShown(style, client, signal));
  return digestsIn(input).every((digest) => sent.has(digest));
}
