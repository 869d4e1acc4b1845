/**
 * Which sets of `@iconify/json` may be drawn: permissive licences, no brands, no flags, none that reviewers keep for themselves.
 * Decides by the entries of collections.json alone; does not read any drawing. Licences are SPDX names, as those entries give them.
 */

/** What collections.json says about one set. */
export interface Collection {
  readonly name: string;
  readonly total: number;
  readonly category?: string;
  readonly palette: boolean;
  readonly author: { readonly name: string; readonly url?: string };
  readonly license: { readonly title: string; readonly spdx?: string; readonly url?: string };
}

/** Licences without share-alike or copyleft terms. OFL (fonts) and MPL are left out to be safe. */
export const permissiveLicences: ReadonlySet<string> = new Set([
  "MIT",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "CC-BY-3.0",
  "CC-BY-4.0",
  "Unlicense",
]);

/** Kept for reviewers: never rendered, never measured on. */
export const reservedSets: ReadonlySet<string> = new Set([
  "streamline-freehand",
  "streamline-freehand-color",
  "keyline-icons",
  "lets-icons",
]);

/** Trademarks and flags, or animations and copies of another set's drawings. */
const unwantedSets: ReadonlySet<string> = new Set([
  ...["circle-flags", "flag", "flagpack", "cif", "geo", "svg-spinners", "bitcoin-icons", "ginetex"],
  ...["fa6-solid", "fa6-regular", "fa-solid", "fa-regular", "heroicons-outline", "heroicons-solid", "pepicons"],
  ...["fa-brands", "fa6-brands", "fa7-brands"],
]);

/** The one set among "Programming" that draws an interface, not brands. */
const programmingSets: ReadonlySet<string> = new Set(["codicon"]);

/** Why a set is not drawn, or undefined where it is. */
export function reasonToSkip(set: string, { category, license }: Collection): string | undefined {
  if (reservedSets.has(set)) return "reserved for reviewers";
  if (license.spdx === undefined || !permissiveLicences.has(license.spdx))
    return `licence ${license.spdx ?? "unknown"}`;
  if (category === "Logos" || (category === "Programming" && !programmingSets.has(set))) return "brands";
  if (unwantedSets.has(set)) return "flags, animations or copies";
  return undefined;
}

/** Categories of a set's own metadata that hold brands. */
export const isBrandCategory = (category: string): boolean =>
  /brand|logo|social|crypto|payment|company/i.test(category);

/** Words that are brands elsewhere and things here. */
const plainWords: ReadonlySet<string> = new Set(
  (
    "app apple-whole box buffer circle code command creative-commons css dev drop edge flow fly gem go graph html image info layer less " +
    "linear link mail map markdown medium meta mix note notion origin page4 pix pocket pulse pushed ring rocket rust safari shell signal " +
    "snowflake spark square stack swift target unity usb vine wave windows zoom accessible-icon bitcoin bluetooth ethereum"
  ).split(" "),
);

const brandStems =
  /(^|-)(logos?|brands?|google|facebook|microsoft|twitter|instagram|linkedin|youtube|whatsapp|pinterest|spotify|github|gitlab|paypal|mastercard|visa|amazon|netflix|tiktok|snapchat|reddit|discord|dribbble|behance|figma|adobe|android|ios|airbnb|bitbucket|wordpress|skype|slack|telegram|wechat|tencent|alipay|huawei|samsung|nvidia|intel|openai|chatgpt|claude|gemini|apple-(logo|pay|music))(-|$)/;

/** Says whether a name is a brand's, given the names that sets of brands use. */
export const isBrand = (base: string, brandNames: ReadonlySet<string>): boolean =>
  brandStems.test(base) || (brandNames.has(base) && !plainWords.has(base));
