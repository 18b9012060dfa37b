// Search in a site that runs no program: names lie in files, sorted by their words, each file told by its first word.
const box = document.querySelector("[data-names]");
const words = folded(new URLSearchParams(location.search).get("q") ?? "").match(/[\p{L}\p{N}_]+/gu) ?? [];
const mostFiles = 4;
const mostHits = 50;
const leastAlike = 0.6;
const mostAlike = 5;
// What is said, who says it and where it isn't clear comes after what it is about.
const evidence = /(^|\/)doc\/(claim|conflict|gap|source|statement)\//;

if (box && words.length) show();

// As the names were folded when they were written: å, ä and a are one letter, and so are ø, ö and o.
function folded(text) {
  const plain = { ß: "ss", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe" };
  return text.toLowerCase().replace(/[ßøłđðþæœ]/g, (letter) => plain[letter]).normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

async function show() {
  document.querySelector('main input[name="q"]').value = new URLSearchParams(location.search).get("q");
  const firsts = await read("index.json");
  let { hits, cut } = await search(words, firsts);
  const alike = hits.length ? [] : await spelt();
  if (alike.length) hits = (await Promise.all(alike.map((each) => search(each, firsts)))).flatMap((each) => each.hits);
  hits = [...new Map(hits.map((each) => [each.path, each])).values()];
  box.querySelector(".hits").replaceChildren(...hits.slice(0, mostHits).map(item));
  const { none, alike: like, some } = box.dataset;
  box.querySelector("[role=status]").textContent = !hits.length ? none : alike.length ? like : cut || hits.length > mostHits ? some : "";
}

// The names in which every one of the words begins a word.
async function search(words, firsts) {
  const asked = words.reduce((one, other) => (other.length > one.length ? other : one));
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
  const hits = [...found.values()].sort((one, other) => evidence.test(one.path) - evidence.test(other.path) || one.rank[0] - other.rank[0] || one.rank[1] - other.rank[1] || (one.path < other.path ? -1 : 1));
  return { hits, cut: files.length > mostFiles };
}

// What was written with one of its words replaced by a word that is spelt much like it, the likest first.
async function spelt() {
  const known = await read("words.json");
  const found = [];
  for (const [place, word] of words.entries()) {
    if (word.length < 3) continue;
    for (const other of known) {
      const score = likeness(word, other);
      if (score >= leastAlike && score < 1) found.push({ score, words: words.with(place, other) });
    }
  }
  return found.sort((one, other) => other.score - one.score).slice(0, mostAlike).map((each) => each.words);
}

// Twice the letters that two words have in common, in the same order, by the letters of both.
function likeness(one, other) {
  const both = one.length + other.length;
  if ((2 * Math.min(one.length, other.length)) / both < leastAlike) return 0;
  let before = new Array(other.length + 1).fill(0);
  for (const letter of one) {
    const row = [0];
    for (let place = 0; place < other.length; place++)
      row.push(letter === other[place] ? before[place] + 1 : Math.max(before[place + 1], row[place]));
    before = row;
  }
  return (2 * before[other.length]) / both;
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
