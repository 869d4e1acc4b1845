/** The text that names sources, in files and in the plugin. Apart from sources.ts, because the plugin loads no zod. */
import type { Source } from "./sources.ts";

export const attributionOf = (sources: readonly Source[]): string =>
  sources
    .map(({ set, icon, licence, author }) => `${icon} of ${set}${author ? ` by ${author}` : ""}, ${licence}`)
    .join("; ");
