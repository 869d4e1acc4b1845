/** Redraw a part: one icon on the pad, the part painted over, and the style that it is drawn in. */
import { limits } from "../../../../shared/limits.ts";
import { svgOf } from "../../pad/strokes.ts";
import { upright } from "../../plans/icons.ts";
import { Slider } from "../controls.tsx";
import type { ViewProps } from "../view-props.ts";
import { IconSources } from "./icon-sources.tsx";
import { Pad } from "./pad.tsx";
import { StyleField } from "./style-field.tsx";

/** Width of the brush in px of the pad: a cell of the flow's grid is 16. */
const brushPx = 32;
/** What is light and opaque in a mask is drawn anew. */
const marked = "#ffffff";

export function RedrawForm(props: ViewProps) {
  const { controller, texts } = props;
  const { scene, drawn, form } = controller.state;
  const icons = scene.icons?.filter(({ problem }) => problem === undefined).map(upright) ?? [];
  const [icon] = icons;
  return (
    <div class="form">
      {icon === undefined ? (
        <IconSources {...props} isChanged count={1} />
      ) : (
        <Pad
          key={icon.url}
          texts={texts}
          label={texts.maskPad}
          pen={{ colour: marked, width: brushPx }}
          backdrop={icon.url}
          isBackdropKept
          isMask
          first={drawn?.strokes}
          // Of several, the first alone is drawn anew.
          hintOf={() => (icons.length > 1 ? `${icon.nodeName} (1 / ${icons.length}). ` : "") + texts.maskHint}
          onStrokes={(strokes) => controller.setDrawing(icon.nodeName, svgOf(strokes), strokes)}
        />
      )}
      {icon?.holdsLayers && <p class="hint">{texts.replacesInside}</p>}
      <StyleField {...props} anyStyle={texts.styleOfIcon} isRedrawnOnly />
      <Slider
        id="redraw-variety"
        label={texts.variety}
        hint={texts.varietyHint}
        value={form.redrawVariety}
        max={limits.temperatureMax}
        onChange={(redrawVariety) => controller.editForm({ redrawVariety })}
      />
    </div>
  );
}
