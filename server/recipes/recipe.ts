/**
 * The systems of the paper (Rombach, Esser, Ommer 2020, arXiv 2005.13580) as recipes: which experts are joined, what τ is fitted on, and
 * what the paper reports for it. To add one: a line here.
 */
import type { FlowConditionName } from "../../shared/contract/conditions.ts";
import type { ImportKind } from "../importers/kinds.ts";

export interface Recipe {
  readonly summary: string;
  /** Kinds of import that the target may come from. */
  readonly target: readonly ImportKind[];
  readonly condition: {
    readonly name: FlowConditionName;
    /** Kinds of import that Φ may come from; empty = labels, which need no network. */
    readonly from: readonly ImportKind[];
    /** Which of an import's declarations, by the end of its name. */
    readonly variant?: string;
  };
  /** `draws`: the target's own images, none are needed. `images`: a folder. `groups`: a folder with one subfolder a label. */
  readonly data: "draws" | "images" | "groups";
  /** What the paper reports. */
  readonly paper: string;
}

export const recipes = {
  "bert-to-biggan": {
    summary: "captions to images: a sentence encoder and BigGAN, joined without any image",
    target: ["biggan", "biggan-deep"],
    condition: { name: "caption", from: ["sentence-encoder"] },
    data: "draws",
    paper: "Table 1, COCO: IS 34.7 ± 0.3, FID 30.63 (captions by a captioner, not names of classes)",
  },
  "resnet-to-biggan": {
    summary: "images like an image, as a ResNet sees it, drawn by BigGAN",
    target: ["biggan", "biggan-deep"],
    condition: { name: "image-last", from: ["resnet"] },
    data: "draws",
    paper: "no figures; the networks of CompVis/invariances",
  },
  "deeplab-to-autoencoder": {
    summary: "label maps to images: DeepLab and an autoencoder",
    target: ["bigae"],
    condition: { name: "image-middle", from: ["deeplabv3"], variant: "-labels" },
    data: "images",
    paper:
      "Figure 3, no figures; Figure 5 by depth on animals: FID of the cINN 34.0, 23.4, 27.6, of an MLP 24.2, 25.6, 264.0",
  },
  "autoencoder-superresolution": {
    summary: "small images to large ones: the code of a small autoencoder and a large one",
    target: ["bigae"],
    condition: { name: "lowResolution", from: ["basicae"] },
    data: "images",
    paper: "Figure 4, no figures",
  },
  faces: {
    summary: "attributes changed at kept residual: labels and an autoencoder of faces",
    target: ["bigae"],
    condition: { name: "label", from: [] },
    data: "groups",
    paper: "Figure 6, FID: hair 15.18, glasses 37.32, gender 16.38, beard 12.02, age 10.77, smiling 9.57",
  },
  "unpaired-domains": {
    summary: "a picture in another domain, without pairs: labels of domains and a joint autoencoder",
    target: ["bigae"],
    condition: { name: "style", from: [] },
    data: "groups",
    paper: "Figures 8, 10 and 11, no figures",
  },
} as const satisfies Record<string, Recipe>;

export type RecipeName = keyof typeof recipes;

/** What `tau recipes run` does unless flags say otherwise. */
export const recipeDefaults = { samples: 20_000, steps: 3000, batch: 256, learningRate: 1e-3, measured: 500 } as const;

export const recipeNames = Object.keys(recipes) as RecipeName[];
