/** The preview: images by caption, the most likely first, each with its seed, to keep or to leave. */
import { useRef, useState } from "preact/hooks";
import { attributionOf } from "../../../shared/contract/generations/attribution.ts";
import { shownCaption } from "../../../shared/contract/shown-caption.ts";
import { isDoubtful, typicalityOf } from "../doubt.ts";
import { decimal, fill } from "../i18n/texts.ts";
import { pickableResult } from "../plans/drawings.ts";
import type { ResultImage, ResultSet } from "../state/results.ts";
import { keptImages } from "../state/state.ts";
import { IconButton } from "./controls.tsx";
import { useDragOut } from "./drag-out.ts";
import { DrawingPicker } from "./drawing-picker.tsx";
import { Icon } from "./icons.tsx";
import type { ViewProps } from "./view-props.ts";

export function Results(props: ViewProps) {
  const { controller, texts } = props;
  const { results, appliedCount } = controller.state;
  const total = results.flatMap(({ images }) => images).filter(({ destination }) => destination.kind !== "none").length;
  const isAll = keptImages(controller.state).length === total;
  if (results.length > 1 && results.every(isOneWithoutWords))
    return (
      <section class="results">
        <ul class={gridClass(total)}>
          {results.map(({ title, images: [image] }) => (
            <Tile
              key={image!.key}
              {...props}
              image={{ ...image!, name: image!.name ?? title }}
              title={title}
              count={1}
            />
          ))}
        </ul>
        <Sources texts={texts} images={results.flatMap(({ images }) => images)} />
      </section>
    );
  return (
    <section class="results">
      {total > 1 && appliedCount === 0 && (
        <button type="button" class="button link" onClick={() => controller.keepAll(!isAll)}>
          {isAll ? texts.keepNone : fill(texts.keepAll, { n: total })}
        </button>
      )}
      {results.map((set) => (
        <div key={set.images[0]?.key ?? set.index} class="set">
          <h2>{set.title}</h2>
          <Doubts {...props} set={set} />
          <ul class={gridClass(set.images.length) + (isEnlarged(set) ? " large" : "")}>
            {set.images.map(({ name, ...image }) => (
              <Tile
                key={image.key}
                {...props}
                // What the heading says is not said twice.
                image={name === undefined || name === set.title ? image : { ...image, name }}
                title={set.title}
                count={set.images.length}
              />
            ))}
          </ul>
          <Sources texts={texts} images={set.images} />
        </div>
      ))}
    </section>
  );
}

/** A set for a layer of the selection, about which there is nothing to say: together they are one grid. */
function isOneWithoutWords({ images, doubts, namedLabels }: ResultSet): boolean {
  const [{ name, drawn } = {}, another] = images;
  const { condition = {} } = drawn?.provenance ?? {};
  const { label } = condition;
  const isOfDrawing =
    drawn !== undefined && shownCaption(condition) === undefined && doubts.length + namedLabels.length === 0;
  return another === undefined && (name !== undefined || label != null || isOfDrawing);
}

const isEnlarged = ({ images }: ResultSet): boolean => images.some(({ destination }) => destination.kind === "fills");

/** Whose drawings the images started from: what their licences ask to be named. */
function Sources({ texts, images }: Pick<ViewProps, "texts"> & { readonly images: readonly ResultImage[] }) {
  const named = images.flatMap(({ drawn }) => drawn?.provenance.sources ?? []);
  const lines = [...new Set(named.map((source) => attributionOf([source])))];
  if (lines.length === 0) return null;
  return (
    <details class="left-out">
      <summary>{fill(texts.drawnFrom, { n: lines.length })}</summary>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}

export const gridClass = (count: number): string => (count === 1 ? "grid single" : count > 6 ? "grid dense" : "grid");

/** What the server itself doubts, in words, before anything is placed. */
function Doubts({ texts, controller, set }: ViewProps & { readonly set: ResultSet }) {
  const { labels = [] } =
    controller.state.meta?.packs
      .flatMap(({ translations }) => translations)
      .find(({ id }) => set.images.some(({ drawn }) => drawn?.provenance.translation === id)) ?? {};
  const nameOf = (id: string): string => labels.find((label) => label.id === id)?.label ?? id;
  const isCaptioned = set.images.some(({ drawn }) => drawn?.provenance.condition.caption !== undefined);
  // A family and traced layers were not looked at in this way.
  const isUnnamed = set.generationId !== undefined && isCaptioned && labels.length > 0 && set.namedLabels.length === 0;
  return (
    <>
      {set.namedLabels.length > 0 && (
        <p class="hint">{fill(texts.drawnAs, { label: set.namedLabels.map(nameOf).join(", ") })}</p>
      )}
      {set.unfoundWords && <p class="hint">{fill(texts.unfoundWords, { words: set.unfoundWords.join(", ") })}</p>}
      {set.doubts.length > 0 && (
        <p class="doubt">
          <Icon name="warning" />
          {texts.doubtful}
        </p>
      )}
      {isDoubtful(set) && set.images.every(({ isKept }) => !isKept) && <p class="hint">{texts.notSelected}</p>}
      {isUnnamed && set.doubts.length === 0 && <p class="hint">{texts.unnamed}</p>}
    </>
  );
}

interface TileProps extends ViewProps {
  readonly image: ResultImage;
  readonly title: string;
  readonly count: number;
}

function Tile(props: TileProps) {
  const { controller, texts, image, title, count } = props;
  const [isCopied, setCopied] = useState(false);
  const tile = useRef<HTMLLIElement>(null);
  const { meta, picking, run } = controller.state;
  const pickable = pickableResult(meta, image, title);
  const isPicking = picking?.of.kind === "result" && picking.of.key === image.key;
  const closePicker = (): void => {
    controller.drawings.close();
    tile.current?.querySelector<HTMLElement>("[aria-expanded]")?.focus();
  };
  const { seed, drawn, destination } = image;
  const typicality = drawn && typicalityOf(drawn.typicalityPercentile);
  const rank = drawn?.rank === undefined ? undefined : fill(texts.rank, { rank: drawn.rank, n: count });
  const details =
    drawn?.natsPerDimension === undefined
      ? undefined
      : fill(texts.rankDetails, { nats: decimal(drawn.natsPerDimension, 3) });
  const isMap = destination.kind === "none";
  const dragOut = useDragOut((place) => controller.dropImage(image, title, place));
  // An enlarged image belongs in the fills that it was made for.
  const canGoOut = drawn !== undefined || image.vector !== undefined;
  const alt = isMap
    ? texts.varianceMap
    : [image.name ?? title, rank, typicality && texts.typicality[typicality]].filter(Boolean).join(", ");
  return (
    <>
      <li ref={tile} class={image.isKept ? "tile kept" : "tile"}>
        {isMap ? (
          <div class="picture">
            <img src={image.url} alt={alt} draggable={false} />
          </div>
        ) : (
          <label class="picture" {...(canGoOut && dragOut)}>
            <input
              type="checkbox"
              checked={image.isKept}
              aria-label={image.name ?? fill(texts.keep, { rank: drawn?.rank ?? 1, seed })}
              onChange={() => controller.toggleKeep(image.key)}
            />
            <img src={image.url} alt={alt} draggable={false} />
            <span class="mark">{image.isKept && <Icon name="check" />}</span>
          </label>
        )}
        {isMap && <HeatLegend />}
        <div class="meta">
          {isMap ? (
            <span class="hint">{texts.varianceMap}</span>
          ) : (
            <>
              {typicality !== undefined && typicality !== "usual" && (
                <span class="hint" title={details}>
                  {texts.typicality[typicality]}
                </span>
              )}
              {typicality === undefined || typicality === "usual" ? (
                <span class="rank" title={details}>
                  {image.name ??
                    (count > 1 &&
                      drawn?.rank !== undefined &&
                      drawn.provenance.frame === undefined &&
                      (drawn.rank === 1 ? texts.mostLikely : `#${drawn.rank}`))}
                </span>
              ) : null}
              {(drawn !== undefined || destination.kind === "fills") && (
                <button
                  type="button"
                  class="seed"
                  title={fill(texts.seedCopy, { seed })}
                  aria-label={isCopied ? texts.seedCopied : fill(texts.seedCopy, { seed })}
                  onClick={() => {
                    setCopied(controller.copy(String(seed)));
                    setTimeout(() => setCopied(false), 1500);
                  }}
                >
                  <span>{seed}</span>
                  <Icon name={isCopied ? "check" : "copy"} />
                </button>
              )}
              {pickable !== undefined && (
                <IconButton
                  icon="drawings"
                  label={texts.commands.drawings}
                  isExpanded={isPicking}
                  isDisabled={run !== undefined}
                  onClick={() => (isPicking ? closePicker() : controller.drawings.open(pickable))}
                />
              )}
            </>
          )}
        </div>
      </li>
      {isPicking && (
        <li class="picker">
          <DrawingPicker {...props} picking={picking} onClose={closePicker} />
        </li>
      )}
    </>
  );
}

/** Colours of the map, which small maps say too small or not at all: expected error in levels of 255. */
const HeatLegend = () => (
  <p class="heat">
    <span>±0</span>
    <span>±16</span>
    <span>±32 / 255</span>
  </p>
);
