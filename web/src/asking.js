// What a search in plain words means: the things that it names, and the kind of things around or in them that it asks for.
import { compared, distinct, stem } from "./names.js";
import { alike } from "./spelling.js";

const word = /[\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)*/gu;
const mostWords = 12;
const mostThings = 4;
// Before keys and places, by which things are looked up as by words.
const key = "~";
const place = "~~";

export async function meaning(names, text) {
  const pasted = await keyed(names, text);
  if (pasted.length) return { things: pasted, words: "", within: {} };
  const { kinds, joining, countries, address } = names.told;
  const written = (text.replace(new RegExp(address, "gi"), " ").match(word) ?? []).slice(0, mostWords);
  const leading = (each) => each in kinds || joining.includes(each) || each in countries;
  const plain = written.map((each) => names.folded(each));
  const parts = await partsOf(names, written.filter((_, number) => !leading(plain[number])));
  if (!parts.length && !plain.every(leading)) return { things: [], words: "", within: {} };
  const asked = [...new Set(plain.filter((each) => each in kinds).map((each) => kinds[each]))];
  const country = plain.map((each) => countries[each]).find((each) => each !== undefined);
  return meant(names, parts, asked, country === undefined ? [] : [country]);
}

// How many things there are of what is asked for, and where they are listed.
export async function listed(names, { words, within }, address) {
  const { types, places } = names.told;
  const asked = new URLSearchParams(words ? { q: words } : {});
  if (within.type !== undefined) asked.set("type", types[within.type].iri);
  for (const each of within.places ?? []) asked.set(places[each].name, places[each].iri);
  const href = `${address}?${asked}`;
  if (words) {
    const { hits, cut } = await names.search(words, { within });
    return { href, total: hits.length, cut };
  }
  if (within.type === undefined) return { href, total: 0 };
  const type = types[within.type];
  if (!within.places?.length) return { href: type.href, total: type.total };
  const kept = within.places.length === 1 ? places[within.places[0]].lists[within.type] : undefined;
  if (kept) return { href: kept[1], total: kept[0] };
  const { hits, cut } = await inPlaces(names, within);
  return { href, total: hits.length, cut };
}

// The things in all of the places, of a kind, by name as the live site's lists; as many as there are in the first files, where they are cut.
export async function inPlaces(names, within) {
  const first = within.places.find((each) => each < names.told.places.length);
  if (first === undefined) return { hits: [], cut: false };
  const word = `${place}${first}`;
  const { rows, cut } = await names.starting(word);
  const hits = distinct(rows.filter((each) => each.word === word && names.isWithin(each, within)));
  const order = ({ called, path }) => [called.replace(/[A-Z]/g, (letter) => letter.toLowerCase()), stem(path)];
  return { hits: hits.sort((one, other) => compared(order(one), order(other))), cut };
}

async function keyed(names, text) {
  const found = new RegExp(names.told.key).exec(text.trim().toLowerCase());
  if (!found) return [];
  const rows = await names.exactly(key + found.groups.key);
  return distinct(rows.filter(({ kind }) => kind.startsWith(found.groups.kind ?? ""))).slice(0, mostThings);
}

// What all the words name together, or what each of two parts of them names; nothing where a part is no name.
async function partsOf(names, words) {
  const cuts = words.length <= names.told.mostNamed ? words.map((_, number) => number || words.length) : [];
  for (const cut of cuts) {
    const forms = [words.slice(0, cut), words.slice(cut)].filter((part) => part.length).map((part) => part.join(" "));
    const found = await Promise.all(forms.map((form) => named(names, form)));
    if (found.every(Boolean)) return found;
  }
  return [];
}

// What is called so; else what is called so without the s of a genitive; else what is spelt nearly so.
async function named(names, name) {
  const forms = name.endsWith("s") && name.length > names.told.short ? [name, name.slice(0, -1)] : [name];
  for (const form of forms) {
    const things = await names.called(form);
    if (things.length) return { form, things: things.slice(0, mostThings) };
  }
  const near = (await alike(names, name, { most: 6 })).filter(({ score, kind }) => score >= names.told.surely && !names.told.aside.includes(kind));
  const order = (each) => each.score + (each.kind === "municipality" ? 1e-9 : 0);
  const best = near.reduce((one, other) => (one && order(one) >= order(other) ? one : other), undefined);
  return best && { form: /^\p{L}+$/u.test(best.name) ? names.folded(best.name) : name, things: [best] };
}

// A kind that none of the things is of is looked for around them, or in them where they are places.
function meant(names, parts, asked, places) {
  const { types } = names.told;
  let things = parts.flatMap((part) => part.things);
  const is = (thing) => types[thing.type]?.iri;
  const wanted = asked.find((kind) => !things.some((each) => is(each) === kind));
  const own = things.filter((each) => asked.includes(is(each)));
  if (own.length) things = own;
  const words = [];
  for (const part of parts) {
    const found = placeOf(names, part.things.find((each) => things.some(({ path }) => path === each.path)));
    const taken = places.some((each) => names.told.places[each].name === names.told.places[found]?.name);
    if (found >= 0 && (wanted || parts.length > 1) && !taken) places.push(found);
    else words.push(part.form);
  }
  const type = wanted === undefined ? undefined : types.findIndex(({ iri }) => iri === wanted);
  return { things: distinct(things), words: words.join(" "), within: { type, places } };
}

function placeOf(names, thing) {
  return thing ? names.told.places.findIndex(({ href }) => href === thing.path) : -1;
}
