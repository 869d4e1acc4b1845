/**
 * Fetches the free pictures that the pack `super-resolution` is trained and measured on, from Debian packages, into .cache/super-resolution/pictures/<package>/.
 * Nothing is installed: packages are downloaded with apt-get and unpacked with dpkg-deb. GCompris keeps its photographs as WebP inside
 * Qt resource files, from which they are cut by their RIFF header.
 *
 *   node server/pretrain/super-resolution/fetch-pictures.mjs [--only test]
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", ".cache", "super-resolution", "pictures");

/** Packages with the licence that their copyright file names; `isTest` where the test pictures come from. */
const packages = [
  { name: "plasma-workspace-wallpapers", licence: "GPL-2+", isTest: true },
  { name: "budgie-backgrounds", licence: "CC0-1.0", isTest: true },
  { name: "mate-backgrounds", licence: "CC-BY-SA-4.0, GPL-2+", isTest: true },
  { name: "lomiri-wallpapers-16.04", licence: "CC-BY-4.0, CC-BY-SA-3.0, CC-BY-SA-4.0, CC0-1.0", isTest: true },
  { name: "lomiri-wallpapers-20.04", licence: "CC-BY-4.0, CC-BY-SA-3.0, CC-BY-SA-4.0, CC0-1.0", isTest: true },
  { name: "openclipart-png", licence: "public domain", isTest: true },
  { name: "ukui-wallpapers", licence: "CC-BY-SA-3.0" },
  { name: "tuxpaint-stamps-default", licence: "GPL-2" },
  { name: "gcompris-qt-data", licence: "AGPL-3+, CC-BY 1.0 to 4.0, CC-BY-SA 2.0 to 4.0, CC0-1.0" },
  { name: "supertuxkart-data", licence: "CC-BY-SA-3.0 and 4.0, CC-BY 3.0 and 4.0, CC0-1.0, GPL-3+" },
];

const isPicture = /\.(jpe?g|png|webp)$/i;

function fetchPackage({ name, licence }) {
  const folder = join(root, name);
  if (existsSync(folder)) return console.log(`${name}: there`);
  const work = `${folder}.partial`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  execFileSync("apt-get", ["download", name], { cwd: work, stdio: ["ignore", "ignore", "pipe"] });
  const archive = readdirSync(work).find((file) => file.endsWith(".deb"));
  execFileSync("dpkg-deb", ["-x", join(work, archive), work]);
  rmSync(join(work, archive));
  const files = readdirSync(work, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  let count = files.filter((file) => isPicture.test(file.name)).length;
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    if (file.name.endsWith(".rcc")) count += cutWebp(path, join(work, "resources"));
    else if (!isPicture.test(file.name) && file.name !== "copyright") rmSync(path);
  }
  renameSync(work, folder);
  console.log(`${name}: ${count} pictures (${archive}; ${licence})`);
}

/** Cuts every WebP picture above 12 kB out of a Qt resource file. */
function cutWebp(path, folder) {
  const bytes = readFileSync(path);
  let count = 0;
  for (let at = bytes.indexOf("WEBPVP8"); at >= 0; at = bytes.indexOf("WEBPVP8", at + 8)) {
    if (bytes.toString("latin1", at - 8, at - 4) !== "RIFF") continue;
    const length = bytes.readUInt32LE(at - 4) + 8;
    if (length < 12_000) continue;
    mkdirSync(folder, { recursive: true });
    const name = `${path.split("/").pop().slice(0, -4)}-${String(at).padStart(9, "0")}.webp`;
    writeFileSync(join(folder, name), bytes.subarray(at - 8, at - 8 + length));
    count += 1;
  }
  if (path.includes(".partial")) rmSync(path);
  return count;
}

const isOnlyTest = process.argv.slice(2).join(" ") === "--only test";
mkdirSync(root, { recursive: true });
for (const one of packages) if (one.isTest || !isOnlyTest) fetchPackage(one);
