/** Red, green and blue of `#rrggbb`, straight, in [0, 1]. */
export const channelsOfHex = (hex: string): [red: number, green: number, blue: number] => {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [red!, green!, blue!];
};

/** `#rrggbb` of straight channels in [0, 1]. */
export const hexOfChannels = (channels: readonly [red: number, green: number, blue: number]): string =>
  `#${channels
    .map((value) =>
      Math.round(255 * value)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
