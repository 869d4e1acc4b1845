/** Retrieved drawings in a colour: the same as without the cache, and made once for the same drawing and colour. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { colourNamedIn } from "../../server/engine/colour-words.ts";
import { recolourLatent, type Translation } from "../../server/engine/translation.ts";
import { keepRecoloured } from "../../server/packs/keep-recoloured.ts";

const sizePx = 2;
/** A latent of two values: the red and the alpha of a picture of one colour. */
function countingTarget() {
  const counts = { decoded: 0 };
  const target: Pick<Translation["target"], "decode" | "encode"> = {
    async decode(latent) {
      counts.decoded += 1;
      const [red, alpha] = latent;
      return Float32Array.from({ length: 4 * sizePx ** 2 }, (_, at) =>
        at < sizePx ** 2 ? red! * alpha! : at >= 3 * sizePx ** 2 ? alpha! : 0.1 * alpha!,
      );
    },
    encode: async (planes) => Float32Array.of(planes[0]!, planes[3 * sizePx ** 2]!),
  };
  return { target: target as Translation["target"], counts };
}
const [blue, green] = [colourNamedIn(["blue"]), colourNamedIn(["green"])];

test("a drawing in a colour is made once for the same drawing and colour, anew for others, and is what it is without the cache", async () => {
  const { target, counts } = countingTarget();
  const recoloured = keepRecoloured({ target });
  const latent = () => Float32Array.of(0.9, 0.8);
  const first = await recoloured(latent(), blue!);
  assert.deepEqual(await recoloured(latent(), blue!), first);
  assert.equal(counts.decoded, 1);
  await recoloured(latent(), green!);
  await recoloured(Float32Array.of(0.7, 0.8), blue!);
  assert.equal(counts.decoded, 3);
  assert.deepEqual(first, await recolourLatent({ target }, latent(), blue!));
});
