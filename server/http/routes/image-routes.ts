/** Uploads: an image is stored under the digest of its bytes, by which later requests name it. */
import { type ImageUpload, ImageUploadSchema } from "../../../shared/contract/upload.ts";
import { AppError } from "../../../shared/problem.ts";
import { createSemaphore } from "../../platform/semaphore.ts";
import { createByteBudget, readBody, requireMediaType } from "../body.ts";
import { json, type Route, type RouteDeps } from "../route.ts";

/** The declared type is only a first look; the bytes decide. */
const mediaTypes = ["image/png", "image/jpeg", "image/webp", "image/gif", "application/octet-stream"];

export function imageRoutes(deps: RouteDeps): Route[] {
  // A slow sender costs the bytes that came, and holds up no other.
  const receive = createByteBudget(deps.limits.uploadsMaxBytes);
  const gate = createSemaphore(deps.limits.uploadsParallelMax);

  async function store(bytes: Uint8Array): Promise<ImageUpload> {
    const about = await deps.probeImage(bytes);
    const digest = await deps.uploads.put(bytes);
    const isNeeded = async (kept: string): Promise<boolean> => {
      if (kept === digest) return true;
      const { queue, upscales, trainings } = deps;
      return (await Promise.all([queue, upscales, trainings].map((jobs) => jobs.needsUpload(kept)))).includes(true);
    };
    await deps.uploads.shrink(deps.limits.uploadsKeptMaxBytes, isNeeded);
    return ImageUploadSchema.parse({ digest, ...about, bytes: bytes.byteLength });
  }
  return [
    {
      method: "post",
      path: "/v1/images",
      summary: "Upload an image",
      description: "The same bytes always get the same digest; sending them twice stores them once.",
      body: { mediaTypes },
      answers: { 201: { description: "Stored.", schema: "ImageUpload" } },
      problems: [
        "unsupported_media",
        "image_rejected",
        "payload_too_large",
        "queue_full",
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
  ];
}
