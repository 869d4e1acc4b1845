/**
 * Pictures and drawings that are no icons, by kind. fit-ood-detector.ts measures its miss rate on them. They are computed from
 * formulas, so nothing has to be shipped or licensed, and no two are alike.
 */
import type { ConditionValue } from "../../engine/interfaces.ts";
import { TrainingRandom } from "../../flow/random.ts";

/** Pictures of each kind. */
const count = 25;

type Paint = (random: TrainingRandom, sizePx: number) => Float32Array;

/** Opaque pictures without an object. */
export const oodPictures = (sizePx: number): Readonly<Record<string, ConditionValue[]>> =>
  paintAll({ noise, clouds, gratings, mosaics }, sizePx);

/** Black strokes on transparency that outline no object. */
export const oodDrawings = (sizePx: number): Readonly<Record<string, ConditionValue[]>> =>
  paintAll({ scribbles, dots, hatching, lettering }, sizePx);

function paintAll(kinds: Readonly<Record<string, Paint>>, sizePx: number): Record<string, ConditionValue[]> {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, paint], at) => [
      kind,
      Array.from({ length: count }, (_, index): ConditionValue => {
        const random = new TrainingRandom(index, at, "evaluation");
        return { kind: "image", planes: paint(random, sizePx), sizePx, key: `ood ${kind} ${index}` };
      }),
    ]),
  );
}

/** Planes from a colour function of x and y in [0, 1). */
function opaque(sizePx: number, colourOf: (channel: number, x: number, y: number) => number): Float32Array {
  const planes = new Float32Array(4 * sizePx * sizePx).fill(1);
  for (let channel = 0, at = 0; channel < 3; channel += 1)
    for (let y = 0; y < sizePx; y += 1)
      for (let x = 0; x < sizePx; x += 1, at += 1)
        planes[at] = Math.min(1, Math.max(0, colourOf(channel, x / sizePx, y / sizePx)));
  return planes;
}

const noise: Paint = (random, sizePx) => opaque(sizePx, () => random.uniform());

/** Waves in all directions whose amplitude falls with frequency, like the spectrum of a photograph. */
const clouds: Paint = (random, sizePx) => {
  const waves = Array.from({ length: 24 }, () => {
    const frequency = 2 ** (5 * random.uniform());
    const angle = 2 * Math.PI * random.uniform();
    const phases = [0, 1, 2].map(() => 2 * Math.PI * random.uniform());
    return { fx: frequency * Math.cos(angle), fy: frequency * Math.sin(angle), height: 0.4 / frequency, phases };
  });
  return opaque(sizePx, (channel, x, y) =>
    waves.reduce(
      (sum, { fx, fy, height, phases }) => sum + height * Math.sin(2 * Math.PI * (fx * x + fy * y) + phases[channel]!),
      0.5,
    ),
  );
};

const gratings: Paint = (random, sizePx) => {
  const angle = Math.PI * random.uniform();
  const [fx, fy] = [0, 1].map((axis) => (4 + 16 * random.uniform()) * Math.cos(angle - (axis * Math.PI) / 2)) as [
    number,
    number,
  ];
  const colour = [0, 1, 2].map(() => random.uniform());
  return opaque(sizePx, (channel, x, y) => colour[channel]! * (0.5 + 0.5 * Math.sin(2 * Math.PI * (fx * x + fy * y))));
};

const mosaics: Paint = (random, sizePx) => {
  const cells = 6 + random.below(12);
  const colours = Array.from({ length: 3 * cells * cells }, () => random.uniform());
  return opaque(
    sizePx,
    (channel, x, y) => colours[(channel * cells + Math.floor(y * cells)) * cells + Math.floor(x * cells)]!,
  );
};

/** Draws a black path of points in [0, 1], two pixels wide. */
function stroke(planes: Float32Array, sizePx: number, points: ReadonlyArray<readonly [x: number, y: number]>): void {
  const alpha = planes.subarray(3 * sizePx * sizePx);
  for (const [index, [x, y]] of points.entries()) {
    const [toX, toY] = points[index + 1] ?? [x, y];
    const steps = 1 + Math.ceil(2 * sizePx * Math.hypot(toX - x, toY - y));
    for (let step = 0; step <= steps; step += 1) {
      const left = Math.floor((sizePx - 2) * (x + ((toX - x) * step) / steps));
      const top = Math.floor((sizePx - 2) * (y + ((toY - y) * step) / steps));
      for (const at of [top * sizePx + left, (top + 1) * sizePx + left]) alpha.fill(1, at, at + 2);
    }
  }
}

function drawing(sizePx: number, paths: ReadonlyArray<ReadonlyArray<readonly [number, number]>>): Float32Array {
  const planes = new Float32Array(4 * sizePx * sizePx);
  for (const path of paths) stroke(planes, sizePx, path);
  return planes;
}

const anywhere = (random: TrainingRandom): readonly [number, number] => [random.uniform(), random.uniform()];

/** One pen stroke between random points. */
const scribbles: Paint = (random, sizePx) =>
  drawing(sizePx, [Array.from({ length: 30 + random.below(60) }, () => anywhere(random))]);

const dots: Paint = (random, sizePx) =>
  drawing(
    sizePx,
    Array.from({ length: 60 + random.below(200) }, () => [anywhere(random)]),
  );

/** Parallel lines across the picture. */
const hatching: Paint = (random, sizePx) => {
  const lines = 8 + random.below(16);
  const lean = 0.4 * random.uniform() - 0.2;
  const isUpright = random.below(2) === 1;
  return drawing(
    sizePx,
    Array.from({ length: lines }, (_, line) => {
      const at = 0.2 + (0.6 * line) / lines;
      const ends: ReadonlyArray<readonly [number, number]> = [
        [at - lean / 2, 0],
        [at + lean / 2, 1],
      ];
      return isUpright ? ends : ends.map(([x, y]) => [y, x] as const);
    }),
  );
};

/** Rows of small characters, like a written page. */
const lettering: Paint = (random, sizePx) => {
  const rows = 6 + random.below(5);
  return drawing(
    sizePx,
    Array.from({ length: rows * rows }, (_, cell) => {
      const [x, y] = [(cell % rows) / rows, Math.floor(cell / rows) / rows];
      return Array.from({ length: 3 }, (): readonly [number, number] => {
        const [dx, dy] = anywhere(random);
        return [x + (0.7 * dx) / rows, y + (0.6 * dy) / rows];
      });
    }),
  );
};
