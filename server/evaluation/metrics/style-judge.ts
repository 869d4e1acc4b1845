/**
 * Names the style of a picture among some, by linear discriminant analysis (Fisher 1936; Rao 1948) on features of a frozen net: centres of
 * the styles that may be named, and one covariance inside styles, shrunk towards a multiple of the identity (Ledoit & Wolf 2004).
 */
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { columnMeans } from "./ridge.ts";
import { countOf, pickRows, rowOf, type Vectors } from "./vectors.ts";

const shrinkage = 0.3;

export interface StyleJudge {
  /** The likeliest style of each row. */
  name(features: Vectors): string[];
}

/**
 * @param features [pictures, dims] of real drawings of all styles, by which the covariance is fitted
 * @param styles of each picture
 * @param named styles that may be named
 */
export function fitStyleJudge(features: Vectors, styles: readonly string[], named: readonly string[]): StyleJudge {
  const { dims } = features;
  const rowsOf = new Map<string, number[]>();
  for (const [row, style] of styles.entries()) rowsOf.set(style, [...(rowsOf.get(style) ?? []), row]);
  const centreOf = new Map([...rowsOf].map(([style, rows]) => [style, columnMeans(pickRows(features, rows))]));
  const inside = new Matrix(styles.length, dims);
  for (const [row, style] of styles.entries()) {
    const centre = centreOf.get(style)!;
    for (const [axis, value] of rowOf(features, row).entries()) inside.set(row, axis, value - centre[axis]!);
  }
  const covariance = inside
    .transpose()
    .mmul(inside)
    .mul((1 - shrinkage) / styles.length);
  const added = (shrinkage / (1 - shrinkage)) * (covariance.trace() / dims);
  for (let axis = 0; axis < dims; axis += 1) covariance.set(axis, axis, covariance.get(axis, axis) + added);
  const centres = new Matrix(named.map((style) => [...centreOf.get(style)!]));
  const weights = new CholeskyDecomposition(covariance).solve(centres.transpose());
  const bias = named.map((_, at) => {
    let sum = 0;
    for (let axis = 0; axis < dims; axis += 1) sum += centres.get(at, axis) * weights.get(axis, at);
    return -0.5 * sum;
  });
  return {
    name(given) {
      return Array.from({ length: countOf(given) }, (_, row) => {
        const scores = Matrix.rowVector([...rowOf(given, row)])
          .mmul(weights)
          .to1DArray();
        const best = scores.reduce(
          (most, score, at) => (score + bias[at]! > scores[most]! + bias[most]! ? at : most),
          0,
        );
        return named[best]!;
      });
    },
  };
}
