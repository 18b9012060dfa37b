// Search in a site that runs no program: what the live site finds, in files of names.
import { inPlaces, listed, meaning } from "./asking.js";
import { Names } from "./names.js";
import { alike, corrected } from "./spelling.js";

const box = document.querySelector("[data-names]");
const field = document.querySelector('main input[name="q"]');
const first = box?.querySelector(".hits");
const mostHits = 50;
const mostPartly = 20;
// Up to so many hits, what holds some of the words is shown as well; and things that stand among the first aren't explained.
const few = 3;

let asked;
let text;
let opening;

if (box) {
  const status = box.querySelector("[role=status]").textContent;
  const again = () => {
    asked = new URLSearchParams(location.search);
    text = (asked.get("q") ?? "").trim();
    if (text || asked.get("type")) show();
    else clear(status);
  };
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.pushState(null, "", `?${new URLSearchParams({ q: field.value })}`);
    again();
  });
  addEventListener("popstate", again);
  again();
}

async function show() {
  field.value = text;
  delete box.dataset.done;
  opening ??= new Names(box.dataset.names).open();
  const [names, search] = [await opening, asked];
  const within = narrowing(names);
  const narrowed = within.type !== undefined || within.places.length > 0;
  const { hits, cut } = text ? await names.search(text, { within }) : await inPlaces(names, within);
  const near = text ? await nearby(names, hits, within) : { some: [], alike: [] };
  const meant = text && !narrowed ? await understood(names, hits) : { things: [] };
  if (meant.things.length || meant.total) near.alike = near.alike.filter(({ score }) => score >= names.told.close);
  const known = new Set(meant.things.map(({ path }) => path));
  near.some = near.some.filter(({ path }) => !known.has(path));
  near.alike = near.alike.filter(({ path }) => !known.has(path));
  if (search === asked) draw(names, { hits, cut, near, meant, within });
}

// What the address holds the search to: a kind and places, as the table of them has them.
function narrowing({ told }) {
  const type = asked.get("type") ? told.types.findIndex(({ iri }) => iri === asked.get("type")) : undefined;
  const wanted = ["county", "country"].map((name) => asked.get(name)).filter(Boolean);
  return { type, places: wanted.map((value) => told.places.findIndex(({ iri }) => iri === value)) };
}

// Names spelt alike where nothing was found; where none is close, what holds some of several words.
async function nearby(names, hits, within) {
  if (hits.length) {
    const enough = hits.length > few || hits.some(({ name }) => name.toLowerCase() === text.toLowerCase());
    return { some: enough ? [] : await partly(names, hits, within), alike: [] };
  }
  const like = within.places.length ? [] : await alike(names, text, { type: within.type });
  if (like.some(({ score }) => score >= names.told.close)) return { some: [], alike: like };
  const mended = within.places.length || within.type !== undefined ? { hits: [], score: 0 } : await corrected(names, text);
  const held = new Set(like.map(({ path }) => path));
  const all = [...like, ...mended.hits.filter(({ path }) => !held.has(path)).map((each) => ({ ...each, score: mended.score }))];
  return { some: mended.score >= names.told.close ? [] : await partly(names, hits, within), alike: all };
}

async function partly(names, hits, within) {
  if (text.split(/\s+/).length < 2) return [];
  const whole = new Set(hits.map(({ path }) => path));
  const found = await names.search(text, { some: true, within });
  return found.hits.slice(0, mostPartly).filter(({ path }) => !whole.has(path));
}

// What the words mean, unless it is found at once: things that the first hits aren't, and what there is any of.
async function understood(names, hits) {
  const found = await meaning(names, text);
  const top = new Set(hits.slice(0, few).map(({ path }) => path));
  const things = found.things.every(({ path }) => top.has(path)) ? [] : found.things;
  const { type, places = [] } = found.within;
  if (type === undefined && !(found.words && places.length)) return { things };
  const list = await listed(names, found, location.pathname);
  return list.total ? { ...found, ...list } : { things };
}

function clear(status) {
  box.querySelectorAll("ul, p:not([role=status])").forEach((each) => each === first || each.remove());
  first.replaceChildren();
  box.querySelector("[role=status]").textContent = status;
}

function draw({ told }, { hits, cut, near, meant, within }) {
  const { dataset } = box;
  const most = text ? mostHits : hits.length;
  const lists = [hits.slice(0, most), near.some, near.alike];
  const titles = ["", dataset.partly, dataset.alike];
  const shown = lists.flatMap((list, number) => (list.length ? [{ list, title: titles[number] }] : []));
  const told_ = shown.length || meant.things.length || meant.total;
  const some = cut || hits.length > most ? dataset.some : "";
  const count = (hits.length === 1 ? dataset.one : dataset.many).replace(/\d+/, hits.length);
  const status = !told_ ? dataset.none : some || [count, hits.length ? "" : shown[0]?.title].filter(Boolean).join(". ");
  clear(status);
  first.replaceChildren(...(shown[0]?.list ?? []).map((each) => item(told, each)));
  for (const { list, title } of shown.slice(1)) box.append(paragraph(title), entries(list.map((each) => item(told, each))));
  const links = meant.things.map((each) => item(told, { ...each, name: each.called }));
  if (meant.total) links.push(wanted(told, meant));
  if (links.length) box.prepend(paragraph(dataset.meant), entries(links, "plain hits"));
  if (within.type !== undefined || within.places.length) box.prepend(held(told, within));
  dataset.done = "";
}

// What is asked for around the things, as a link to it.
function wanted(told, { words, within, href, total, cut }) {
  const line = document.createElement("li");
  line.className = "asked";
  const named = [told.types[within.type]?.plural, words, ...within.places.map((each) => told.places[each].label)].filter(Boolean);
  line.append(anchor(href, named.join(", ")), " ", quiet(cut ? `${total}+` : total));
  return line;
}

// By what the search is narrowed, with the way back.
function held({ types, places }, within) {
  const named = [types[within.type]?.plural, ...within.places.map((each) => places[each]?.label)].filter(Boolean);
  const back = anchor(`?${new URLSearchParams({ q: text })}`, `${named.join(", ")} ✕`);
  back.title = box.dataset.without;
  const line = document.createElement("p");
  line.append(back);
  return line;
}

function item({ types }, { name, called, path, type, tier }) {
  const line = document.createElement("li");
  line.append(anchor(path, called || name));
  if (types[type]) line.append(" ", Object.assign(document.createElement("span"), { className: "tag", textContent: types[type].label }));
  if (name && called !== name) line.append(document.createElement("br"), quiet(tier === 3 ? box.dataset.locality.replace("*", name) : name));
  return line;
}

function anchor(href, textContent) {
  return Object.assign(document.createElement("a"), { href, textContent });
}

function quiet(textContent) {
  return Object.assign(document.createElement("span"), { className: "quiet", textContent });
}

function paragraph(textContent) {
  return Object.assign(document.createElement("p"), { textContent });
}

function entries(lines, className = "plain") {
  const list = document.createElement("ul");
  list.className = className;
  list.append(...lines);
  return list;
}
