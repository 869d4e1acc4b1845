/** Image files for tests, made by hand so that they can also be wrong in one exact way. */
import { crc32, deflateSync } from "node:zlib";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.byteLength);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function png(widthPx: number, heightPx: number, scanlines: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(scanlines)), chunk("IEND", new Uint8Array(0))];
  return Buffer.concat([signature, ...parts]);
}

/** A valid grey PNG. @param corner of the last pixel: another one shows something */
export const greyPng = (sidePx: number, grey = 128, corner = grey): Buffer => {
  const lines = Buffer.alloc(sidePx * (sidePx + 1), grey);
  for (let y = 0; y < sidePx; y++) lines[y * (sidePx + 1)] = 0;
  lines[lines.length - 1] = corner;
  return png(sidePx, sidePx, lines);
};

/** 900 million pixels by its header, with right checksums and a valid, short zlib stream. */
export const bombPng = (): Buffer => png(30_000, 30_000, Buffer.alloc(4096));

export const svgBomb = (): Buffer =>
  Buffer.from(
    `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>` +
      `<svg xmlns="http://www.w3.org/2000/svg" width="90000" height="90000"><text>&b;</text></svg>`,
  );

/** A 1×1 GIF. */
export const tinyGif = (): Buffer => Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
