/** The text that names sources, in files and in the plugin. Apart from sources.ts, because the plugin loads no zod. */
import type { DrawingSet, Source } from "./sources.ts";

/** What people call a set; what was kept before sets had titles has its id. */
export const titleOf = ({ title, set = "" }: { [Key in "set" | "title"]?: string | undefined }): string => title ?? set;

/** A set's title below a picture: without "Icons", and with what stands in parentheses on a line of its own. */
export const shortTitle = (title: string): string => title.replace(/ icons?(?= \(|$)/i, "").replace(" (", "\n(");

/** @param nameOf a set's name in the text */
export const attributionOf = (sources: readonly Source[], nameOf: (set: DrawingSet) => string = titleOf): string =>
  sources
    .map((source) => {
      const { icon, licence, author } = source;
      return `${icon} of ${nameOf(source)}${author ? ` by ${author}` : ""}, ${licence}`;
    })
    .join("; ");
