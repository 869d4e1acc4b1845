/** Colours expert Φ: what a drawing is coloured with, as the palette that the flow between styles reads. No parameters. */
import { AppError } from "../../shared/problem.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import { paletteShape } from "../flow/style-flow.ts";
import type { ExpertCore } from "./expert.ts";

const [rowsMax, rowValues] = paletteShape;
/** Share of what is drawn that the first of several colours has, and each next one of what is left. */
const firstShare = 0.7;

export class ColoursExpert implements ExpertCore {
  readonly dims = rowsMax * rowValues;

  /** Palettes [values, dims]; unused rows are 0. @throws AppError `invalid_request` for values that are no colours */
  async encode(values: readonly ConditionValue[]): Promise<Float32Array> {
    const palettes = new Float32Array(values.length * this.dims);
    for (const [row, value] of values.entries()) {
      if (value.kind !== "colours")
        throw new AppError("invalid_request", `condition.colours: expected colours, got ${value.kind}`, {
          field: "condition.colours",
        });
      let left = 1;
      for (const [at, hex] of value.colours.slice(0, rowsMax).entries()) {
        const bits = Number.parseInt(hex.slice(1), 16);
        const share = left * firstShare;
        palettes.set(
          [(bits >> 16) / 255, ((bits >> 8) & 255) / 255, (bits & 255) / 255, share],
          row * this.dims + at * rowValues,
        );
        left -= share;
      }
    }
    return palettes;
  }
}
