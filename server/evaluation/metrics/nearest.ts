/** Nearest rows by Euclidean distance, by exhaustive search: exact, and fast enough for some hundred queries. */
import { countOf, rowOf, squaredDistance, type Vectors } from "./vectors.ts";

export interface Neighbour {
  readonly row: number;
  readonly distance: number;
}

/** The `count` nearest rows of `among` for each query, nearest first. */
export function nearestRows(queries: Vectors, among: Vectors, count: number): Neighbour[][] {
  return Array.from({ length: countOf(queries) }, (_, query) => {
    const point = rowOf(queries, query);
    const best: Neighbour[] = [];
    for (let row = 0; row < countOf(among); row += 1) {
      const distance = squaredDistance(point, rowOf(among, row));
      if (best.length === count && distance >= best.at(-1)!.distance) continue;
      const place = best.findIndex((neighbour) => distance < neighbour.distance);
      best.splice(place < 0 ? best.length : place, 0, { row, distance });
      if (best.length > count) best.pop();
    }
    return best.map(({ row, distance }) => ({ row, distance: Math.sqrt(distance) }));
  });
}
