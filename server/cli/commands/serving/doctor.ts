/** `tau doctor`: says what is wrong on this machine and what to do, and mends a damaged data folder. */
import { parseArgs } from "node:util";
import { readConfig } from "../../../app/config.ts";
import { examine, repair } from "../../../app/doctor.ts";

const usage = `Usage: npm run -s tau -- doctor [--repair] [--data DIR] [--packs DIR] [--port N] [--provider NAME] [--json]

Looks at Node, binaries, packs, provider, port, data folder, jobs and images, and says what is wrong and what to do.
Exit codes: 0 all is well, 1 something keeps the server from its work.

  --repair         first mends the data folder of a stopped server: builds a damaged database anew from what can be
                   read and moves damaged images away; what was there is kept beside it
  --data DIR       the data folder (default: as tau serve)
  --packs DIR      folder of packs (default: the packs that ship)
  --port N         port (default 7826)
  --provider NAME  provider that must work (default auto)
  --json           the findings as JSON lines`;

const marks = { well: "✔", note: "!", fault: "✘" } as const;

async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      repair: { type: "boolean", default: false },
      data: { type: "string" },
      packs: { type: "string" },
      port: { type: "string" },
      provider: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const config = readConfig(values);
  if (values.repair) for (const line of await repair(config)) console.error(`repaired  ${line}`);
  let code = 0;
  for await (const finding of examine(config)) {
    const { what, grade, found, cure } = finding;
    if (grade === "fault") code = 1;
    if (values.json) console.log(JSON.stringify(finding));
    else
      console.log(`${marks[grade]} ${what.padEnd(9)} ${found}${cure === undefined ? "" : `\n            → ${cure}`}`);
  }
  return code;
}

export const command = { name: "doctor", summary: "say what is wrong here and what to do", usage, run };
