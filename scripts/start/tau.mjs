/** Runs `tau`: as built, if dist/ is of the sources as they are, which starts in a fraction of the time; else the sources. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { isCurrent } from "./built-from.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const built = path.join(root, "dist/server");

if (isCurrent(built, root)) await import(pathToFileURL(path.join(built, "cli.js")).href);
else {
  await import("tsx");
  await import("../../server/cli.ts");
}
