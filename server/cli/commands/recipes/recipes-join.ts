/** `tau recipes join`: a published flow with its experts as a pack; nothing is trained. */
import { resolve } from "node:path";
import { flowConditionNames } from "../../../../shared/contract/conditions.ts";
import { joinPublished } from "../../../recipes/join-published.ts";
import { choiceFlag, type FlagValues, requiredFlag, textFlag, wrongFlag } from "../../train-flags.ts";

export const joinUsage = `join    makes a pack of a published flow (imported as net2net-flow or invariances-flow) and the experts that it was trained between.

  --experts DIR      the imports
  --flow NAME        import of the flow
  --target NAME      import of the autoencoder or generator that it draws for
  --condition NAME   import of the expert that it is conditioned on
  --labels NAMES     in its place: labels, separated by commas, in the order of training
  --as CONDITION     what requests call it: ${flowConditionNames.join(", ")} (default: label)
  --id ID            of the pack (default: NAME of the flow)
  --to OUT           (default: recipes)`;

export const options = {
  experts: { type: "string" },
  flow: { type: "string" },
  target: { type: "string" },
  condition: { type: "string" },
  labels: { type: "string" },
  as: { type: "string" },
  id: { type: "string" },
  to: { type: "string" },
} as const;

export async function joinFlow(values: FlagValues): Promise<number> {
  const optional = (name: string) => textFlag(values, name);
  const required = (name: string) => requiredFlag(values, name);
  if ((optional("labels") === undefined) === (optional("condition") === undefined))
    throw wrongFlag("labels", "--labels or --condition, one of both", optional("labels") ? "both" : "none");
  const flow = required("flow");
  const pack = await joinPublished({
    experts: resolve(required("experts")),
    flow,
    target: required("target"),
    condition: optional("condition"),
    labels: optional("labels")?.split(","),
    name: choiceFlag(values, "as", "label", flowConditionNames),
    id: optional("id") ?? flow,
    to: resolve(optional("to") ?? "recipes"),
  });
  console.log(pack);
  return 0;
}
