/** The cost of training the translation beside the paper's figures, with the loss curve. */
import type { Row } from "../report.ts";
import type { SectionPlan } from "./section.ts";

export const costSection: SectionPlan = {
  id: "cost",
  title: "Cost of training",
  missing: ({ records: { cost } }) => (cost ? undefined : "the pack has no cost card of its training"),
  async run({ records: { cost, lossCurve } }) {
    const { wallSeconds, cpuSeconds, kwh, eurosPerKwh, co2GramsPerKwh, formula, processor, paperKwh } = cost!;
    const row = (what: string, role: Row["role"], energy: number, seconds?: { wall: number; cpu: number }): Row => ({
      what,
      role,
      n: 1,
      values: {
        ...seconds,
        kwh: energy,
        euros: energy * eurosPerKwh,
        co2Kg: (energy * co2GramsPerKwh) / 1000,
      },
    });
    return {
      about:
        `An estimate, not a measurement of power: ${formula} (${processor}), ${eurosPerKwh} € and ${co2GramsPerKwh} g CO₂ a kWh, with the same factors for all rows. ` +
        "The paper's rows use the energy that it reports for training (arXiv 2005.13580).",
      tables: [
        {
          title: "Time, energy, money, CO₂",
          columns: [
            { key: "wall", label: "seconds", digits: 0, better: "lower" },
            { key: "cpu", label: "CPU seconds", digits: 0, better: "lower" },
            { key: "kwh", label: "kWh", digits: 4, better: "lower" },
            { key: "euros", label: "€", digits: 4, better: "lower" },
            { key: "co2Kg", label: "kg CO₂", digits: 4, better: "lower" },
          ],
          rows: [
            row("this translation's flow", "measured", kwh, { wall: wallSeconds, cpu: cpuSeconds }),
            row("the paper's cINN", "control", paperKwh.cinn),
            row("BigGAN, as the paper reports", "control", paperKwh.bigGan),
          ],
        },
      ],
      figures: lossCurve
        ? [
            {
              file: "loss.svg",
              caption: "Nats per dimension while training: training and held-out images.",
              data: lossCurve,
            },
          ]
        : [],
    };
  },
};
