/** `npm run placing`: how long placing an artboard takes on crowded pages, in QuickJS as in Figma's sandbox, and its longest slice. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import { placeOnCrowdedPage } from "./crowded-page.ts";

const outDir = await mkdtemp(path.join(tmpdir(), "tau-placing-"));
await buildPlugin({ outDir });
for (const count of [200, 1000, 10_000]) {
  const { slicesMs, slicesWallMs } = await placeOnCrowdedPage(path.join(outDir, "plugin/main.js"), count);
  const counted = [
    ["of processor time", slicesMs],
    ["by the clock", slicesWallMs],
  ] as const;
  for (const [how, slices] of counted) {
    const total = slices.reduce((sum, ms) => sum + ms, 0);
    console.log(
      `${count} layers: ${Math.round(total)} ms ${how} in ${slices.length} slices, the longest ${Math.round(Math.max(...slices))} ms`,
    );
  }
}
await rm(outDir, { recursive: true });
