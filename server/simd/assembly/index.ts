/** What the module gives (server/simd/kernels.ts calls it). */
export { close, pictureAt } from "./closing";
export { imageAt, opaqueAt, readLines, steepAt, steepnessAt, strokesAt, towardsAt } from "./lines";
export { maskAt, thinMask } from "./thinning";
