/**
 * Held-out images with everything that several sections ask of them: samples from their words, and features of the images, of
 * their reconstructions and of the samples. Made when first asked for and kept, so that sections can run alone or together.
 */
import type { EncodedConditions } from "../engine/conditions.ts";
import { imageSeed } from "../engine/random.ts";
import type { DrawnLatent } from "../engine/translation.ts";
import { encodeRows } from "../training/encode-rows.ts";
import { encodeLatents } from "../training/encode-set.ts";
import type { ImageItem } from "../training/image-set.ts";
import { decode, drawAll, reconstruct } from "./draw.ts";
import type { EvaluationImages } from "./images.ts";
import { type CaptionJudge, fitCaptionJudge } from "./metrics/caption-judge.ts";
import { stackRows, type Vectors } from "./metrics/vectors.ts";
import { encodeOwn, type Subject, wordsOf } from "./subject.ts";
import { inPieces, once } from "./watch.ts";

export interface Group {
  readonly name: string;
  readonly items: readonly ImageItem[];
  /** Caption and style of each image, as far as the translation reads them. */
  words(): Promise<readonly EncodedConditions[]>;
  /** One sample for the words of each image, image i with seed + i. */
  drawn(): Promise<readonly DrawnLatent[]>;
  readonly features: Readonly<Record<"real" | "rebuilt" | "drawn", () => Promise<Vectors>>>;
}

/** Everything that sections share. */
export interface Material {
  readonly images: EvaluationImages;
  /** Held-out images of concepts that were trained on in other styles, and images of concepts never seen. */
  readonly known: Group;
  readonly unseen: Group;
  /** Posterior means of every image of the set, by row; kept beside the set, as in training. */
  latents(): Promise<Vectors>;
  /** Features of training images, and the judge of captions that is fitted to them. */
  trainFeatures(): Promise<Vectors>;
  captionJudge(): Promise<CaptionJudge>;
}

/** Training images that the judge is fitted on: from 2,000 to 4,800 the precision of real images gained 7 points, and more costs time. */
const judgeImages = 6000;

/** λ as a share of the features' mean variance: of 0.01 to 3 within a point of the best for real images, fitted on 2,000 and on 4,800. */
const ridgePenalty = 0.03;

export function createMaterial(subject: Subject, images: EvaluationImages): Material {
  const { limit } = subject.settings;
  const train = images.train.slice(0, judgeImages);
  const trainFeatures = once(() =>
    subject.features!.featuresOf("features of training images", train.length, (at) => images.read(train[at]!)),
  );
  return {
    images,
    known: createGroup(
      subject,
      images,
      images.unseen.length > 0 ? "known concepts" : "held out",
      images.known.slice(0, limit),
    ),
    unseen: createGroup(subject, images, "concepts never seen", images.unseen.slice(0, limit)),
    latents: once(() => latentsOfSet(subject, images)),
    trainFeatures,
    captionJudge: once(async () =>
      fitCaptionJudge(await trainFeatures(), await captionVectors(subject, train), ridgePenalty),
    ),
  };
}

function createGroup(subject: Subject, images: EvaluationImages, name: string, items: readonly ImageItem[]): Group {
  const { seed } = subject.settings;
  const words = once(() => encodeAll(subject, `words of ${name}`, items));
  const drawn = once(async () =>
    drawAll(
      subject,
      `samples of ${name}`,
      (await words()).map((conditions, at) => ({ conditions, seed: imageSeed(seed, at) })),
    ),
  );
  const features = (what: string, image: (at: number) => Promise<Float32Array>) =>
    once(() => subject.features!.featuresOf(`features of ${what}, ${name}`, items.length, image));
  return {
    name,
    items,
    words,
    drawn,
    features: {
      real: features("images", (at) => images.read(items[at]!)),
      rebuilt: features("reconstructions", async (at) => reconstruct(subject, await images.read(items[at]!))),
      drawn: features("samples", async (at) => decode(subject, (await drawn())[at]!.latent)),
    },
  };
}

async function encodeAll(subject: Subject, what: string, items: readonly ImageItem[]): Promise<EncodedConditions[]> {
  const encoded: EncodedConditions[] = [];
  await inPieces(subject.watch, what, items.length, 1, async (at) => {
    encoded.push(await encodeOwn(subject, items[at]!, wordsOf(subject)));
  });
  return encoded;
}

/** The text expert's vectors of the images' first captions. */
export async function captionVectors(subject: Subject, items: readonly ImageItem[]): Promise<Vectors> {
  const rows: Float32Array[] = [];
  await inPieces(subject.watch, "captions", items.length, 1, async (at) => {
    rows.push((await encodeOwn(subject, items[at]!, ["caption"])).caption!.vector);
  });
  return stackRows(rows, subject.experts.get("caption")!.dims);
}

async function latentsOfSet(
  { translation: { target }, targetDigest, watch }: Subject,
  { folder, set }: EvaluationImages,
): Promise<Vectors> {
  const values = await encodeLatents(
    {
      folder,
      images: set,
      encode: (task) => encodeRows(task, set, { target }),
      onProgress: ({ what, done, total }) => watch.step(`latents of ${what}`, done, total),
    },
    { target, targetDigest },
  );
  return { values, dims: target.latentDims };
}
