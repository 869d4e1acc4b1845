/** Paths in a manifest: they can only name files inside the pack's folder, on any operating system. */
import { z } from "zod";

/** A path inside the pack: relative, forward slashes, no `..`, no hidden parts. */
export const PackPathSchema = z
  .string()
  .max(200)
  .regex(
    /^(?!\.)[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
    "expected a relative path inside the pack",
  );
