/** The preview: images by caption, each with its rank by likelihood and its seed, to keep or to leave. */
import { useState } from "preact/hooks";
import { fill } from "../i18n/texts.ts";
import { keptImages, type ResultImage } from "../state.ts";
import { Icon } from "./icons.tsx";
import type { ViewProps } from "./view-props.ts";

export function Results(props: ViewProps) {
  const { controller, texts } = props;
  const { results, appliedCount } = controller.state;
  const total = results.reduce((sum, { images }) => sum + images.length, 0);
  const isAll = keptImages(controller.state).length === total;
  return (
    <section class="results">
      {appliedCount > 0 ? (
        <p class="applied" role="status">
          <Icon name="check" />
          {fill(texts.applied, { n: appliedCount })}
        </p>
      ) : (
        total > 1 && (
          <button type="button" class="button link" onClick={() => controller.keepAll(!isAll)}>
            {isAll ? texts.keepNone : texts.keepAll}
          </button>
        )
      )}
      {results.map(({ caption, images }) => (
        <div key={images[0]?.key ?? caption} class="set">
          <h2>{caption}</h2>
          <ul class={images.length === 1 ? "grid single" : images.length > 6 ? "grid dense" : "grid"}>
            {images.map((image) => (
              <Tile key={image.key} {...props} image={image} count={images.length} spread={spreadOf(images)} />
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

interface Spread {
  readonly min: number;
  readonly max: number;
}
const spreadOf = (images: readonly ResultImage[]): Spread => {
  const nats = images.map(({ natsPerDimension }) => natsPerDimension);
  return { min: Math.min(...nats), max: Math.max(...nats) };
};

interface TileProps extends ViewProps {
  readonly image: ResultImage;
  readonly count: number;
  readonly spread: Spread;
}

function Tile({ controller, texts, image, count, spread }: TileProps) {
  const [isCopied, setCopied] = useState(false);
  const { seed } = image.provenance;
  const isLocked = controller.state.appliedCount > 0;
  const typicality = spread.max === spread.min ? 1 : (spread.max - image.natsPerDimension) / (spread.max - spread.min);
  const rankText = fill(texts.rank, { rank: image.rank, n: count, nats: image.natsPerDimension.toFixed(3) });
  return (
    <li class={image.isKept ? "tile kept" : "tile"}>
      <label class="picture">
        <input
          type="checkbox"
          checked={image.isKept}
          disabled={isLocked}
          aria-label={fill(texts.keep, { rank: image.rank, seed })}
          onChange={() => controller.toggleKeep(image.key)}
        />
        <img src={image.url} alt={`${image.provenance.condition.caption ?? ""} (${rankText})`} draggable={false} />
        <span class="mark">{image.isKept && <Icon name="check" />}</span>
      </label>
      <div class="meta">
        {count > 1 && (
          <span class="rank" title={image.rank === 1 ? `${texts.mostLikely}. ${rankText}` : rankText}>
            #{image.rank}
            <span class="bar" style={{ "--share": `${Math.round(15 + 85 * typicality)}%` }} />
          </span>
        )}
        <button
          type="button"
          class="seed"
          title={fill(texts.seedCopy, { seed })}
          aria-label={isCopied ? texts.seedCopied : fill(texts.seedCopy, { seed })}
          onClick={() => {
            setCopied(controller.copySeed(seed));
            setTimeout(() => setCopied(false), 1500);
          }}
        >
          <span>{seed}</span>
          <Icon name={isCopied ? "check" : "copy"} />
        </button>
      </div>
    </li>
  );
}
