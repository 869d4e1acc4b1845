/** The selected icons, images and vectors alike, and what of the selection is left out. */
import { describeProblem, fill } from "../../i18n/texts.ts";
import { labelOf } from "../../plans/icons.ts";
import type { ViewProps } from "../view-props.ts";

interface SourcesProps extends ViewProps {
  /** Whether the layers themselves change, so that locked ones and instances are left out. */
  readonly isChanged?: boolean;
  /** The command takes so many, the first ones; absent: one or more. */
  readonly count?: 1 | 2;
}

export function IconSources({ controller, texts, isChanged, count }: SourcesProps) {
  const { icons, skippedIcons = [], unreadCount = 0 } = controller.state.scene;
  if (icons === undefined) return null;
  const left = isChanged ? icons.filter(({ problem }) => problem !== undefined) : [];
  const shown = icons.filter((icon) => !left.includes(icon)).slice(0, count);
  const needed = count === 1 ? texts.needIcon : count === 2 ? texts.needTwoIcons : texts.needIcons;
  const skipped = [
    ...skippedIcons,
    ...left.map(({ nodeId, nodeName, problem }) => ({ nodeId, nodeName, reason: problem! })),
  ];
  return (
    <>
      {shown.length < (count ?? 1) && <p class="notice">{needed}</p>}
      {shown.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by keys
        <ul class="icon-sources" tabIndex={0} aria-label={texts.images}>
          {shown.map((icon) => (
            <li key={icon.nodeId} title={icon.nodeName}>
              <img src={icon.url} alt="" />
              <span>{labelOf(icon) || icon.nodeName}</span>
            </li>
          ))}
        </ul>
      )}
      {/* Pictures hold no layers, and all else becomes vectors. */}
      {isChanged && shown.some(({ holdsLayers }) => holdsLayers) && <p class="hint">{texts.replacesInside}</p>}
      {count !== undefined && shown.length > 0 && icons.length > count && (
        <p class="hint">{fill(count === 1 ? texts.usesOne : texts.usesTwo, { n: icons.length })}</p>
      )}
      {unreadCount > 0 && <p class="hint">{fill(texts.unread, { n: unreadCount })}</p>}
      <SkippedIcons texts={texts} skipped={skipped} isOpen={shown.length === 0} />
    </>
  );
}

interface SkippedProps extends Pick<ViewProps, "texts"> {
  /** They are why nothing can be done. */
  readonly isOpen?: boolean;
  readonly skipped: readonly {
    readonly nodeId: string;
    readonly nodeName: string;
    readonly reason: Parameters<typeof describeProblem>[1];
  }[];
}

export function SkippedIcons({ texts, skipped, isOpen = false }: SkippedProps) {
  if (skipped.length === 0) return null;
  return (
    <details class="left-out" open={isOpen}>
      <summary>{fill(texts.untouched, { n: skipped.length })}</summary>
      <ul>
        {skipped.map(({ nodeId, nodeName, reason }) => (
          <li key={nodeId}>
            <strong>{nodeName}</strong> {describeProblem(texts, reason)}
          </li>
        ))}
      </ul>
    </details>
  );
}
