/**
 * Reads from a JPEG file how it was quantised: its tables and whether chroma is kept at half size (ITU-T T.81, annex B). Decodes
 * nothing. A file that ends early or says something unusual gives nothing: pictures are decoded, and refused, elsewhere.
 */
import type { JpegTables } from "../engine/interfaces.ts";

/** Places of the zigzag order, row by row. */
const zigzag = zigzagPlaces();
/** Markers: quantisation tables, frames (baseline, extended, progressive), scan, and those without a length. */
const [tablesMarker, scanMarker] = [0xdb, 0xda];
const frameMarkers = [0xc0, 0xc1, 0xc2];
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

interface Component {
  readonly across: number;
  readonly down: number;
  readonly table: number;
}

/** @returns undefined for other files than JPEG, and for four components (CMYK) */
export function readJpegTables(bytes: Uint8Array): JpegTables | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const tables = new Map<number, number[]>();
  let components: Component[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff || isBare(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = 256 * bytes[at + 2]! + bytes[at + 3]!;
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (marker === tablesMarker) for (const [id, table] of tablesIn(segment)) tables.set(id, table);
    if (frameMarkers.includes(marker)) components = componentsIn(segment);
    if (marker === scanMarker) break;
    at += 2 + Math.max(2, length);
  }
  const [own, tint] = components;
  const luma = own && tables.get(own.table);
  if (!luma || components.length > 3) return undefined;
  const chroma = tint && tables.get(tint.table);
  return {
    luma,
    ...(chroma ? { chroma } : {}),
    isChromaHalved: tint !== undefined && own.across > tint.across && own.down > tint.down,
  };
}

function* tablesIn(segment: Uint8Array): Generator<[id: number, table: number[]]> {
  for (let at = 0; at < segment.length; ) {
    const is16Bit = segment[at]! >> 4 === 1;
    const end = at + 1 + (is16Bit ? 128 : 64);
    if (end > segment.length) return;
    const table = new Array<number>(64);
    for (let index = 0; index < 64; index += 1)
      table[zigzag[index]!] = is16Bit
        ? 256 * segment[at + 1 + 2 * index]! + segment[at + 2 + 2 * index]!
        : segment[at + 1 + index]!;
    yield [segment[at]! & 15, table];
    at = end;
  }
}

/** Sampling factors and tables of a frame's components. */
const componentsIn = (segment: Uint8Array): Component[] =>
  Array.from({ length: segment[5] ?? 0 }, (_, index) => {
    const at = 6 + 3 * index;
    return { across: (segment[at + 1] ?? 0) >> 4, down: (segment[at + 1] ?? 0) & 15, table: segment[at + 2] ?? 0 };
  });

function zigzagPlaces(): number[] {
  const places = Array.from({ length: 64 }, (_, place) => place);
  const diagonal = (place: number): number => (place >> 3) + (place & 7);
  // Odd diagonals run downwards, even ones upwards.
  const along = (place: number): number => (diagonal(place) % 2 === 1 ? place >> 3 : place & 7);
  return places.sort((a, b) => diagonal(a) - diagonal(b) || along(a) - along(b));
}
