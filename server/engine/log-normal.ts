/** log N(v; 0, I) in nats. */
export function logNormal(v: Float32Array): number {
  const squares = v.reduce((sum, value) => sum + value * value, 0);
  return -0.5 * squares - 0.5 * v.length * Math.log(2 * Math.PI);
}
