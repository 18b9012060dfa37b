// What a search in the browser shows: what holds the words; where that is little, what comes near; and what the words may mean.
import { inPlaces, listed, meaning } from "./asking.js";
import { alike, corrected } from "./spelling.js";

const mostAlike = 10;

// What an address asks for: words, and the kind and values by which they are narrowed, as the files of names have them.
export function asked(names, parameters) {
  const { told, values } = names;
  const number = (list, wanted) => {
    const found = list.findIndex(wanted);
    return found < 0 ? null : found; // which nothing has
  };
  const type = parameters.get("type") ? number(told.types, ({ iri }) => iri === parameters.get("type")) : undefined;
  const wanted = told.facets.filter((name) => parameters.get(name));
  const places = wanted.map((name) => number(values, (each) => each.name === name && each.iri === parameters.get(name)));
  const page = Math.max(1, parseInt(parameters.get("page")) || 1);
  return { text: (parameters.get("q") ?? "").trim(), within: { type, places }, page };
}

export async function found(names, { text, within, page }) {
  const { hits, cut } = text ? await names.search(text, { within }) : await inPlaces(names, within);
  const isNarrowed = within.type !== undefined || within.places.length > 0;
  const meant = text && !isNarrowed && page === 1 ? await understood(names, text, hits) : { things: [] };
  const isMeant = meant.things.length > 0 || meant.total > 0;
  const near = text ? await nearby(names, text, hits, { within, mends: !isNarrowed && !isMeant }) : { some: [], alike: [] };
  if (isMeant) near.alike = near.alike.filter(({ score }) => score >= names.told.close);
  const known = new Set(meant.things.map(({ path }) => path));
  const others = (list) => list.filter(({ path }) => !known.has(path));
  return { hits, cut, some: others(near.some), alike: others(near.alike), meant };
}

// Names that go on as the words begin, what they name, or else names that are spelt alike.
export async function suggestions(names, text) {
  const { hits } = await names.search(text);
  const named = hits.length ? hits : (await meaning(names, text)).things;
  return named.length ? named.slice(0, names.told.suggested) : alike(names, text, { most: names.told.suggested });
}

// Names spelt alike where nothing was found; where none is close, what holds some of several words.
async function nearby(names, text, hits, { within, mends }) {
  const { fewHits, close } = names.told;
  if (hits.length) {
    const enough = hits.length > fewHits || hits.some(({ name }) => name.toLowerCase() === text.toLowerCase());
    return { some: enough ? [] : await partly(names, text, hits, within), alike: [] };
  }
  const like = within.places.length ? [] : await alike(names, text, { type: within.type });
  if (like.some(({ score }) => score >= close)) return { some: [], alike: like };
  const mended = mends ? await corrected(names, text) : { hits: [], score: 0 };
  const held = new Set(like.map(({ path }) => path));
  const more = mended.hits.filter(({ path }) => !held.has(path)).slice(0, Math.max(0, mostAlike - like.length));
  const all = [...like, ...more.map((each) => ({ ...each, score: mended.score }))];
  return { some: mended.score >= close ? [] : await partly(names, text, hits, within), alike: all };
}

async function partly(names, text, hits, within) {
  if (text.split(/\s+/).length < 2) return [];
  const whole = new Set(hits.map(({ path }) => path));
  const some = await names.search(text, { some: true, within });
  return some.hits.slice(0, names.told.hits).filter(({ path }) => !whole.has(path));
}

// What the words mean, unless it is found at once: things that the first hits aren't, and what there is any of.
async function understood(names, text, hits) {
  const told = await meaning(names, text);
  const top = new Set(hits.slice(0, names.told.fewHits).map(({ path }) => path));
  const things = told.things.every(({ path }) => top.has(path)) ? [] : told.things;
  const { type, places = [] } = told.within;
  if (type === undefined && !(told.words && places.length)) return { things };
  const list = await listed(names, told, location.pathname);
  return list.total ? { ...told, ...list } : { things };
}
