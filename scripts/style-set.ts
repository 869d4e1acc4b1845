/**
 * Writes one style as a folder of named files, as input of `tau train DIR --name NAME`: of the rendered icon set, such as
 * meteocons, meteocons-fill, streamline-kameleon, streamline-kameleon-duo, or icons of a set of @iconify/json by how their names end, such as
 * teenyicons:outline. No training has seen these.
 * Usage: node --import tsx scripts/style-set.ts STYLE|SET:SUFFIX OUT [COUNT]
 */
import { writeIconFolder, writeStyleFolder } from "./figures/style-folder.ts";

const [style, out, count = "200"] = process.argv.slice(2);
if (style === undefined || out === undefined) {
  console.error("Usage: node --import tsx scripts/style-set.ts STYLE|SET:SUFFIX OUT [COUNT]");
  process.exit(2);
}
const [set, suffix] = style.split(":") as [string, string?];
const written = suffix
  ? await writeIconFolder(set, suffix, out, Number(count))
  : await writeStyleFolder(style, out, Number(count));
console.log(`${written} images of ${style} in ${out}`);
