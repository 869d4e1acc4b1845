/** From a row of the table `job` to a job, and the images that either names. Reads only; the tables are in job-schema.ts. */
import { z } from "zod";
import type { Row } from "../../platform/files/database.ts";
import type { LruCache } from "../../platform/lru-cache.ts";
import type { JobKind } from "../job-kinds.ts";
import { filesOf, type JobBody } from "../job-queue.ts";
import type { StoredJob } from "./job-store.ts";

const RowSchema = z.object({
  seq: z.number(),
  id: z.string(),
  revision: z.number(),
  body: z.string(),
  request: z.string().nullable(),
  key: z.string().nullable(),
  fingerprint: z.string().nullable(),
  start_count: z.number(),
  owner: z.string().nullable(),
  urgency: z.enum(["interactive", "bulk"]).nullable(),
});

/** What a row that the schema refuses still says of its images. */
const FileSchema = z.object({ sha256: z.string(), bytes: z.number() });
const ImagesSchema = z.object({
  images: z.array(FileSchema.extend({ index: z.number(), vector: FileSchema.optional() })),
});

/** The job of a row. @param remembered bodies by their texts. @throws Error when the row is damaged or of a form that this version does not know */
export function jobOfRow<Body extends JobBody, Request>(
  row: Row,
  kind: JobKind<Body, Request>,
  remembered?: LruCache<Body>,
): StoredJob<Body, Request> {
  const { revision, body, request, key, fingerprint, start_count, owner, urgency } = RowSchema.parse(row);
  const read = (): Body => kind.schema.parse(JSON.parse(body));
  return {
    revision,
    body: remembered?.once(body, read) ?? read(),
    // Written by this very code, from what the route had checked.
    ...(request !== null && { request: JSON.parse(request) as Request }),
    ...(key !== null && fingerprint !== null && { idempotency: { key, fingerprint } }),
    startCount: start_count,
    ...(owner !== null && { owner }),
    ...(urgency !== null && { urgency }),
  };
}

/** Bytes by digest: a job may name an image twice. */
export const imagesOf = (body: Parameters<typeof filesOf>[0]): Map<string, number> =>
  new Map(filesOf(body).map(({ sha256, bytes }) => [sha256, bytes]));

/** Images that a row names which the schema refuses; none where even these are damaged. */
export function rawImagesOf(row: Row): z.output<typeof ImagesSchema> {
  try {
    return ImagesSchema.parse(JSON.parse(String(row["body"])));
  } catch {
    return { images: [] };
  }
}
