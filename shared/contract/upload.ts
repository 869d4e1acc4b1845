/** What a server says of an image that was uploaded. */
import { z } from "zod";

export const ImageUploadSchema = z.object({
  /** SHA-256 of the bytes as uploaded; later requests name the image by it. */
  digest: z.string(),
  widthPx: z.number().int(),
  heightPx: z.number().int(),
  mediaType: z.enum(["image/png", "image/jpeg", "image/webp", "image/gif"]),
  bytes: z.number().int(),
});
export type ImageUpload = z.infer<typeof ImageUploadSchema>;
