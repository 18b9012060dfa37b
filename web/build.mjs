// Builds what the pages use in a browser into ../server/kommungraf/static/built, each file named by its content.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { build } from "esbuild";
import { feature, mesh } from "topojson-client";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = join(here, "../server/kommungraf/static/built");
// Modules are run by pages and taken in by others of our scripts, so that these load only what is used.
const entries = { iife: ["page.js", "query.js"], esm: ["search.js"] };

// Where the detailed outlines are drawn, in degrees: Sweden and the countries around the Baltic and the North Sea.
const near = { west: -12, south: 46, east: 42, north: 72 };

async function main() {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const files = { ...(await scripts("iife")), ...(await scripts("esm")), ...(await outlines()), ...(await shared()) };
  await writeFile(join(target, "manifest.json"), `${JSON.stringify(files, null, 2)}\n`);
}

async function scripts(format) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: entries[format].map((name) => `src/${name}`),
    bundle: true,
    minify: true,
    format,
    target: "es2020",
    entryNames: "[name]-[hash]",
    outdir: target,
    metafile: true,
    legalComments: "linked",
    logLevel: "warning",
  });
  const files = {};
  for (const [path, { entryPoint, cssBundle }] of Object.entries(result.metafile.outputs)) {
    if (!entryPoint) continue;
    files[basename(entryPoint)] = basename(path);
    if (cssBundle) files[basename(entryPoint).replace(".js", ".css")] = basename(cssBundle);
  }
  return files;
}

// Outlines in degrees, x to the east and y to the south, so that any map is a window on the same picture.
async function outlines() {
  const world = await drawn("countries-110m.json", () => true, 1);
  const region = await drawn("countries-50m.json", touches, 2);
  return { "world.svg": await kept("world", "svg", world), "region.svg": await kept("region", "svg", region) };
}

// The picture beside a link that somebody shares, which has to be a PNG: our part of the world, half as wide a degree as high.
async function shared() {
  const { land, borders } = await shapes("countries-50m.json");
  const svg = [
    '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630" viewBox="-14.5 -70 61 16" preserveAspectRatio="none">',
    '<rect x="-180" y="-90" width="360" height="180" fill="#14532d"/>',
    `<path fill="#d2dbd4" d="${land.filter(touches).map((ring) => path(ring, 2, true)).join("")}"/>`,
    `<path fill="none" stroke="#14532d" stroke-width="0.06" d="${borders.filter(touches).map((line) => path(line, 2, false)).join("")}"/>`,
    "</svg>",
  ].join("");
  await initWasm(await readFile(join(here, "node_modules/@resvg/resvg-wasm/index_bg.wasm")));
  return { "shared.png": await kept("shared", "png", new Resvg(svg).render().asPng()) };
}

async function shapes(name) {
  const topology = JSON.parse(await readFile(join(here, "node_modules/world-atlas", name), "utf8"));
  return {
    land: feature(topology, topology.objects.land).features.flatMap((each) => polygons(each.geometry)).flatMap(unrolled),
    borders: mesh(topology, topology.objects.countries, (one, other) => one !== other).coordinates.flatMap(unrolled),
  };
}

async function drawn(name, wanted, decimals) {
  const { land, borders } = await shapes(name);
  const box = wanted === touches ? near : { west: -180, south: -90, east: 180, north: 90 };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" preserveAspectRatio="none" viewBox="${box.west} ${-box.north} ${box.east - box.west} ${box.north - box.south}">`,
    "<style>.land{fill:#d2dbd4}.border{fill:none;stroke:#fff;stroke-width:1;vector-effect:non-scaling-stroke}",
    "@media(prefers-color-scheme:dark){.land{fill:#2f3a36}.border{stroke:#14181a}}</style>",
    `<path class="land" d="${land.filter(wanted).map((ring) => path(ring, decimals, true)).join("")}"/>`,
    `<path class="border" d="${borders.filter(wanted).map((line) => path(line, decimals, false)).join("")}"/>`,
    "</svg>\n",
  ].join("");
}

function polygons(geometry) {
  return geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
}

// A line across the 180th meridian jumps to the other side: drawn on, and once more where the picture's other edge cuts it.
// Antarctica, around which such a line never ends, is left out: nobody there cooperates with a municipality.
function unrolled(line) {
  if (Math.max(...line.map(([, y]) => y)) < -60) return [];
  let shift = 0;
  const whole = line.map(([x, y], index) => {
    if (index && Math.abs(x - line[index - 1][0]) > 180) shift += x < 0 ? 360 : -360;
    return [x + shift, y];
  });
  const east = whole.map(([x]) => x);
  const copies = [whole];
  if (Math.max(...east) > 180) copies.push(whole.map(([x, y]) => [x - 360, y]));
  if (Math.min(...east) < -180) copies.push(whole.map(([x, y]) => [x + 360, y]));
  return copies;
}

function touches(line) {
  const east = line.map(([x]) => x);
  const north = line.map(([, y]) => y);
  return (
    Math.min(...east) < near.east && Math.max(...east) > near.west &&
    Math.min(...north) < near.north && Math.max(...north) > near.south
  );
}

function path(line, decimals, closed) {
  const points = line.map(([x, y]) => `${+x.toFixed(decimals)} ${+(-y).toFixed(decimals)}`);
  const distinct = points.filter((point, index) => point !== points[index - 1]);
  return distinct.length < 2 ? "" : `M${distinct.join("L")}${closed ? "Z" : ""}`;
}

async function kept(name, suffix, content) {
  const file = `${name}-${createHash("sha256").update(content).digest("hex").slice(0, 8)}.${suffix}`;
  await writeFile(join(target, file), content);
  return file;
}

await main();
