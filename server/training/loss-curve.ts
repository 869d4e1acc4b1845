/**
 * The loss curve of a run as SVG: nats per dimension over steps for training and held-out images, with the held-out nats of the
 * start and the step whose weights were kept.
 */

export interface CurvePoint {
  readonly step: number;
  readonly trainNats: number;
  readonly heldOutNats: number;
}

export interface CurveAbout {
  readonly title: string;
  /** Nats per dimension of the held-out images before the first step; absent = not measured. */
  readonly startNats?: number;
  /** Conditions given with the held-out images. */
  readonly given?: string;
}

const [width, height] = [640, 360];
const frame = { left: 64, right: 16, top: 40, bottom: 40 };
/**
 * The two curves measure different things: training steps draw subsets of the conditions, held-out images always get the same
 * ones.
 */
const lines = [
  { key: "trainNats", label: "training, drawn conditions", colour: "#8a8f98" },
  { key: "heldOutNats", label: "held out", colour: "#0d6efd" },
] as const;
const startColour = "#b3261e";

/**
 * @param points in order of their steps
 * @param keptStep step whose weights were kept
 */
export function lossCurve(
  points: readonly CurvePoint[],
  keptStep: number,
  { title, startNats = Number.NaN, given = "captions" }: CurveAbout,
): string {
  const values = [startNats, ...points.flatMap(({ trainNats, heldOutNats }) => [trainNats, heldOutNats])];
  const finite = values.filter(Number.isFinite);
  const [low, high] = padded(Math.min(...finite), Math.max(...finite));
  const lastStep = Math.max(1, points.at(-1)?.step ?? 1);
  const x = (step: number): number => frame.left + (step / lastStep) * (width - frame.left - frame.right);
  const y = (nats: number): number => frame.top + ((high - nats) / (high - low)) * (height - frame.top - frame.bottom);
  const path = (key: "trainNats" | "heldOutNats"): string =>
    points
      .filter((point) => Number.isFinite(point[key]))
      .map((point, index) => `${index === 0 ? "M" : "L"}${x(point.step).toFixed(1)} ${y(point[key]).toFixed(1)}`)
      .join("");
  const ticks = [0, 1, 2, 3, 4].map((index) => low + (index / 4) * (high - low));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#333">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${frame.left}" y="16" font-size="14">${escapeXml(title)}</text>`,
    ...ticks.map(
      (nats) =>
        `<path d="M${frame.left} ${y(nats).toFixed(1)}H${width - frame.right}" stroke="#e3e5e8"/>` +
        `<text x="${frame.left - 8}" y="${(y(nats) + 4).toFixed(1)}" text-anchor="end">${nats.toFixed(3)}</text>`,
    ),
    ...[0, 0.5, 1].map(
      (part) =>
        `<text x="${x(part * lastStep).toFixed(1)}" y="${height - 20}" text-anchor="middle">${Math.round(part * lastStep)}</text>`,
    ),
    ...(Number.isFinite(startNats)
      ? [
          `<path d="M${frame.left} ${y(startNats).toFixed(1)}H${width - frame.right}" stroke="${startColour}" stroke-dasharray="3 3"/>`,
          `<text x="${frame.left + 360}" y="34" font-size="11" fill="${startColour}">held out, at the start</text>`,
        ]
      : []),
    `<path d="M${x(keptStep).toFixed(1)} ${frame.top}V${height - frame.bottom}" stroke="#0d6efd" stroke-dasharray="3 3"/>`,
    ...lines.map(({ key, colour }) => `<path d="${path(key)}" fill="none" stroke="${colour}" stroke-width="2"/>`),
    ...lines.map(
      ({ key, label, colour }, index) =>
        `<text x="${frame.left + index * 180}" y="34" font-size="11" fill="${colour}">${key === "heldOutNats" ? `${label}, given ${escapeXml(given)}` : label}</text>`,
    ),
    `<text x="${width - frame.right}" y="${height - 4}" text-anchor="end">steps; nats per dimension; dashed vertical line: kept step</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function padded(low: number, high: number): [number, number] {
  const margin = Math.max(0.05 * (high - low), 1e-3);
  return [low - margin, high + margin];
}

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
