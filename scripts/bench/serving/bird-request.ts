/** One caption of the pack that ships, as the server settles a request for it. */
import { Catalogue, packsHome } from "../../../server/packs/catalogue.ts";
import {
  GenerationRequestSchema,
  type ResolvedRequest,
} from "../../../shared/contract/generations/generation-request.ts";
import { findTranslation, guidanceOn } from "../../../shared/contract/translation-rules.ts";

/** Makes a request of so many images. */
export type BirdRequest = (count: number, seed: number) => ResolvedRequest;

/** @returns what makes requests, and the pack that draws them */
export async function birdRequests(): Promise<{ readonly packId: string; readonly requestOf: BirdRequest }> {
  const { pack, translation } = findTranslation((await Catalogue.open(packsHome())).packs(), "caption");
  const requestOf: BirdRequest = (count, seed) => {
    const requested = GenerationRequestSchema.parse({ condition: { caption: "a red bird" }, count, seed });
    const retrieval = translation.hasRetrieval ? requested.retrieval : 0;
    return { ...requested, seed, retrieval, guidance: guidanceOn(translation, requested) };
  };
  return { packId: pack.id, requestOf };
}
