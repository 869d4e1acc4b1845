/** Uploads: an image is stored under the digest of its bytes, by which later requests name it, until it is deleted or unused for long. */
import { z } from "zod";
import { type ImageUpload, ImageUploadSchema } from "../../../shared/contract/upload.ts";
import { AppError } from "../../../shared/problem.ts";
import { uploadBoundsOf } from "../../jobs/blobs/kept-uploads.ts";
import { createSemaphore } from "../../platform/semaphore.ts";
import { createByteBudget, readBody, requireMediaType } from "../body.ts";
import { notFound } from "../job-answers.ts";
import { json, type Route, type RouteDeps } from "../route.ts";

/** The declared type is only a first look; the bytes decide. */
const mediaTypes = ["image/png", "image/jpeg", "image/webp", "image/gif", "application/octet-stream"];

export function imageRoutes(deps: RouteDeps): Route[] {
  // A slow sender costs the bytes that came, and holds up no other.
  const receive = createByteBudget(deps.limits.uploadsMaxBytes);
  const gate = createSemaphore(deps.limits.uploadsParallelMax);

  async function store(bytes: Uint8Array): Promise<ImageUpload> {
    const about = await deps.probeImage(bytes);
    const digest = await deps.uploads.keep(bytes, uploadBoundsOf(deps.limits));
    return ImageUploadSchema.parse({ digest, ...about, bytes: bytes.byteLength });
  }
  return [
    {
      method: "post",
      path: "/v1/images",
      summary: "Upload an image",
      description:
        "The same bytes always get the same digest; sending them twice stores them once. An upload stays for at least 10 minutes after this answer and after each request that names it, unless it is deleted, or there are more than 2 GiB of uploads.",
      body: { mediaTypes },
      answers: { 201: { description: "Stored.", schema: "ImageUpload" } },
      problems: [
        "unsupported_media",
        "image_rejected",
        "payload_too_large",
        "queue_full",
        "queue_unavailable",
        "storage_full",
        "store_unavailable",
        "shutting_down",
      ],
      handle: (c) =>
        receive(async (take) => {
          requireMediaType(c.req.raw, mediaTypes);
          const bytes = await readBody(c.req.raw, deps.limits.uploadMaxBytes, take);
          if (bytes.byteLength === 0)
            throw new AppError("image_rejected", "body: expected the bytes of an image, got an empty body", {
              field: "body",
            });
          return json(await gate(() => store(bytes)), 201);
        }),
    },
    {
      method: "delete",
      path: "/v1/images/:digest",
      // Who may no longer ask for images may still take back what was sent.
      isUnlimited: true,
      summary: "Delete an upload",
      description:
        "Requests that name it are refused afterwards (`image_unknown`), until the same bytes are sent again. What was made of it stays: delete the generation too.",
      parameters: [
        {
          name: "digest",
          in: "path",
          description: "Digest of the upload.",
          schema: z.string().regex(/^[0-9a-f]{64}$/),
          isRequired: true,
        },
      ],
      answers: { 204: { description: "It was here and is gone." } },
      problems: ["not_found", "not_ready", "queue_unavailable", "storage_full", "store_unavailable"],
      handle: async (c) => {
        const digest = c.req.param("digest") ?? "";
        const isRemoved = await deps.uploads.remove(digest);
        if (isRemoved === undefined)
          throw new AppError(
            "not_ready",
            `${digest}: expected an upload that no request and no waiting or running job reads, got one that is read; wait for it, or cancel it`,
            { retryAfterSeconds: 1 },
          );
        if (!isRemoved) throw notFound("upload", "the digest of an upload that is here", digest);
        return new Response(null, { status: 204 });
      },
    },
  ];
}
