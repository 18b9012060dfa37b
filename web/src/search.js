// Search in a site that runs no program: names lie in files, sorted by their words, each file told by its first word.
const box = document.querySelector("[data-names]");
const words = folded(new URLSearchParams(location.search).get("q") ?? "").match(/[\p{L}\p{N}_]+/gu) ?? [];
const mostFiles = 4;
const mostHits = 50;

if (box && words.length) show();

// As the names were folded when they were written: å, ä and a are one letter.
function folded(text) {
  return text.toLowerCase().replaceAll("ß", "ss").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

async function show() {
  document.querySelector('main input[name="q"]').value = new URLSearchParams(location.search).get("q");
  const asked = words.reduce((one, other) => (other.length > one.length ? other : one));
  const firsts = await read("index.json");
  const files = [];
  firsts.forEach((first, number) => {
    const next = firsts[number + 1];
    if ((first < asked || first.startsWith(asked)) && (next === undefined || next >= asked)) files.push(number);
  });
  const rows = (await Promise.all(files.slice(0, mostFiles).map((number) => read(`${number}.json`)))).flat();
  const found = new Map();
  for (const [word, name, path, kind, preferred] of rows) {
    const parts = folded(name).match(/[\p{L}\p{N}_]+/gu) ?? [];
    if (!word.startsWith(asked) || !words.every((each) => parts.some((part) => part.startsWith(each)))) continue;
    const rank = [parts.join(" ") === words.join(" ") ? 0 : parts.join(" ").startsWith(words.join(" ")) ? 1 : 2, name.length];
    const held = found.get(path);
    if (!held || rank[0] < held.rank[0]) found.set(path, { name: preferred || name, other: preferred ? name : "", path, kind, rank });
  }
  const hits = [...found.values()].sort((one, other) => one.rank[0] - other.rank[0] || one.rank[1] - other.rank[1] || (one.path < other.path ? -1 : 1));
  box.querySelector(".hits").replaceChildren(...hits.slice(0, mostHits).map(item));
  const cut = hits.length > mostHits || files.length > mostFiles;
  box.querySelector("[role=status]").textContent = !hits.length ? box.dataset.none : cut ? box.dataset.some : "";
}

async function read(name) {
  const response = await fetch(box.dataset.names + name);
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return response.json();
}

function item({ name, other, path, kind }) {
  const line = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: path, textContent: name });
  line.append(link);
  if (kind) line.append(" ", Object.assign(document.createElement("span"), { className: "tag", textContent: kind }));
  if (other) line.append(document.createElement("br"), Object.assign(document.createElement("span"), { className: "quiet", textContent: other }));
  return line;
}
