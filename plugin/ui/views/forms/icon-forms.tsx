/** Forms of commands on selected icons: restyle, vectorise, components, recolour. */

import { iconSizesPx } from "../../../../shared/messages/vector-messages.ts";
import { isRedrawn } from "../../client/style-choice.ts";
import { choiceFor, readsCaption } from "../../client/translations.ts";
import { fill } from "../../i18n/texts.ts";
import { changesFor, paletteOf, withPalette } from "../../palettes.ts";
import { showsOwnStyle } from "../../plans/icons.ts";
import { hasImages } from "../../plans/prepare.ts";
import type { ViewProps } from "../view-props.ts";
import { CaptionLine, ChoiceField } from "./common-fields.tsx";
import { IconSources, SkippedIcons } from "./icon-sources.tsx";
import { InsertAsField, PaletteField } from "./palette-field.tsx";
import { StyleField } from "./style-field.tsx";
import { spoilsVectors } from "./style-groups.ts";

export function IconForm(props: ViewProps) {
  const { controller, texts } = props;
  const { meta, command, form, scene } = controller.state;
  const isChanged = command === "restyle" || (command === "vectorise" && form.vectorsGo === "in-place");
  const style = choiceFor(meta, command, form);
  if (command === "recolour") return <RecolourForm {...props} />;
  return (
    <div class="form">
      <IconSources {...props} isChanged={isChanged} />
      {command === "restyle" && (
        <>
          {showsOwnStyle(controller.state) && form.caption.trim() === "" && <p class="notice">{texts.showTheStyle}</p>}
          <StyleField {...props} />
          {spoilsVectors(controller.state, style) && <p class="notice">{texts.spoilsVectors}</p>}
          {readsCaption(meta, command, style) && (
            <CaptionLine controller={controller} label={isRedrawn(style) ? texts.badge : texts.otherCaption} />
          )}
          {readsCaption(meta, command, style) && isRedrawn(style) && <BadgeChips {...props} />}
          {hasImages(scene.icons ?? []) && <InsertAsField {...props} />}
        </>
      )}
      {command === "vectorise" && (
        <>
          <ChoiceField
            id="vectors-go"
            label={texts.vectorsGo}
            value={form.vectorsGo}
            choices={[
              ["beside", texts.goBeside],
              ["in-place", texts.goInPlace],
            ]}
            onChange={(place) => controller.editForm({ vectorsGo: place === "in-place" ? "in-place" : "beside" })}
          />
          <PaletteField {...props} />
        </>
      )}
      {command === "components" && <p class="hint">{fill(texts.componentsHint, { sizes: iconSizesPx.join(", ") })}</p>}
    </div>
  );
}

/** Badges that fill the field; the chosen one again empties it. */
function BadgeChips({ controller, texts }: ViewProps) {
  const { caption } = controller.state.form;
  return (
    <fieldset class="chips" aria-label={texts.badge}>
      {texts.badgeHints.split("|").map((badge) => (
        <button
          key={badge}
          type="button"
          class="chip"
          aria-pressed={caption.trim() === badge}
          onClick={() => controller.editForm({ caption: caption.trim() === badge ? "" : badge })}
        >
          {badge}
        </button>
      ))}
    </fieldset>
  );
}

function RecolourForm(props: ViewProps) {
  const { controller, texts } = props;
  const { scene, form, collections } = controller.state;
  const { used = [], skippedIcons = [] } = scene;
  const palette = paletteOf(withPalette(form, collections), collections);
  const changes = palette === undefined ? [] : changesFor(used, palette, form.recolourHow);
  const targetOf = (hex: string): string | undefined => changes.find(({ from }) => from === hex)?.to;
  const nameOf = (hex: string): string => palette?.names[palette.hexes.indexOf(hex)] ?? hex;
  return (
    <div class="form">
      <PaletteField {...props} isNeeded />
      {scene.used !== undefined && used.length === 0 && <p class="notice">{texts.needVectors}</p>}
      {used.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by keys
        <ul class="mapping" tabIndex={0} aria-label={texts.usedColours}>
          {used.map(({ hex }) => {
            const to = targetOf(hex);
            return (
              <li key={hex}>
                <span class="swatch" style={{ background: hex }} />
                <span>{hex}</span>
                <span aria-hidden="true">→</span>
                {to === undefined ? (
                  <span class="hint">{texts.staysRaw}</span>
                ) : (
                  <>
                    <span class="swatch" style={{ background: to }} />
                    <span>{nameOf(to)}</span>
                  </>
                )}
              </li>
            );
          })}
        </ul>
      )}
      <SkippedIcons texts={texts} skipped={skippedIcons} isOpen={used.length === 0} />
    </div>
  );
}
