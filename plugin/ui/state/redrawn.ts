/** Results one image of which is another now, or lies somewhere on the canvas. Pure. */
import type { PlacedImage } from "../../../shared/messages/messages.ts";
import type { ResultImage, ResultSet } from "./results.ts";

/** The results with a set's one image in the place of another; what is said of a set of one is said of the new one. */
export const withRedrawn = (results: readonly ResultSet[], key: string, set: ResultSet): ResultSet[] =>
  results.map((former) => {
    const at = former.images.findIndex((image) => image.key === key);
    const [fresh] = set.images;
    if (at < 0 || fresh === undefined) return former;
    const { name, destination, placedId } = former.images[at]!;
    const image: ResultImage = {
      ...fresh,
      // By its key it is the same place, whatever it shows.
      ...{ key, destination, isKept: true },
      ...(name === undefined ? {} : { name }),
      ...(placedId === undefined ? {} : { placedId }),
    };
    const images = former.images.map((other, index) => (index === at ? image : other));
    const { index, title } = former;
    const isAlone = images.length === 1 && former.generationId !== undefined;
    return isAlone ? { ...set, index, title, images } : { ...former, images };
  });

/** The results with the layers that show their images. */
export function withPlaces(results: readonly ResultSet[], placed: readonly PlacedImage[]): ResultSet[] {
  const places = new Map(placed.map(({ key, nodeId }) => [key, nodeId]));
  return results.map((set) => ({
    ...set,
    images: set.images.map((image) => {
      const placedId = places.get(image.key);
      return placedId === undefined ? image : { ...image, placedId };
    }),
  }));
}

/** The results, none of them on the canvas. */
export const withoutPlaces = (results: readonly ResultSet[]): ResultSet[] =>
  results.map((set) => ({ ...set, images: set.images.map(({ placedId: _, ...image }) => image) }));
