/** Baselines of PyPI: their process, by a network of one layer in ncnn's format; and what is said where something is missing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { Pixels } from "../../../server/engine/interfaces.ts";
import { openNcnnBaselines } from "../../../server/evaluation/upscaling/ncnn-baselines.ts";
import { writeFiles } from "../../fixtures/image-folder.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const home = temporaryFolder("ncnn");

const pretrain = fileURLToPath(new URL("../../../server/pretrain", import.meta.url));
const python = join(pretrain, ".cache/venv/bin/python");
const hasNcnn = existsSync(python) && spawnSync(python, ["-c", "import ncnn, numpy"]).status === 0;

/** A network that repeats pixels, under the name of one that is compared with. */
const repeating = "7767517\n2 2\nInput input 0 1 data\nInterp larger 1 1 data output 0=1 1=4.0 2=4.0\n";
const input: Pixels = {
  rgba: Uint8Array.from({ length: 4 * 5 * 3 }, (_, at) => (at % 4 === 3 ? 255 : 7 * at)),
  widthPx: 5,
  heightPx: 3,
};

describe("baselines of PyPI", () => {
  it("baselines of PyPI say what is missing", async () => {
    assert.match(String(openNcnnBaselines(join(home, "nowhere"))), /needs their networks: `python .*fetch_ncnn.py`/);
    const bare = await writeFiles(join(home, "bare"), { ".cache/super-resolution/ncnn/realesrgan-x4plus.bin": "" });
    assert.match(String(openNcnnBaselines(bare)), /needs a Python with ncnn at .*venv/);
  });

  it(
    "a baseline of PyPI gives the pixels of its network, and an error for a factor that it lacks",
    hasNcnn ? {} : { skip: `no ncnn at ${python} (server/pretrain/requirements.txt)` },
    async () => {
      const files = ".cache/super-resolution/ncnn/realesrgan-x4plus";
      const folder = await writeFiles(join(home, "small"), { [`${files}.bin`]: "", [`${files}.param`]: repeating });
      await mkdir(join(folder, "super-resolution/baselines"), { recursive: true });
      await mkdir(join(folder, ".cache/venv/bin"), { recursive: true });
      await copyFile(
        join(pretrain, "super-resolution/baselines/ncnn_baselines.py"),
        join(folder, "super-resolution/baselines/ncnn_baselines.py"),
      );
      // By its own path: a virtual environment is found from where its Python lies.
      await writeFiles(folder, { ".cache/venv/bin/run": `#!/bin/sh\nexec "${python}" "$@"\n` });
      await symlink("run", join(folder, ".cache/venv/bin/python"));
      spawnSync("chmod", ["+x", join(folder, ".cache/venv/bin/run")]);
      const baselines = openNcnnBaselines(folder, 1);
      assert.ok(typeof baselines !== "string", String(baselines));
      try {
        const { picture, seconds, peakBytes } = await baselines.draw("realesrgan-x4plus", input, 4);
        assert.deepEqual([picture.widthPx, picture.heightPx], [20, 12]);
        for (let y = 0; y < 12; y += 1)
          for (let x = 0; x < 20; x += 1)
            for (let channel = 0; channel < 4; channel += 1)
              assert.equal(
                picture.rgba[4 * (20 * y + x) + channel],
                input.rgba[4 * (5 * (y >> 2) + (x >> 2)) + channel],
              );
        assert.ok(seconds > 0 && peakBytes > 1e6);
        await assert.rejects(baselines.draw("realesrgan-x4plus", input, 2), {
          code: "inference_crashed",
          message: /realesrgan-x4plus ×2 on ncnn: .*expected a network and a factor that it has/,
        });
      } finally {
        baselines.close();
      }
    },
  );
});
