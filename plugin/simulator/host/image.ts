/**
 * Reads type and size of a PNG, JPEG or GIF from its header and refuses what Figma refuses: other types, and any side
 * above 4096 px. https://developers.figma.com/docs/plugins/working-with-images
 */

const sideMaxPx = 4096;

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** @throws Error with Figma's reason when the plugin API would refuse the bytes. */
export function checkImage(bytes: Uint8Array): ImageSize {
  const size = readPng(bytes) ?? readGif(bytes) ?? readJpeg(bytes);
  if (size === undefined) throw new Error("in createImage: Image type is unsupported");
  if (size.width > sideMaxPx || size.height > sideMaxPx)
    throw new Error(
      `in createImage: Image is too large: ${size.width} × ${size.height}, at most ${sideMaxPx} px a side`,
    );
  if (size.width < 1 || size.height < 1) throw new Error("in createImage: Image is empty");
  return size;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function readPng(bytes: Uint8Array): ImageSize | undefined {
  const view = viewOf(bytes);
  if (bytes.length < 24 || view.getUint32(0) !== 0x89504e47 || view.getUint32(12) !== 0x49484452) return undefined;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

function readGif(bytes: Uint8Array): ImageSize | undefined {
  const view = viewOf(bytes);
  if (bytes.length < 10 || view.getUint32(0) !== 0x47494638) return undefined;
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** Walks JPEG segments to the first start-of-frame, which carries the size. */
function readJpeg(bytes: Uint8Array): ImageSize | undefined {
  const view = viewOf(bytes);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 < bytes.length; ) {
    const marker = view.getUint16(at);
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
