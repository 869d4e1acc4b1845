/** The exports of the module (server/wasm/drawings.ts, adam.ts and planes.ts call them). */

export { freeFrom, gradientsAt, gradientsBytes, takeAdamStep } from "./adam";
export { close, pictureAt } from "./closing";
export { grainRoomBytes, moveToMeans } from "./grain";
export { joinFlatAreas, joinRoomBytes } from "./join";
export { gradientMagnitudeAt, gradientStepAt, imageAt, opaqueAt, readLines, steepAt, strokesAt } from "./lines";
export { beginBounds, boundsRoomBytes, boundsStride, inputAt, readInput } from "./places";
export { softenLine } from "./soften";
export { maskAt, thinMask } from "./thinning";
