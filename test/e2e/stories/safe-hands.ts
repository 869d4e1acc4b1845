/** Nothing lost, nothing damaged, every cause named: one story a promise. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { defaultPort, defaultServerUrl } from "../../../shared/messages/settings.ts";
import { picture, type Stage, type Story } from "./story.ts";

async function addOne({ ui, generate, page }: Stage, caption: string): Promise<void> {
  await ui.getByLabel("Images", { exact: true }).fill("1");
  await ui.getByLabel("Images", { exact: true }).press("Tab");
  await generate(caption);
  await page.locator("#layers .layer", { hasText: `${caption} 1` }).waitFor();
  await ui.locator(".applied").waitFor();
}

const hashOf = ({ page }: Stage, index = 0): Promise<string | null> =>
  page.locator(".node.rectangle[data-image]").nth(index).getAttribute("data-image");

const redrawKeepsLayer: Story = {
  name: "redraw-keeps-the-layer",
  run: async (stage) => {
    const { page, ui, select, step, preview } = stage;
    await addOne(stage, "red apple");
    await addOne(stage, "green tree");
    await preview();
    await select("red apple 1");
    const inspector = page.locator("#inspector");
    await inspector.getByLabel("Opacity").fill("0.5");
    await inspector.getByLabel("Opacity").press("Enter");
    await inspector.getByLabel("Rotation").fill("20");
    await inspector.getByLabel("Rotation").press("Enter");
    await inspector.getByLabel("Rotation").press("Tab");
    await inspector.getByRole("combobox").selectOption("FIT");
    await page.getByRole("button", { name: "Lock green tree 1" }).click({ force: true });
    await select("red apple 1", "green tree 1");
    const before = [await hashOf(stage, 0), await hashOf(stage, 1)];
    await step("before");
    await page.getByRole("button", { name: "Redraw" }).click();
    await ui.getByRole("button", { name: "Put into layers (2)" }).click();
    await ui.getByText("is locked").waitFor();
    await step("redrawn");
    assert.notEqual(await hashOf(stage, 0), before[0]);
    assert.equal(await hashOf(stage, 1), before[1], "the locked layer is as it was");
    await select("red apple 1");
    assert.equal(await inspector.getByLabel("Opacity").inputValue(), "0.5");
    assert.equal(await inspector.getByLabel("Rotation").inputValue(), "20");
    assert.equal(await inspector.getByRole("combobox").inputValue(), "FIT");
  },
};

const makeAgain: Story = {
  name: "make-again-gives-the-same-bytes",
  run: async (stage) => {
    const { page, ui, select, step } = stage;
    await addOne(stage, "blue fish");
    const before = await hashOf(stage);
    await select("blue fish 1");
    await page.getByRole("button", { name: "Make again" }).click();
    await ui.getByText("came out with the same bytes").waitFor();
    await step("same");
    assert.equal(await hashOf(stage), before);
  },
};

const lostPicture: Story = {
  name: "a-lost-picture-is-drawn-from-its-layer",
  isLong: true,
  run: async ({ page, ui, select, step, drop, command, imageCount }) => {
    await drop("photo", picture(3), [330, 200]);
    await command("Variations…");
    await select("photo");
    await ui.locator(".icon-sources li").waitFor();
    await ui.getByLabel("Images", { exact: true }).fill("2");
    await ui.getByLabel("Images", { exact: true }).press("Tab");
    await ui.getByRole("button", { name: "Generate" }).click();
    await ui.locator(".applied").waitFor();
    assert.equal(await imageCount(), 3);
    await select("photo 1");
    // The server is asked for a picture that it does not have, as after it made room.
    let isGone = true;
    await page.context().route("**/v1/generations", (route) => {
      const sent = route.request().postData();
      if (!isGone || sent === null) return route.continue();
      return route.continue({ postData: sent.replace(/[0-9a-f]{64}/, "0".repeat(64)) });
    });
    await page.getByRole("button", { name: "Redraw" }).click();
    await ui.locator('[data-code="image_unknown"]').waitFor();
    await step("lost");
    isGone = false;
    await ui.getByRole("button", { name: "Start from what the layer shows" }).click();
    await ui.locator(".applied").waitFor();
    await step("drawn-from-the-layer");
  },
};

const viewStays: Story = {
  name: "the-view-stays-and-sizes-are-kept",
  isLong: true,
  run: async (stage) => {
    const { page, ui, step, generate, kept } = stage;
    await ui.locator("summary").first().click();
    await ui.getByLabel("Size on the canvas").selectOption("32");
    await generate("key\ncup\nstar");
    await page.locator(".node.frame").nth(2).waitFor();
    await ui.locator(".applied").waitFor();
    assert.equal(await page.locator(".zoom").textContent(), "100%");
    await step("icons");
    await kept('"name":"star 4"', "key\\ncup\\nstar");
    await page.reload();
    await page.locator(".node.frame").nth(2).waitFor();
    await ui.locator(".tile").nth(11).waitFor();
    assert.equal(await ui.locator("#captions").inputValue(), "key\ncup\nstar");
    await step("after-a-reload");
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await ui.locator("summary").first().click();
    assert.equal(await ui.getByLabel("Size on the canvas").inputValue(), "32");
  },
};

const workKept: Story = {
  name: "cancel-and-failures-keep-what-is-finished",
  isLong: true,
  run: async ({ page, ui, step, generate, preview }) => {
    await preview();
    let isGone = false;
    await page.context().route("**/v1/**", (route) => (isGone ? route.abort("connectionrefused") : route.continue()));
    await generate("red heart");
    await ui.locator(".tile").nth(3).waitFor();
    isGone = true;
    await generate("red heart\ncat face\nsad face");
    await ui.locator('[data-code="unreachable"]').waitFor();
    await ui.getByText("Tau goes on by itself").waitFor();
    assert.equal(await ui.locator(".tile").count(), 4, "the images of before are still here");
    await step("server-gone");
    await ui.getByRole("button", { name: "History" }).click();
    await ui.getByRole("button", { name: "Back" }).click();
    await ui.getByRole("button", { name: "Settings" }).click();
    await ui.getByText("Tau goes on by itself").waitFor();
    assert.equal(await ui.getByText("Connected to Tau").count(), 0, "it is not, whatever else was looked at since");
    await step("settings-without-it");
    await ui.getByRole("button", { name: "Back" }).click();
    isGone = false;
    await ui.locator(".set").nth(2).waitFor({ timeout: 30_000 });
    await ui.locator('[data-code="unreachable"]').waitFor({ state: "detached" });
    await step("went-on-by-itself");
    await page.context().unroute("**/v1/**");
    // Cancel in the middle of a long run.
    await ui.getByLabel("Images", { exact: true }).fill("16");
    await ui.getByLabel("Images", { exact: true }).press("Tab");
    const many = Array.from({ length: 14 }, (_, index) => `${["red", "blue", "green"][index % 3]} flower ${index}`);
    await generate(many.join("\n"));
    await ui.getByText(/^[1-9]\d* of 14 finished/).waitFor({ timeout: 90_000 });
    await ui.getByRole("button", { name: "Cancel" }).click();
    await ui.getByText("Cancelled. What was finished is here").waitFor();
    await ui.getByRole("button", { name: /^Make the missing/ }).waitFor();
    await step("cancelled");
    await ui.getByRole("button", { name: "Discard" }).click();
    await ui.getByText("What should it draw?").waitFor();
  },
};

const badLine: Story = {
  name: "one-bad-caption-is-marked-and-the-others-run",
  run: async ({ page, ui, step, generate }) => {
    await generate("red apple\n🐈\ngreen tree");
    await ui.getByText("Line 2").waitFor();
    await page.locator(".node.frame").nth(1).waitFor();
    await ui.locator(".applied").waitFor();
    await step("two-of-three");
  },
};

const causes: Story = {
  name: "each-cause-has-its-own-words",
  run: async ({ ui, step, page, server }) => {
    const connect = async (address: string, code: string): Promise<void> => {
      await ui.getByLabel("Server address").fill(address);
      await ui.getByRole("button", { name: "Save and connect" }).click();
      await ui.locator(`[data-code="${code}"]`).waitFor();
    };
    await ui.getByRole("button", { name: "Settings" }).click();
    await connect("localhost:9999", "url_not_allowed");
    await step("forbidden-address");
    // Where a server of one's own runs on this machine, it is out of reach for this page.
    if (!(await isFree(defaultPort)))
      await page.route(`${defaultServerUrl}/**`, (route) => route.abort("connectionrefused"));
    await connect(defaultServerUrl, "unreachable");
    await ui.getByRole("button", { name: "Copy" }).click();
    await step("server-down");
    await connect("nonsense://x", "url_invalid");
    await step("no-address");
    await ui.getByLabel("Access token").fill("wrong");
    await connect(server.url, "unauthorized");
    await step("wrong-token");
    await ui.getByLabel("Access token").fill("");
    await connect(server.url, "token_missing");
    await ui.getByLabel("Access token").fill(server.token.value);
    // Another version of the server: what it says of itself is changed on the way.
    let api = { min: 0, max: 0 };
    await page.route("**/v1/meta", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), api } });
    });
    await connect(server.url, "server_too_old");
    await step("older-server");
    api = { min: 99, max: 99 };
    await connect(server.url, "server_too_new");
    await step("newer-server");
    await page.unroute("**/v1/meta");
    await ui.getByRole("button", { name: "Save and connect" }).click();
    await ui.locator("#captions").waitFor();
  },
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

const blockedNetwork: Story = {
  name: "a-blocked-local-network-has-its-own-words",
  isPublicPage: true,
  // The manifest's address is the only one of this computer that the plugin may call.
  whyNot: async () => ((await isFree(defaultPort)) ? undefined : `another program uses port ${defaultPort}`),
  run: async ({ page, ui, step, server }) => {
    // The page's own address is a public one here; this is the same server as one of this computer.
    const sockets = new Set<Socket>();
    const relay = createServer((socket) => {
      const onward = connect(Number(new URL(server.url).port), "127.0.0.1");
      for (const end of [socket, onward]) sockets.add(end.on("error", () => undefined));
      socket.pipe(onward).pipe(socket);
    });
    await once(relay.listen(defaultPort, "127.0.0.1"), "listening");
    try {
      const saveAndConnect = ui.getByRole("button", { name: "Save and connect" });
      // What is not granted is refused.
      await page.context().grantPermissions([]);
      await ui.getByRole("button", { name: "Settings", exact: true }).click();
      await ui.getByLabel("Server address").fill(defaultServerUrl);
      await saveAndConnect.click();
      await ui.locator('[data-code="network_blocked"]').waitFor();
      await ui.getByText("The browser blocks the local network").waitFor();
      await step("blocked");
      await page.context().grantPermissions(["local-network-access"]);
      await saveAndConnect.click();
      await ui.locator("#style option").nth(1).waitFor({ state: "attached" });
      await step("allowed");
    } finally {
      for (const socket of sockets) socket.destroy();
      relay.close();
    }
  },
};

const figjam: Story = {
  name: "stickies-are-captions-in-figjam",
  editor: "figjam",
  run: async ({ page, ui, step, imageCount }) => {
    for (const [text, y] of [
      ["red apple", 140],
      ["green tree", 420],
    ] as const) {
      await page.getByRole("button", { name: "Sticky (S)" }).click();
      await page.mouse.click(250, y);
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
    }
    await page.locator("#layers .layer", { hasText: "red apple" }).click();
    await page.locator("#layers .layer", { hasText: "green tree" }).click({ modifiers: ["Shift"] });
    await ui.getByText("2 captions").waitFor();
    await step("stickies");
    await ui.locator("#captions").press("Enter");
    await page.locator(".node.section").nth(1).waitFor();
    await ui.locator(".applied").waitFor();
    await step("sections");
    assert.equal(await imageCount(), 8);
  },
};

const slides: Story = {
  name: "on-a-slide-images-stay-within-it",
  editor: "slides",
  run: async ({ page, ui, step, generate, imageCount }) => {
    await generate("red apple\ngreen tree\nblue house");
    await page.locator(".node.slide .node.frame").nth(2).waitFor();
    await ui.locator(".applied").waitFor();
    assert.equal(await imageCount(), 12);
    await step("placed");
  },
};

const canvas: Story = {
  name: "the-playground-is-a-test-bench",
  run: async ({ page, drag, rename, step, select, kept }) => {
    await drag("Frame (F)", [240, 120], [560, 420]);
    await drag("Rectangle (R)", [270, 150], [380, 240]);
    await drag("Ellipse (O)", [420, 150], [520, 250]);
    await drag("Pencil (P)", [280, 300], [520, 380]);
    await page.keyboard.press("Escape");
    await rename("Rectangle 1", "Photo");
    await select("Frame 1");
    await page.getByRole("button", { name: "Make component" }).click();
    await page.getByRole("button", { name: "Insert instance" }).click();
    await page.locator(".node.instance .node").nth(2).waitFor();
    await step("component-and-instance");
    await page.getByRole("button", { name: "Undo (Ctrl+Z)" }).click();
    await page.locator(".node.instance").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Redo (Ctrl+Shift+Z)" }).click();
    await page.locator(".node.instance").waitFor();
    await page.getByRole("button", { name: "Hide Ellipse 1" }).first().click({ force: true });
    await kept('"visible":false');
    await page.reload();
    await page.locator(".node.instance .node").nth(2).waitFor();
    assert.equal(await page.locator(".node.ellipse:visible").count(), 1);
    await step("after-a-reload");
  },
};

export const safeHandsStories: readonly Story[] = [
  redrawKeepsLayer,
  makeAgain,
  lostPicture,
  viewStays,
  workKept,
  badLine,
  causes,
  blockedNetwork,
  figjam,
  slides,
  canvas,
];
