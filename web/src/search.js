// Search in a site that runs no program: what the live site finds, in files of names, on the page that the live site has for it.
import { asked, found, suggestions } from "./finding.js";
import { Names } from "./names.js";
import { address, narrowed, pageOf, pager, rows } from "./narrowing.js";
import { anchor, counted, entries, item, paragraph, quiet } from "./parts.js";

const box = document.querySelector("div[data-names]");
const opened = new Map();
const title = document.title;
let parameters;

if (box) {
  const first = box.querySelector(".hits");
  const status = box.querySelector("[role=status]").textContent;
  const field = document.querySelector('main input[name="q"]');
  // A web host needs no rule for what is asked of the file; where the address was negotiated, links lead on from the file too.
  history.replaceState(history.state, "", new URL(field.form.action).pathname + location.search);
  const again = () => {
    parameters = new URLSearchParams(location.search);
    field.value = (parameters.get("q") ?? "").trim();
    for (const link of document.querySelectorAll("nav.languages a")) link.search = location.search;
    if (["q", "type", "county", "country"].some((name) => parameters.get(name))) show(first);
    else clear(first, status);
  };
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.pushState(null, "", `?${new URLSearchParams(new FormData(field.form))}`);
    again();
  });
  addEventListener("popstate", again);
  again();
}

// What is suggested while one types, as the live site tells it: what was written, names, their kinds, and their pages.
export async function suggested(folder, words) {
  const names = await open(folder);
  const things = await suggestions(names, words);
  const kinds = things.map(({ type }) => names.told.types[type]?.label ?? "");
  return [words, things.map(({ called }) => called), kinds, things.map(({ path }) => path)];
}

function open(folder) {
  if (!opened.has(folder)) opened.set(folder, new Names(folder).open());
  return opened.get(folder);
}

async function show(first) {
  delete box.dataset.done;
  const [names, search] = [await open(box.dataset.names), parameters];
  const wanted = asked(names, search);
  const all = await found(names, wanted);
  const most = names.told.hits;
  const pages = Math.max(1, Math.ceil(all.hits.length / most));
  const page = Math.min(wanted.page, pages);
  const shown = await names.withTexts(all.hits.slice((page - 1) * most, page * most));
  const some = await names.withTexts(all.some);
  if (search === parameters) draw(names, { ...all, ...wanted, first, shown, some, page, pages });
}

function clear(first, status) {
  box.replaceChildren(box.querySelector("[role=status]"), first);
  first.replaceChildren();
  box.querySelector("[role=status]").textContent = status;
  lists(true);
  document.title = title;
}

// The lists of each kind, as a way on where nothing was found.
function lists(shown, isAfter = false) {
  const part = document.getElementById("lists");
  part.hidden = !shown;
  part.querySelector("p").hidden = !isAfter;
}

function draw(names, { first, text, within, hits, cut, shown, some, alike, meant, page, pages }) {
  const { told } = names;
  const { dataset } = box;
  const parts = [[shown, ""], [some, dataset.partly], [alike, dataset.alike]].filter(([list]) => list.length);
  const isAny = parts.length > 0 || meant.things.length > 0 || meant.total > 0;
  clear(first, isAny ? status(hits, cut, parts[0]?.[1]) : dataset.none);
  lists(!isAny, true);
  const line = (list) => list.map((each) => item(told, each, list === alike ? undefined : dataset.locality));
  first.replaceChildren(...line(parts[0]?.[0] ?? []));
  for (const [list, heading] of parts.slice(1)) box.append(paragraph(heading), entries(line(list)));
  box.append(pager(page, pages, (number) => numbered(number)));
  const found = rows(names, hits, parameters);
  if (found.length) first.before(narrowed(found, told, cut));
  const links = meant.things.map((each) => item(told, each));
  if (meant.total) links.push(around(told, meant));
  if (links.length) box.prepend(paragraph(dataset.meant), entries(links, "plain hits"));
  if (!text) box.prepend(held(names, within));
  document.title = titled(text || named(names, within), page, pages);
  dataset.done = "";
}

function status(hits, cut, heading) {
  const { one, many, some } = box.dataset;
  const count = (hits.length === 1 ? one : many).replace(/\d+/, counted(hits.length, cut));
  return [count, heading, cut ? some : ""].filter(Boolean).join(". ");
}

function numbered(number) {
  const wanted = new URLSearchParams(parameters);
  wanted.set("page", number);
  return `?${wanted}`;
}

// As the live page is titled: by the words, or else by what is listed, and by the number of the page.
function titled(text, page, pages) {
  const [name, site] = title.split(/(?= – )/);
  const nth = page > 1 ? `, ${pageOf(page, pages).toLowerCase()}` : "";
  return `${name}: ${text}${nth}${site}`;
}

// What is asked for around the things, as a link to it.
function around(told, { words, within, href, total, cut }) {
  const line = document.createElement("li");
  line.className = "asked";
  const wanted = [told.types[within.type]?.plural, words, ...within.places.map((each) => told.places[each].label)].filter(Boolean);
  line.append(anchor(href, wanted.join(", ")), " ", quiet(counted(total, cut)));
  return line;
}

// What is listed without words, with the way back.
function held(names, within) {
  const { told } = names;
  const without = Object.fromEntries(["type", ...told.facets].map((name) => [name, ""]));
  const back = anchor(address(told, parameters, without), `${named(names, within)} ✕`);
  back.title = box.dataset.without;
  const line = document.createElement("p");
  line.append(back);
  return line;
}

function named({ told, values }, within) {
  return [told.types[within.type]?.plural, ...within.places.map((each) => values[each]?.label)].filter(Boolean).join(", ");
}
