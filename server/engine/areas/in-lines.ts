/**
 * A drawing of several colours or gradients as lines of one ink, which is what the flow between styles knows best: its own lines where such go around its
 * areas, with lines of other colours beside them, else lines along the borders of areas. Pure.
 */
import { channelsOfHex } from "../pixels/hex-colour.ts";
import { type Drawing, inInk } from "../pixels/ink-colour.ts";
import { usualInk } from "../pixels/usual-ink.ts";
import { aroundOf, inkOfFlat, opaqueFrom } from "./around.ts";
import { labOfInk } from "./lab-of-ink.ts";
import { type Area, coverOf, type Partition } from "./partition.ts";
import { anyPartitionOf } from "./smooth-areas.ts";
import { withOutlines } from "./with-outlines.ts";

/** Width of lines along borders, of the side, as many sets of icons have it. Broader lines are drawn so too, and get broader later where they stay apart. */
const usualWidth = 0.06;
/** The least that lines are broad, so that none breaks. */
const leastWidth = 0.02;

/** Share of an area's border along lines from which on it is filled between them, and from which on what is pale is. */
const [filledFrom, palePartFrom] = [0.4, 0.02] as const;
/** Share of an area's border along what lies around a drawing, up to which it may be filled between lines. */
const openMost = 0.5;
/** Share of a mark's border along the one colour that it lies on, and share along smaller shapes from which on an area is what these lie on. */
const [onOneLeast, groundFrom] = [0.9, 0.3] as const;
/** OKLab lightness and chroma of pale fills, and how much darker lines beside them are. */
const [paleFrom, paleMost, paleThan] = [0.8, 0.08, 0.3] as const;

/**
 * @param wanted width of lines where the drawing has none of its own, of the side, 0 to 1; broader ones than usual are as usual
 * @returns premultiplied RGBA [4, sizePx, sizePx]; undefined where the drawing is neither of flat colours nor of gradients, or of too many areas
 */
export function inLines(drawing: Drawing, wanted = usualWidth): Float32Array | undefined {
  const { sizePx } = drawing;
  const partition = anyPartitionOf(drawing);
  if (!partition) return undefined;
  const around = aroundOf(partition);
  const widthPx = (around?.width ?? Math.min(usualWidth, Math.max(leastWidth, wanted))) * sizePx;
  const { isLine, isShape, isMark } = around?.width ? besideLines(partition, around.colour) : withoutLines(partition);
  const outlined = withOutlines(partition, isShape, widthPx, [0, 0, 0, 1], isMark);
  if (!outlined && !around?.width) return undefined;
  const planes = new Float32Array(4 * sizePx ** 2);
  const alphas = planes.subarray(3 * sizePx ** 2);
  addAreas(alphas, partition, isLine);
  if (outlined) addAreas(alphas, outlined, (label) => outlined.areas[label]!.colour === partition.colours.length);
  // Of too many shapes beside lines all are solid: none is lost.
  else addAreas(alphas, partition, isShape);
  return inInk(planes, channelsOfHex(usualInk));
}

type Which = (label: number) => boolean;

interface Read {
  /** Areas that are lines. */
  readonly isLine: Which;
  /** Areas that get outlines, and those of them that are solid instead where they are thin. */
  readonly isShape: Which;
  readonly isMark: Which;
}

/** Of a drawing with lines of one colour: what is as thin beside them is a line too, shapes between them have lines, and shapes beside them get some. */
function besideLines(partition: Partition, colour: number): Read {
  const { areas, colours } = partition;
  const [inkLightness] = labOfInk(inkOfFlat(colours[colour]!));
  const isPale = colours.map((flat) => {
    if (flat[3] < opaqueFrom) return false;
    const [lightness, a, b] = labOfInk(inkOfFlat(flat));
    return lightness >= Math.max(paleFrom, inkLightness + paleThan) && Math.hypot(a, b) <= paleMost;
  });
  const isInk: Which = (label) => areas[label]!.colour === colour;
  const isOutside: Which = (label) => areas[label]!.isOutside;
  const isFree: Which = (label) => {
    const area = areas[label]!;
    if (area.colour === 0 || isInk(label) || colours[area.colour]![3] < opaqueFrom) return false;
    if (shareBeside(area, isOutside) > openMost) return true;
    return shareBeside(area, isInk) < (isPale[area.colour] ? palePartFrom : filledFrom);
  };
  // What smaller shapes lie on is no mark, however narrow it is between them.
  const isSmaller = (label: number): Which => {
    return (other) => isFree(other) && areas[other]!.size < areas[label]!.size;
  };
  const isMark: Which = (label) => isFree(label) && shareBeside(areas[label]!, isSmaller(label)) < groundFrom;
  return { isLine: isInk, isShape: isFree, isMark };
}

/** Of a drawing of fills: each gets an outline, and what is as thin as lines on one colour is solid, as letters on a badge. */
function withoutLines({ areas, colours }: Partition): Read {
  const sizes = colours.map((_, colour) =>
    areas.reduce((sum, area) => sum + (area.colour === colour ? area.size : 0), 0),
  );
  const isShape: Which = (label) => areas[label]!.colour > 0;
  const isMark: Which = (label) => {
    const [below] = [...areas[label]!.beside].sort(([, one], [, other]) => other - one)[0] ?? [label];
    const [own, ground] = [areas[label]!.colour, areas[below]!.colour];
    // What shows between the lines of a mark is what it lies on.
    if (ground === 0 || sizes[own]! >= sizes[ground]!) return false;
    return shareBeside(areas[label]!, (other) => areas[other]!.colour === ground) >= onOneLeast;
  };
  return { isLine: () => false, isShape, isMark };
}

/** Share of the border of an area that it has with others. */
function shareBeside({ beside }: Area, isCounted: Which): number {
  let [own, all] = [0, 0];
  for (const [label, count] of beside) {
    all += count;
    if (isCounted(label)) own += count;
  }
  return own / all;
}

/** @param alphas changed in place, [sizePx, sizePx] */
function addAreas(alphas: Float32Array, partition: Partition, isAdded: Which): void {
  for (const label of partition.areas.keys())
    if (isAdded(label))
      for (const [at, share] of coverOf(partition, label).entries()) alphas[at] = Math.min(1, alphas[at]! + share);
}
