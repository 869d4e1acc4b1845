/** Draws requests for figures with the same inference child and the same file decoding as the server and the command line. */
import { readFile } from "node:fs/promises";
import type { TracedPixels } from "../../server/engine/interfaces.ts";
import { encodePng } from "../../server/images/codec.ts";
import { createInferenceClient } from "../../server/inference/client.ts";
import { createConditionImageLoader } from "../../server/inference/conditions/condition-images.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { sha256Of } from "../../server/platform/sha256.ts";
import type { VectorOptions } from "../../server/vector/vector-options.ts";
import { ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";

export interface Studio {
  /** Styles of the first translation. */
  readonly styles: readonly string[];
  /** Reads an image file and returns the digest by which requests name it. */
  keep(path: string): Promise<string>;
  /** The same of an image file in memory. */
  keepBytes(bytes: Uint8Array): string;
  /** PNG files of a request's images, in order. */
  draw(request: Request): Promise<Uint8Array[]>;
  /** What is traced of them. */
  pixels(request: Request): Promise<Array<TracedPixels & Pick<VectorOptions, "shown">>>;
}

type Request = Parameters<typeof ResolvedRequestSchema.parse>[0];

/** Side of the default pack's images in pixels. */
const sizePx = 128;

/** Opens a studio while `work` runs. @param userPacksDir further packs */
export async function withStudio<T>(
  packsDir: string | undefined,
  work: (studio: Studio) => Promise<T>,
  userPacksDir?: string,
): Promise<T> {
  const client = createInferenceClient({ packsDir: packsDir ?? packsHome(), userPacksDir });
  const files = new Map<string, Uint8Array>();
  const keepBytes = (bytes: Uint8Array): string => {
    const digest = sha256Of(bytes);
    files.set(digest, bytes);
    return digest;
  };
  const load = createConditionImageLoader(async (digest) => files.get(digest), 100);
  const generate = async <Made>(
    input: Request,
    make: (image: ImageResult) => Made | Promise<Made>,
  ): Promise<Made[]> => {
    const request = ResolvedRequestSchema.parse(input);
    const made: Made[] = [];
    const onImage = async (image: ImageResult): Promise<void> => {
      made[image.index] = await make(image);
    };
    await client.generate(request, { onImage }, await load(request, sizePx));
    return made;
  };
  try {
    await client.start();
    const packs = (await Catalogue.open(packsDir ?? packsHome())).packs();
    return await work({
      styles: packs.flatMap(({ translations }) => translations)[0]!.styles.map(({ id }) => id),
      keep: async (path) => keepBytes(await readFile(path)),
      keepBytes,
      draw: (input) => generate(input, ({ rgba, widthPx, heightPx }) => encodePng(rgba, widthPx, heightPx)),
      pixels: (input) =>
        generate({ ...(input as object), format: "svg" }, (image) => {
          const { widthPx, heightPx } = image;
          return image.enlarged ? { ...image.enlarged, shown: { widthPx, heightPx } } : image;
        }),
    });
  } finally {
    await client.close();
  }
}
