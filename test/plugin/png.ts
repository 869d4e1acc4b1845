/** Draws real PNG files for tests: a disc on a transparent or coloured ground, different for each seed. */
import { crc32, deflateSync } from "node:zlib";

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** RGBA PNG of `sidePx` pixels a side. */
export function drawPng(seed: number, sidePx = 64): Buffer {
  const hue = (offset: number): number => Math.round(110 + 100 * Math.sin(seed * 1.7 + offset));
  const raw = Buffer.alloc(sidePx * (sidePx * 4 + 1));
  const radius = sidePx * (0.28 + 0.12 * Math.abs(Math.sin(seed)));
  for (let y = 0; y < sidePx; y++)
    for (let x = 0; x < sidePx; x++) {
      const at = y * (sidePx * 4 + 1) + 1 + x * 4;
      const isInside = Math.hypot(x - sidePx / 2, y - sidePx / 2) < radius;
      raw.set(isInside ? [hue(0), hue(2), hue(4), 255] : [hue(3), hue(5), hue(1), seed % 3 === 0 ? 0 : 60], at);
    }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sidePx, 0);
  header.writeUInt32BE(sidePx, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(raw)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
