/** Alphas of lines and discs, by their signed distances. */
export const sizePx = 64;

/** How far a place is inside of a shape, in pixels, above 0 inside. */
export type Inside = (x: number, y: number) => number;

/** Alphas of a shape, [sizePx, sizePx]. */
export const drawn = (inside: Inside): Float32Array =>
  Float32Array.from({ length: sizePx ** 2 }, (_, at) =>
    Math.min(1, Math.max(0, 0.5 + inside((at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5))),
  );
export const ring =
  (radius: number, width: number, x0 = 32, y0 = 32): Inside =>
  (x, y) =>
    width / 2 - Math.abs(Math.hypot(x - x0, y - y0) - radius);
export const stroke =
  (x1: number, y1: number, x2: number, y2: number, width: number): Inside =>
  (x, y) => {
    const [dx, dy] = [x2 - x1, y2 - y1];
    const along = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)));
    return width / 2 - Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
  };
export const joined =
  (...shapes: readonly Inside[]): Inside =>
  (x, y) =>
    Math.max(...shapes.map((shape) => shape(x, y)));
export const disc =
  (radius: number, x0 = 32, y0 = 32): Inside =>
  (x, y) =>
    radius - Math.hypot(x - x0, y - y0);
