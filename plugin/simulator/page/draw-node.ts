/**
 * One layer as an element: paints as boxes one above the other, strokes and vectors as SVG, rotation, opacity, effects.
 * Close to Figma's look, not equal to it: masks hide themselves and clip nothing; of filters only exposure, contrast and saturation are drawn.
 */
import type { SimDocument } from "../host/document.ts";
import type { NodeRecord } from "../host/node-record.ts";
import { colourOf, gradientIn, gradientText } from "../host/svg.ts";
import { make } from "./dom.ts";

export function drawNode(sim: SimDocument, bare: NodeRecord, urlOf: (hash: string) => string): HTMLElement {
  const record = sim.tree.resolved(bare);
  const node = make("div", { class: `node ${record.type.toLowerCase()}`, "data-id": record.id });
  const { style } = node;
  style.cssText = `left:${record.x}px;top:${record.y}px;width:${record.width}px;height:${record.height}px`;
  style.borderRadius = record.type === "ELLIPSE" ? "50%" : `${record.cornerRadius}px`;
  if (record.rotation !== 0 || record.isFlipped)
    style.transform = `rotate(${-record.rotation}deg) scaleY(${record.isFlipped ? -1 : 1})`;
  if (record.opacity < 1) style.opacity = String(record.opacity);
  if (!record.visible || record.isMask) style.display = "none";
  const blur = record.effects.find((effect) => effect.type === "LAYER_BLUR" && effect.visible);
  if (blur !== undefined && "radius" in blur) style.filter = `blur(${blur.radius / 2}px)`;
  const image = record.fills.filter(({ type, visible }) => type === "IMAGE" && visible !== false).at(-1);
  if (image?.type === "IMAGE" && image.imageHash !== null) node.dataset["image"] = image.imageHash;
  if (record.type === "VECTOR") node.append(drawVector(record));
  else {
    if (record.type !== "TEXT") node.append(...record.fills.map((paint) => drawPaint(sim, record, paint, urlOf)));
    const stroke = colourOf(record.strokes);
    if (stroke !== "none") style.boxShadow = `inset 0 0 0 ${record.strokeWeight}px ${stroke}`;
  }
  if (record.characters !== "") node.append(make("span", { class: "characters" }, record.characters));
  node.append(...sim.tree.childrenOf(record.id).map((child) => drawNode(sim, child, urlOf)));
  return node;
}

function drawPaint(
  sim: SimDocument,
  record: NodeRecord,
  paint: Paint,
  urlOf: (hash: string) => string,
): HTMLElement | string {
  if (paint.visible === false) return "";
  const box = make("div", { class: "paint" });
  const { style } = box;
  style.opacity = String(paint.opacity ?? 1);
  if (paint.blendMode !== undefined && paint.blendMode !== "PASS_THROUGH")
    style.mixBlendMode = paint.blendMode.toLowerCase().replaceAll("_", "-");
  if (paint.type === "SOLID") style.background = colourOf([paint]);
  else if (paint.type === "IMAGE" && paint.imageHash !== null) {
    style.backgroundImage = `url("${urlOf(paint.imageHash)}")`;
    Object.assign(style, placeImage(sim, record, paint));
    const { exposure = 0, contrast = 0, saturation = 0 } = paint.filters ?? {};
    style.filter = `brightness(${1 + exposure}) contrast(${1 + contrast}) saturate(${1 + saturation})`;
  }
  return box;
}

/** Where the image lies in the layer. */
function placeImage(sim: SimDocument, { width, height }: NodeRecord, paint: ImagePaint): Record<string, string> {
  const size = sim.images.get(paint.imageHash!);
  if (paint.scaleMode === "TILE")
    return {
      backgroundSize: `${(size?.width ?? 1) * (paint.scalingFactor ?? 1)}px`,
      backgroundRepeat: "repeat",
      backgroundPosition: "0 0",
    };
  if (paint.scaleMode === "CROP" && paint.imageTransform !== undefined) {
    // The part of the image, in fractions of it, that the layer shows.
    const [[a, , c], [, e, f]] = paint.imageTransform;
    return {
      backgroundSize: `${width / a}px ${height / e}px`,
      backgroundPosition: `${(-c * width) / a}px ${(-f * height) / e}px`,
    };
  }
  return { backgroundSize: paint.scaleMode === "FIT" ? "contain" : "cover" };
}

function drawVector(record: NodeRecord): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${Math.max(record.width, 0.01)} ${Math.max(record.height, 0.01)}`);
  const gradient = gradientIn(record);
  if (gradient !== undefined) svg.innerHTML = `<defs>${gradientText(record, gradient)}</defs>`;
  const fill =
    svg.querySelector("linearGradient") === null
      ? colourOf(record.fills)
      : `url(#${svg.querySelector("linearGradient")!.id})`;
  for (const { data, windingRule } of record.vectorPaths) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", data);
    path.setAttribute("fill", fill);
    if (windingRule === "EVENODD") path.setAttribute("fill-rule", "evenodd");
    if (record.strokeCap === "ROUND") path.setAttribute("stroke-linecap", "round");
    if (record.strokeJoin === "ROUND") path.setAttribute("stroke-linejoin", "round");
    path.setAttribute("stroke", colourOf(record.strokes));
    path.setAttribute("stroke-width", String(record.strokeWeight));
    svg.append(path);
  }
  return svg;
}
