/** What ends a failure, and what ends a word that was meant for one command. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure, type FailureCode, failureOfProblem } from "../../../plugin/ui/client/failure.ts";
import { describeFailure, languages } from "../../../plugin/ui/i18n/texts.ts";
import type { Action } from "../../../plugin/ui/state/actions.ts";
import { readForm } from "../../../plugin/ui/state/form.ts";
import { reduce } from "../../../plugin/ui/state/reduce.ts";
import { initialState } from "../../../plugin/ui/state/state.ts";
import { selectorOf } from "../../../plugin/ui/views/failed-field.ts";
import { AppError, toProblem } from "../../../shared/problem.ts";
import { startContractServer } from "../contract/contract-server.ts";
import { connectedController } from "./connected-controller.ts";

const failed = (code: FailureCode): Action => ({ type: "failed", failure: new Failure(code, "") });
const after = (...actions: Action[]) => actions.reduce(reduce, initialState);
const cures: Readonly<Record<string, Action>> = {
  "another selection": { type: "selection", selection: { texts: [], images: [], layerCount: 1, key: "" } },
  "another form": { type: "form", change: { label: "key" } },
  "strokes on the pad": { type: "drawn", drawn: { name: "", svg: "<svg/>", strokes: [] } },
  "a drawing": { type: "scene", scene: { drawing: { name: "", svg: "<svg/>" } } },
};

for (const [name, cure] of Object.entries(cures))
  test(`${name} ends a failure that it cures, and none of the connection`, () => {
    assert.equal(after(failed("selection_missing"), cure).failure, undefined);
    assert.equal(after(failed("style_icons_missing"), cure).failure, undefined);
    assert.equal(after(failed("sketch_empty"), cure).failure, undefined);
    assert.equal(after(failed("unreachable"), cure).failure?.code, "unreachable");
  });

test("other styles of the file end a failure of these styles, and none of the start", () => {
  const shown: Action = { type: "shown", shown: [] };
  for (const code of ["style_gone", "styles_full", "style_icons_missing"] as const)
    assert.equal(after(failed(code), shown).failure, undefined);
  for (const code of ["selection_missing", "caption_empty", "unreachable"] as const)
    assert.equal(after(failed(code), shown).failure?.code, code);
});

test("a drawing without a stroke leads to the selection that it came from, else to the pad", () => {
  for (const code of ["sketch_empty", "layout_invalid"] as const)
    assert.equal(
      selectorOf({ code, field: "condition.sketch" }),
      "#selected-drawing, .form:not(:has(#selected-drawing)) svg.pad",
    );
});

test("a limit of licences that leaves no drawing is said as such in every language", () => {
  const problem = toProblem(new AppError("invalid_request", "expected none", { field: "licences" }));
  const { code } = failureOfProblem(problem, true);
  for (const [name, texts] of Object.entries(languages))
    assert.match(describeFailure(texts, code)[0], /licen|lizenz|ライセンス/i, name);
  const other = toProblem(new AppError("invalid_request", "expected a number", { field: "count" }));
  assert.equal(failureOfProblem(other, true).code, "invalid_request");
});

test("a file full of styles leads to what removes one, else to the list of styles", () => {
  const [first, second, ...more] = selectorOf({ code: "styles_full", field: undefined })!.split(", ");
  assert.deepEqual([first, second, more], ["#remove-style", ".form:not(:has(#remove-style)) #style", []]);
});

test("what main reads again by itself ends no failure", () => {
  const read: Action = { type: "scene", scene: { sources: [] } };
  assert.equal(after(failed("selection_missing"), read).failure?.code, "selection_missing");
});

test("what one command was to show is no word of the next, nor of the next start", () => {
  const sun: Action = { type: "form", change: { caption: "sun", captions: "red apple" } };
  const { form } = after({ type: "command", command: "sketch" }, sun, { type: "command", command: "restyle" });
  assert.deepEqual([form.caption, form.captions], ["", "red apple"]);
  const back = after(
    sun,
    { type: "command", command: "settings" },
    { type: "command", command: "caption-to-artboard" },
  );
  assert.equal(back.form.caption, "sun", "settings are no other command");
  for (const aside of ["settings", "history", "help"] as const) {
    const sketched = after({ type: "command", command: "sketch" }, sun, { type: "command", command: aside });
    assert.equal(sketched.work, "sketch", "where they lead back to");
    assert.equal(reduce(sketched, { type: "command", command: "sketch" }).form.caption, "sun");
    assert.equal(reduce(sketched, { type: "command", command: "restyle" }).form.caption, "");
  }
  assert.equal(readForm({ caption: "sun" }).caption, "");
});

test("a button of a layer that an editor can't do says so, and does not blame the server", async () => {
  const server = await startContractServer();
  try {
    for (const editor of ["figjam", "slides"] as const) {
      const controller = await connectedController(server, {}, editor);
      controller.show("components");
      await controller.generate();
      assert.equal(controller.state.failure?.code, "editor_unable");
    }
  } finally {
    await server.close();
  }
});
