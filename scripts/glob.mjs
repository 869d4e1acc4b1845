/** Files below a folder whose names end in `suffix`, sorted; Node 20's test runner accepts no patterns on the command line. */
import { readdirSync } from "node:fs";

export const globSync = (folder, suffix) =>
  readdirSync(folder, { recursive: true })
    .map((path) => `${folder}/${path}`)
    .filter((path) => path.endsWith(suffix))
    .sort();
