/** Other drawings for icons of the selection: which one, and the drawings that its words find. */
import { pickableLayers } from "../../plans/drawings.ts";
import { DrawingPicker } from "../drawing-picker.tsx";
import type { ViewProps } from "../view-props.ts";

export function DrawingsForm(props: ViewProps) {
  const { controller, texts } = props;
  const { picking, scene, meta } = controller.state;
  const layers = pickableLayers(controller.state);
  const chosen = picking?.of.kind === "layer" ? picking.of.nodeId : undefined;
  if (layers.length === 0)
    return <div class="form">{scene.icons && meta && <p class="notice">{texts.needWorded}</p>}</div>;
  return (
    <div class="form">
      <p class="hint">{texts.drawingsHint}</p>
      {layers.length > 1 && (
        <fieldset class="icon-sources" aria-label={texts.whichIcon}>
          {layers.map(({ icon, title, ...pickable }) => (
            <button
              key={icon.nodeId}
              type="button"
              aria-pressed={icon.nodeId === chosen}
              title={icon.nodeName}
              onClick={() => controller.drawings.open({ ...pickable, title })}
            >
              <img src={icon.url} alt="" draggable={false} />
              <span>{title}</span>
            </button>
          ))}
        </fieldset>
      )}
      {picking !== undefined && <DrawingPicker key={chosen} {...props} picking={picking} />}
    </div>
  );
}
