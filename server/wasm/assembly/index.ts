/** The exports of the module (server/wasm/drawings.ts calls them). */

export { freeFrom, gradientsAt, gradientsBytes, takeAdamStep } from "./adam";
export { close, pictureAt } from "./closing";
export { gradientMagnitudeAt, gradientStepAt, imageAt, opaqueAt, readLines, steepAt, strokesAt } from "./lines";
export { maskAt, thinMask } from "./thinning";
