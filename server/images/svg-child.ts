/**
 * The child process that draws SVG texts for the server: librsvg can't be interrupted, so the parent ends this process after a
 * deadline. svg-drawer.ts starts and ends it.
 */
import { serialize } from "../platform/processes/serialized-error.ts";
import { renderSvg } from "./codec.ts";
import type { DrawnSvg, SvgToDraw } from "./svg-drawer.ts";

process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// A terminal signals the whole process group; here the parent decides when this process ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
process.on("message", ({ text, sizePx, field }: SvgToDraw) => {
  const answer = (message: DrawnSvg): void => {
    if (process.connected) process.send?.(message);
  };
  renderSvg(text, sizePx, field).then(
    (planes) => answer({ planes }),
    (error: unknown) => answer({ fault: serialize(error) }),
  );
});
