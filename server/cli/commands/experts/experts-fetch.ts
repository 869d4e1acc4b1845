/** `tau experts fetch`: gets a file of a public hub by name, revision and SHA-256 (docs/published-experts.md). */
import { resolve } from "node:path";
import { defaultHub, fetchExpert } from "../../../hub/fetch-expert.ts";
import { ProgressLine } from "../../progress-line.ts";
import { type FlagValues, interruptSignal, requiredFlag, textFlag } from "../../train-flags.ts";

export const fetchUsage = `fetch   gets the file PATH of the repository OWNER/NAME from a hub. A download that broke goes on where it stopped. The file appears only
        when its bytes have the SHA-256. Knows HTTPS_PROXY, HTTP_PROXY and NO_PROXY.

  --revision REV     branch, tag or commit (a commit always names the same bytes)
  --sha256 HEX       what the file must be; hubs show it beside large files
  --to DIR           folder to write to (default: own-experts)
  --hub URL          the hub, or a mirror with the same paths (default: ${defaultHub})
  --mirror DIR       offline mirror, a folder OWNER/NAME/REV/PATH: nothing is requested of the network`;

export const options = {
  revision: { type: "string" },
  sha256: { type: "string" },
  to: { type: "string" },
  hub: { type: "string" },
  mirror: { type: "string" },
} as const;

export async function fetchFile(repository: string, path: string, values: FlagValues): Promise<number> {
  const required = (name: string) => requiredFlag(values, name);
  const line = new ProgressLine();
  const file = { repository, path, revision: required("revision"), sha256: required("sha256") };
  const written = await fetchExpert(file, {
    to: resolve(textFlag(values, "to") ?? "own-experts"),
    hub: textFlag(values, "hub"),
    mirror: textFlag(values, "mirror"),
    signal: interruptSignal(),
    onProgress: (done, total) =>
      line.show(`${(done / 1e6).toFixed(1)} of ${total === undefined ? "?" : (total / 1e6).toFixed(1)} MB`),
  });
  line.end();
  console.log(written);
  return 0;
}
