/** The ring around a style's icons (engine/rings/ring.ts) in a manifest. */
import { channelsOfHex, hexOfChannels } from "../../engine/pixels/hex-colour.ts";
import type { Ring } from "../../engine/rings/ring.ts";
import type { RingEntry } from "../../manifest/style-entries.ts";
import { deflatedPlane, planeOf } from "./deflated-plane.ts";

export const entryOfRing = ({ sizePx, mask, isFilled, isOfInk, place, looks }: Ring): RingEntry => ({
  sizePx,
  mask: deflatedPlane(mask),
  isFilled,
  ...(isOfInk && { isOfInk }),
  place,
  looks: looks.map(({ ground, on }) => ({ ink: hexOfChannels(ground), on: on.map(hexOfChannels) })),
});

/** @throws AppError `pack_corrupt` for a plane of another size */
export const ringOfEntry = ({ sizePx, mask, looks, ...ring }: RingEntry): Ring => ({
  ...ring,
  sizePx,
  mask: planeOf(mask, sizePx),
  looks: looks.map(({ ink, on }) => ({ ground: channelsOfHex(ink), on: on.map(channelsOfHex) })),
});
