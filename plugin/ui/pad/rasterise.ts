/** SVG as PNG by the browser, on white or on nothing: for drawings that are sent as pictures. */

/** @returns a square PNG with the drawing in its middle @throws Error when the text is no SVG */
export async function rasterise(svg: string, sidePx: number, ground: "paper" | "none" = "paper"): Promise<Uint8Array> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
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
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (blob === null) throw new Error("expected a PNG of the drawing, got none");
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(url);
  }
}
