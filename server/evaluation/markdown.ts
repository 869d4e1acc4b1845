/** The report as Markdown: every table with its N and seed, followed by its figures. */
import type { Column, Report, ReportBody, Row, Table, TimedSection, UpscalingReport } from "./report.ts";

export const toMarkdown = (report: Report | UpscalingReport): string =>
  [
    ...("upscaler" in report ? headOfUpscaling(report) : headOfTranslation(report)),
    "",
    ...describeBody(report),
    ...("upscaler" in report && report.skipped.length > 0
      ? ["## Skipped pictures", "", ...report.skipped.map(({ name, reason }) => `- ${name}: ${reason}`), ""]
      : []),
  ].join("\n");

function headOfTranslation({ pack, translation, set, featureNet, settings, machine, seconds }: Report): string[] {
  const { seed, limit, temperature, guidance, retrieval } = settings;
  return [
    `# Evaluation of ${pack.id}@${pack.version}, translation ${translation}`,
    "",
    `Pack digest \`${pack.digest}\`. ${set ? `Images: ${set.folder} (${set.images}, index \`${set.digest.slice(0, 16)}\`).` : "No image set was given."} ` +
      `${featureNet ? `Feature net: ${featureNet}.` : "The pack has no image expert to use as feature net."} ` +
      `Seed ${seed}, at most ${limit} images a row. Unless a row says otherwise: temperature ${temperature}, guidance ${guidance}, and retrieval ${retrieval} for words, sketches and layouts. ` +
      `${seconds.toFixed(0)} s in all on ${nameOfMachine(machine)}.`,
    "",
    "Roles: *measured* is the translation; *floor* is reached without skill or, for a distance, between two sets of real images; " +
      "*ceiling* is the best that any flow could reach here; *control* is for comparison. ↑ higher is better, ↓ lower is better.",
  ];
}

function headOfUpscaling({ pack, upscaler, set, featureNet, settings, machine, seconds }: UpscalingReport): string[] {
  const { node, commit } = machine;
  return [
    `# Evaluation of ${pack.id}@${pack.version}, ${upscaler}`,
    "",
    `Pack digest \`${pack.digest}\`. Pictures: ${set.label}, ${set.pictures} measured. ${featureNet ? `Feature nets: ${featureNet}. ` : ""}` +
      `Seed ${settings.seed}, at most ${settings.limit} pictures of a group. ${seconds.toFixed(0)} s in all on ${nameOfMachine(machine)}, Node ${node}${commit ? `, commit ${commit}` : ""}.`,
    "",
    "Roles: *measured* is the pack; *floor* needs no learning; *control* is for comparison: other networks, and the prediction that τ starts from. ↑ higher is better, ↓ lower is better.",
  ];
}

const nameOfMachine = ({ processor, cores, threads }: ReportBody["machine"]): string =>
  `${processor}, ${cores} cores, ${threads || "all"} threads`;

function describeBody({ sections, settings, leftOut }: ReportBody): string[] {
  const lines = [
    ...sections.flatMap((section) => describeSection(section, settings.seed)),
    "## Time",
    "",
    "| section | seconds |",
    "| --- | --: |",
    ...sections.map(({ title, seconds }) => `| ${title} | ${seconds.toFixed(1)} |`),
    "",
  ];
  if (leftOut.length > 0)
    lines.push("## Left out", "", ...leftOut.map(({ title, reason }) => `- ${title}: ${reason}`), "");
  return lines;
}

function describeSection({ title, about, tables, figures }: TimedSection, seed: number): string[] {
  return [
    `## ${title}`,
    "",
    about,
    "",
    ...tables.flatMap((table) => describeTable(table, seed)),
    ...figures.flatMap(({ file, caption }) => [`![${nameOf(file)}](${file})`, "", `*${caption}*`, ""]),
  ];
}

/** Alternative text of a figure: its file name as words. The caption follows below. */
const nameOf = (file: string): string => file.replace(/\.\w+$/, "").replaceAll("-", " ");

function describeTable({ title, columns, rows, note }: Table, seed: number): string[] {
  const arrow = ({ better }: Column): string => (better === "higher" ? " ↑" : better === "lower" ? " ↓" : "");
  return [
    `**${title}** (seed ${seed})`,
    "",
    `| what | role | N | ${columns.map((column) => `${column.label}${arrow(column)}`).join(" | ")} |`,
    `| --- | --- | --: | ${columns.map(() => "--:").join(" | ")} |`,
    ...rows.map((row) => describeRow(row, columns)),
    "",
    ...(note ? [note, ""] : []),
  ];
}

const describeRow = ({ what, role, n, values }: Row, columns: readonly Column[]): string =>
  `| ${what.replaceAll("|", "\\|")} | ${role} | ${n} | ${columns.map((column) => format(values[column.key], column)).join(" | ")} |`;

function format(value: number | undefined, { digits, isShare, isYesNo }: Column): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  if (isYesNo) return value === 1 ? "yes" : "no";
  return isShare ? `${(100 * value).toFixed(digits)} %` : value.toFixed(digits);
}
