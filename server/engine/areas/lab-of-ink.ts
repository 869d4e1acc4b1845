/** Colours of inks in OKLab. Pure. */
import { bitsOfHex, type Lab, labOf } from "../../../shared/colour/oklab.ts";
import { hexOfChannels } from "../pixels/hex-colour.ts";
import type { Ink } from "../pixels/ink-colour.ts";

export const labOfInk = ([red, green, blue]: Ink): Lab =>
  labOf(bitsOfHex(hexOfChannels([Math.min(1, red), Math.min(1, green), Math.min(1, blue)])));
