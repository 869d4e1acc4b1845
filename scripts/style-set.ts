/**
 * Writes one style of the rendered icon set as a folder of named PNG files, as input of `tau train DIR --name NAME`. For the
 * styles that no training has seen: meteocons, meteocons-fill, streamline-kameleon, streamline-kameleon-duo.
 * Usage: node --import tsx scripts/style-set.ts STYLE OUT [COUNT]
 */
import { writeStyleFolder } from "./figures/style-folder.ts";

const [style, out, count = "200"] = process.argv.slice(2);
if (style === undefined || out === undefined) {
  console.error("Usage: node --import tsx scripts/style-set.ts STYLE OUT [COUNT]");
  process.exit(2);
}
console.log(`${await writeStyleFolder(style, out, Number(count))} images of ${style} in ${out}`);
