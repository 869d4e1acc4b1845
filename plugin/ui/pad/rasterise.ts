/** SVG or a picture as PNG by the browser, on white or on nothing: for drawings that are sent as pictures. */

/** Turns SVG, or the bytes of a picture, into a PNG of a side in px, on white paper or on nothing; needs a browser. */
export type Rasterise = (
  drawing: string | Uint8Array,
  sidePx: number,
  ground?: "paper" | "none",
) => Promise<Uint8Array>;

/** @returns a square PNG with the drawing in its middle @throws Error when it is neither */
export async function rasterise(
  drawing: string | Uint8Array,
  sidePx: number,
  ground: "paper" | "none" = "paper",
): Promise<Uint8Array> {
  const blob =
    typeof drawing === "string"
      ? new Blob([drawing], { type: "image/svg+xml" })
      : new Blob([drawing as Uint8Array<ArrayBuffer>]);
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = sidePx;
    const context = canvas.getContext("2d")!;
    context.fillStyle = "#fff";
    if (ground === "paper") context.fillRect(0, 0, sidePx, sidePx);
    const scale = sidePx / Math.max(image.width, image.height, 1);
    const [width, height] = [image.width * scale, image.height * scale];
    context.drawImage(image, (sidePx - width) / 2, (sidePx - height) / 2, width, height);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (png === null) throw new Error("expected a PNG of the drawing, got none");
    return new Uint8Array(await png.arrayBuffer());
  } finally {
    URL.revokeObjectURL(url);
  }
}
