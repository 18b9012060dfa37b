// By what hits can be narrowed, and their pages: links, as the live page writes them, filled into templates of its own.
import { compared } from "./names.js";
import { counted, named } from "./parts.js";

// Each kind, county, country and status with how many hits have it, where there is more than one, or one is chosen, which can be dropped.
export function rows({ told, values }, hits, asked) {
  const types = hits.flatMap(({ type }) => (type < 0 ? [] : [type]));
  const all = { type: counts(types, (number) => told.types[number]) };
  const held = hits.flatMap((each) => each.values);
  for (const name of told.facets) all[name] = counts(held.filter((number) => values[number].name === name), (number) => values[number]);
  for (const [key, found] of Object.entries(all)) {
    const iri = asked.get(key);
    if (iri && !found.some(({ value }) => value.iri === iri)) found.push({ value: known(told, values, key, iri), count: 0 });
  }
  return Object.entries(all)
    .map(([key, found]) => row(told, key, found.map(({ value, count }) => choice(told, asked, { key, value, count }))))
    .filter(({ choices }) => choices.length > 1 || choices.some(({ taken }) => taken));
}

function known(told, values, key, iri) {
  const found = key === "type" ? told.types.find((each) => each.iri === iri) : values.find((each) => each.name === key && each.iri === iri);
  return found ?? { iri, label: iri };
}

// The commonest first.
function counts(numbers, of) {
  const found = new Map();
  for (const number of numbers) found.set(number, (found.get(number) ?? 0) + 1);
  const all = [...found].map(([number, count]) => ({ value: of(number), count }));
  return all.sort((one, other) => compared([-one.count, one.value.iri], [-other.count, other.value.iri]));
}

function choice(told, asked, { key, value: { iri, label, plural, lang }, count }) {
  const taken = asked.get(key) === iri;
  const several = count !== 1 && plural ? plural : label;
  return { label: several, lang: several === label ? lang : "", count, taken, href: address(told, asked, taken ? { [key]: "" } : { [key]: iri }) };
}

// The commonest choices, and what is chosen; counties by name, as are those that stand folded away.
function row({ mostValues }, key, choices) {
  const byName = (list) => list.sort((one, other) => compared([one.label.toLowerCase()], [other.label.toLowerCase()]));
  const common = choices.filter(({ taken }, rank) => rank < mostValues || taken);
  const rest = choices.filter(({ taken }, rank) => rank >= mostValues && !taken);
  return { key, choices: key === "county" ? byName(common) : common, rest: byName(rest) };
}

// The first page of what is asked for with these changes; the list of a kind where nothing but that is left.
export function address(told, asked, changes) {
  const wanted = new URLSearchParams([...asked].filter(([key, value]) => value && key !== "page"));
  for (const [key, value] of Object.entries(changes)) value ? wanted.set(key, value) : wanted.delete(key);
  if (["q", "county", "country"].some((key) => wanted.get(key))) return `?${wanted}`;
  return told.types.find(({ iri }) => iri === wanted.get("type"))?.href ?? location.pathname;
}

// The rows as one part of the page, open where they are few.
export function narrowed(found, { few }, cut) {
  const part = document.getElementById("facets").content.firstElementChild.cloneNode(true);
  const titles = (navigations) => [...navigations].map((each) => each.getAttribute("aria-label").toLowerCase()).join(", ");
  const summary = part.querySelector("summary");
  const [every, kept] = [titles(part.querySelectorAll("nav")), []];
  for (const navigation of part.querySelectorAll("nav")) {
    const own = found.find(({ key }) => navigation.querySelector(`#by-${key}`));
    if (own) kept.push(fill(navigation, own, cut));
    else navigation.remove();
  }
  summary.textContent = summary.textContent.replace(every, titles(kept));
  part.open = found.reduce((sum, { choices }) => sum + choices.length, 0) <= few;
  return part;
}

function fill(navigation, { choices, rest }, cut) {
  const [plain, taken] = navigation.querySelector("ul").children;
  const line = (each) => {
    const made = (each.taken ? taken : plain).cloneNode(true);
    const link = made.querySelector("a");
    link.setAttribute("href", each.href);
    link.prepend(named(each.label, each.lang));
    made.querySelector(".quiet").textContent = counted(each.count, cut);
    return made;
  };
  const more = navigation.querySelector("details");
  navigation.querySelector("ul").replaceChildren(...choices.map(line));
  more.querySelector("ul").replaceChildren(...rest.map(line));
  more.querySelector("summary").textContent = more.querySelector("summary").textContent.replace(/\d+/, counted(rest.length));
  if (!rest.length) more.remove();
  return navigation;
}

// Links to the other pages, as the live page has them; nothing where there is but one.
export function pager(current, pages, to) {
  if (pages < 2) return "";
  const part = document.getElementById("pager").content.firstElementChild.cloneNode(true);
  const list = part.querySelector("ul");
  const kinds = { previous: "[rel=prev]", page: "a[aria-label]", gap: "[aria-hidden]", current: "[aria-current]", next: "[rel=next]" };
  const samples = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, list.querySelector(kind).parentElement]));
  const linked = (sample, number) => {
    const made = sample.cloneNode(true);
    made.firstElementChild.setAttribute("href", to(number));
    return made;
  };
  const lines = nearby(current, pages).map((number) => {
    const made = !number ? samples.gap.cloneNode(true) : number === current ? samples.current.cloneNode(true) : linked(samples.page, number);
    if (number) made.firstElementChild.textContent = number;
    if (number && number !== current) made.firstElementChild.setAttribute("aria-label", pageOf(number, pages));
    return made;
  });
  if (current > 1) lines.unshift(linked(samples.previous, current - 1));
  if (current < pages) lines.push(linked(samples.next, current + 1));
  list.replaceChildren(...lines);
  return part;
}

// “Page 2 of 9”, in the words of the template.
export function pageOf(number, pages) {
  const numbers = [number, pages];
  const sample = document.getElementById("pager").content.querySelector("a[aria-label]");
  return sample.getAttribute("aria-label").replace(/\d+/g, () => numbers.shift());
}

// The first page, the last and those near the current one, with a 0 where more than one is left out.
function nearby(current, pages) {
  const near = [1, pages, ...[-2, -1, 0, 1, 2].map((step) => current + step)].filter((number) => number >= 1 && number <= pages);
  return [...new Set(near)].sort((one, other) => one - other).flatMap((number, place, all) => {
    const left = number - (all[place - 1] ?? 0) - 1;
    return left ? [left === 1 ? number - 1 : 0, number] : [number];
  });
}
