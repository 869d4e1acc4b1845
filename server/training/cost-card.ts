/**
 * The cost of a training run: measured time, energy as time × a stated power, money and CO₂ by stated factors, next to the
 * paper's figures. An estimate with stated assumptions; the machine's power is not measured.
 */
import { cpus } from "node:os";

export interface CostFactors {
  /** Power of one busy core with its share of the machine, in watts. */
  readonly wattsPerCore: number;
  readonly eurosPerKwh: number;
  readonly co2GramsPerKwh: number;
}

/** 15 W: a server core under load. Price and CO₂ are those of the paper's Table 2, so that figures can be compared. */
export const defaultCostFactors: CostFactors = { wattsPerCore: 15, eurosPerKwh: 0.216, co2GramsPerKwh: 296 };

/** Rombach, Esser, Ommer 2020 (arXiv 2005.13580), Table 2: training their cINN, and BigGAN, which it reuses. */
export const paperKwh = { cinn: 14.4, bigGan: 1260 } as const;

export interface CostCard extends CostFactors {
  readonly wallSeconds: number;
  /** CPU time of this process over all threads, without interruptions of the run. */
  readonly cpuSeconds: number;
  readonly processor: string;
  readonly formula: string;
  readonly kwh: number;
  readonly euros: number;
  readonly co2Grams: number;
  readonly paperKwh: typeof paperKwh;
}

/** Time spent on a run, summed over its interrupted parts. */
export interface SpentTime {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

export function costCard({ wallSeconds, cpuSeconds }: SpentTime, factors: CostFactors = defaultCostFactors): CostCard {
  const kwh = (factors.wattsPerCore * cpuSeconds) / 3.6e6;
  return {
    wallSeconds,
    cpuSeconds,
    processor: cpus()[0]?.model ?? "unknown",
    formula: `kWh = ${factors.wattsPerCore} W a busy core × ${cpuSeconds.toFixed(0)} s of CPU time / 3.6e6`,
    ...factors,
    kwh,
    euros: kwh * factors.eurosPerKwh,
    co2Grams: kwh * factors.co2GramsPerKwh,
    paperKwh,
  };
}

/** A stopwatch of wall clock and this process's CPU time. */
export function stopwatch(): () => SpentTime {
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(startCpu);
    return { wallSeconds: (performance.now() - startMs) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

export const addTimes = (a: SpentTime, b: SpentTime = { wallSeconds: 0, cpuSeconds: 0 }): SpentTime => ({
  wallSeconds: a.wallSeconds + b.wallSeconds,
  cpuSeconds: a.cpuSeconds + b.cpuSeconds,
});

/** The card as lines of text. */
export function describeCost(card: CostCard): string[] {
  const costs = (kwh: number): string =>
    `${rounded(kwh * card.eurosPerKwh)} €, ${weight(kwh * card.co2GramsPerKwh)} CO₂`;
  const beside = (what: string, kwh: number): string => {
    const times = card.kwh > 0 ? `, ${Math.round(kwh / card.kwh).toLocaleString("en")} times as much` : "";
    return `  ${what}: ${kwh} kWh, ${costs(kwh)}${times}`;
  };
  return [
    `time    ${card.wallSeconds.toFixed(0)} s, ${card.cpuSeconds.toFixed(0)} s of CPU time (${card.processor})`,
    `energy  ${rounded(card.kwh)} kWh (${card.formula})`,
    `cost    ${costs(card.kwh)} at ${card.eurosPerKwh} €/kWh and ${card.co2GramsPerKwh} g/kWh`,
    "for comparison, the paper's figures at the same factors:",
    beside("a cINN", card.paperKwh.cinn),
    beside("BigGAN", card.paperKwh.bigGan),
  ];
}

const rounded = (value: number): string => value.toLocaleString("en", { maximumSignificantDigits: 3 });
const weight = (grams: number): string => (grams < 1000 ? `${rounded(grams)} g` : `${rounded(grams / 1000)} kg`);
