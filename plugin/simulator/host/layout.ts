/**
 * Auto layout of one frame: children one after another along the main axis, wrapping into tracks when asked to, packed
 * to the start; AUTO axes hug the content. The part of Figma's auto layout that Tau's artboards use.
 */
import type { NodeRecord } from "./node-record.ts";

export interface LayoutResult {
  readonly size: { readonly width: number; readonly height: number };
  readonly positions: readonly { readonly x: number; readonly y: number }[];
}

/** Half a pixel of slack, so that a row that fits exactly does not wrap by a rounding error. */
const slackPx = 0.5;

export function layoutFrame(frame: NodeRecord, children: readonly NodeRecord[]): LayoutResult {
  const isRow = frame.layoutMode === "HORIZONTAL";
  const before = isRow ? frame.paddingLeft : frame.paddingTop;
  const after = isRow ? frame.paddingRight : frame.paddingBottom;
  const crossBefore = isRow ? frame.paddingTop : frame.paddingLeft;
  const crossAfter = isRow ? frame.paddingBottom : frame.paddingRight;
  const frameMain = isRow ? frame.width : frame.height;
  const frameCross = isRow ? frame.height : frame.width;
  const mayWrap = isRow && frame.layoutWrap === "WRAP" && frame.primaryAxisSizingMode === "FIXED";
  const roomMain = frameMain - before - after;

  const positions: { x: number; y: number }[] = [];
  let main = 0;
  let cross = 0;
  let track = 0;
  let longest = 0;
  for (const child of children) {
    const sizeMain = isRow ? child.width : child.height;
    const sizeCross = isRow ? child.height : child.width;
    if (mayWrap && main > 0 && main + sizeMain > roomMain + slackPx) {
      cross += track + frame.counterAxisSpacing;
      main = 0;
      track = 0;
    }
    const along = before + main;
    const across = crossBefore + cross;
    positions.push(isRow ? { x: along, y: across } : { x: across, y: along });
    longest = Math.max(longest, main + sizeMain);
    main += sizeMain + frame.itemSpacing;
    track = Math.max(track, sizeCross);
  }
  const hugMain = before + longest + after;
  const hugCross = crossBefore + cross + track + crossAfter;
  const newMain = frame.primaryAxisSizingMode === "AUTO" ? hugMain : frameMain;
  const newCross = frame.counterAxisSizingMode === "AUTO" ? hugCross : frameCross;
  return { size: isRow ? { width: newMain, height: newCross } : { width: newCross, height: newMain }, positions };
}

/** A group is as large as what is in it: the group and its children, moved so that it begins where they do. */
export function fitGroup(group: NodeRecord, children: readonly NodeRecord[]): NodeRecord[] {
  const x = Math.min(...children.map((child) => child.x));
  const y = Math.min(...children.map((child) => child.y));
  const width = Math.max(...children.map((child) => child.x + child.width)) - x;
  const height = Math.max(...children.map((child) => child.y + child.height)) - y;
  if (x === 0 && y === 0 && width === group.width && height === group.height) return [];
  return [
    { ...group, x: group.x + x, y: group.y + y, width, height },
    ...children.map((child) => ({ ...child, x: child.x - x, y: child.y - y })),
  ];
}
