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
    "app apple-whole box buffer circle code command creative-commons css dev drop flow fly gem graph html image info layer less link mail " +
    "map markdown mix note origin pix pulse pushed ring rocket shell signal snowflake spark square stack target usb wave zoom " +
    "accessible-icon bitcoin bluetooth ethereum"
  ).split(" "),
);

const brandStems = new RegExp(
  `(^|-)(${[
    "logos?|brands?|google|facebook|microsoft|twitter|instagram|linkedin|youtube|whatsapp|pinterest|spotify|github|gitlab|paypal",
    "mastercard|visa|amazon|netflix|tiktok|snapchat|reddit|discord|dribbble|behance|figma|adobe|android|ios|airbnb|bitbucket|wordpress",
    "skype|slack|telegram|wechat|tencent|alipay|huawei|samsung|nvidia|intel|openai|chat-?gpt|claude|gemini|copilot|grok|mistral|siri",
    "500px|baidu|bilibili|bing|blackberry|blogger|bluesky|codepen|debian|deezer|deviantart|digg|disqus|docker|dropbox|drupal|evernote",
    "firefox|fiverr|flickr|foursquare|gmail|joomla|kickstarter|kubernetes|lego|linux|mastodon|monero|mongodb|myspace|napster|netlify",
    "nintendo|npm|odnoklassniki|olympics|pacman|patreon|playstation|pnpm|pokeball|postgresql|powershell|quora|redis|shopify|skillshare",
    "solana|soundcloud|squarespace|stackoverflow|stadia|stumbleupon|super-mario|tinder|trello|tumblr|typescript|ubisoft|ubuntu|unsplash",
    "vercel|viber|vimeo|wattpad|webflow|weibo|xbox|yahoo|yelp|zendesk|zhihu|browser-(chrome|edge|safari)|(share|social)-apple",
    "apple-(app-store|circle|filled|finder|intelligence|logo|mac|music|news|pay|reminder|shortcuts|small|solid|square|stocks|wallet)",
    "adonis|ant-design|audi|beatport|binance|chrome-filled|illustrator|mac-finder|onedrive|photoshop|picasa|vscode|dogecoin|litecoin|nodejs|notion|opera-mini|qq|react-solid|sina|taobao|vk|xrp",
    "(medium|opera|periscope|sketch|threads|vine|windows)-(alt|circle|ellipse|legacy|new|old|rectangle|small|square)",
  ].join("|")})(-|$)`,
);

/** What some sets put before the name of a brand, and no set before a thing's. */
const brandPrefix = /^(social|sc)-/;

/** Says whether a name is a brand's, given the names that sets of brands use. */
export const isBrand = (base: string, brandNames: ReadonlySet<string>): boolean => {
  const isListed = brandPrefix.test(base) || !plainWords.has(base);
  return brandStems.test(base) || (isListed && brandNames.has(base.replace(brandPrefix, "")));
};
