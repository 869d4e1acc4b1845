/** One caption of the pack that ships, as the server settles a request for it. */
import { Catalogue, packsHome } from "../../../server/packs/catalogue.ts";
import {
  GenerationRequestSchema,
  type ResolvedRequest,
} from "../../../shared/contract/generations/generation-request.ts";
import { findTranslation, guidanceOn } from "../../../shared/contract/translation-rules.ts";

/** @returns what makes a request of so many images */
export async function birdRequests(): Promise<(count: number, seed: number) => ResolvedRequest> {
  const { translation } = findTranslation((await Catalogue.open(packsHome())).packs(), "caption");
  return (count, seed) => {
    const requested = GenerationRequestSchema.parse({ condition: { caption: "a red bird" }, count, seed });
    const retrieval = translation.hasRetrieval ? requested.retrieval : 0;
    return { ...requested, seed, retrieval, guidance: guidanceOn(translation, requested) };
  };
}
