// The names of a site that runs no program: rows in files that are sorted by their words, each file told by its first word.
const mostFiles = 4;
const mostWords = 12;
const lettersAndDigits = /[\p{L}\p{N}]+/gu;
// How much a word that stands often in one name, and a name that is long, count (Okapi BM25, as the live site has it).
const often = 1.2;
const long = 0.75;

export class Names {
  constructor(folder) {
    this.folder = folder;
    this.files = new Map();
  }

  async open() {
    [this.firsts, this.told] = await Promise.all([this.read("index.json"), this.read("asking.json")]);
    this.letters = new RegExp(`[${Object.keys(this.told.letters).join("")}]`, "g");
    this.evidence = new Set(this.told.evidence);
    // By what things are narrowed beside their kind, as they are numbered in the files.
    this.values = [...this.told.places, ...this.told.standings];
    return this;
  }

  read(name) {
    if (!this.files.has(name)) this.files.set(name, fetched(this.folder + name));
    return this.files.get(name);
  }

  // Without case and accents, as the names were folded when they were written: å, ä and a are one letter.
  folded(text) {
    return unaccented(text.toLowerCase().replace(this.letters, (letter) => this.told.letters[letter]));
  }

  words(text) {
    return parted(this.folded(text)).slice(0, mostWords);
  }

  // All words of a name; once more with ø, ł and the like for letters of their own, as the live site's index has them beside one another.
  wordsOfName(name) {
    const folded = parted(this.folded(name));
    return name.toLowerCase().search(this.letters) < 0 ? folded : [...parted(unaccented(name)), ...folded];
  }

  // The rows whose word begins so, from the first few of their files.
  async starting(word) {
    const files = [];
    this.firsts.forEach((first, number) => {
      const next = this.firsts[number + 1];
      if ((first < word || first.startsWith(word)) && (next === undefined || next >= word)) files.push(number);
    });
    const read = await Promise.all(files.slice(0, mostFiles).map((number) => this.read(`${number}.json`)));
    return { rows: read.flat().filter(([each]) => each.startsWith(word)).map((row) => this.entry(row)), cut: files.length > mostFiles };
  }

  // In place of a name that isn't shown, a text has the number by which what is shown of it is read.
  entry([word, name, path, type, called, kind, tier, own, values, copies = 1, often = 0, length = 0]) {
    const [shown, foreign = ""] = [called].flat();
    const lang = own === 1 ? "" : own;
    const text = tier === 2 ? name : undefined;
    const row = { word, name: text === undefined ? name : "", text, path, type, kind, tier, values, copies, often, length, lang };
    return { ...row, own: own === 1, called: shown || name, calledLang: shown ? foreign : lang };
  }

  // With what is shown of those that are found by a text.
  async withTexts(rows) {
    const file = (number) => this.read(`texts-${Math.floor(number / this.told.texts)}.json`);
    const said = async (row) => (row.text === undefined ? row : { ...row, said: (await file(row.text))[row.text % this.told.texts] });
    return Promise.all(rows.map(said));
  }

  async exactly(word) {
    return (await this.starting(word)).rows.filter((each) => each.word === word);
  }

  // The things whose names or texts hold each of the words, or some of them: the best first.
  async search(text, { some = false, within = {} } = {}) {
    const words = this.words(text);
    const found = await Promise.all(words.map((word) => this.starting(word)));
    const documents = this.documents(words, found.map(({ rows }) => rows));
    const enough = some ? "some" : "every";
    const matching = documents.filter((each) => words.length && each.counts[enough](Boolean) && this.isWithin(each.row, within));
    this.score(words, documents, matching);
    return { hits: this.ranked(matching, text, enough), cut: found.some(({ cut }) => cut) };
  }

  // Each name and text, with how often each word begins a word of it, and which words are in it whole.
  documents(words, found) {
    const documents = new Map();
    found.forEach((rows, place) => {
      for (const row of rows) {
        const key = `${row.path}\n${row.text ?? row.name}\n${row.tier}`;
        if (!documents.has(key)) documents.set(key, this.document(row, words));
        if (row.text !== undefined) documents.get(key).counts[place] += row.often;
      }
    });
    return [...documents.values()];
  }

  document(row, words) {
    if (row.text !== undefined) return { row, counts: words.map(() => 0), whole: words.map(() => false), length: row.length };
    const parts = this.wordsOfName(row.name);
    const counts = words.map((word) => parts.filter((part) => part.startsWith(word)).length);
    return { row, counts, whole: words.map((word) => parts.includes(word)), length: parts.length };
  }

  score(words, documents, matching) {
    const { size, length } = this.told;
    const weights = words.map((_, place) => {
      const having = documents.reduce((sum, { counts, row }) => sum + (counts[place] ? row.copies : 0), 0);
      const weight = Math.log((size - having + 0.5) / (having + 0.5));
      return weight > 0 ? weight : 1e-6;
    });
    for (const each of matching) {
      const norm = often * (1 - long + (long * each.length) / length);
      each.score = weights.reduce((sum, weight, place) => sum + weight * ((each.counts[place] * (often + 1)) / (each.counts[place] + norm)), 0);
    }
  }

  isWithin({ type, values }, within) {
    return (within.type === undefined || within.type === type) && (within.places ?? []).every((value) => values.includes(value));
  }

  ranked(matching, text, enough) {
    const bare = text.trim().replace(/^[\s"'”“’»«,;:?!.]+|[\s"'”“’»«,;:?!.]+$/g, "");
    const name = this.folded(bare);
    const things = new Map();
    for (const { row, whole, score } of matching) {
      const held = things.get(row.path) ?? { whole: false, otherwise: undefined };
      const order = [row.tier === 2, row.tier, !row.own, -score, row.text ?? row.name];
      if (!held.order || compared(order, held.order) < 0) Object.assign(held, { row, order, score });
      if (row.tier !== 2 && whole[enough](Boolean)) held.whole = true;
      if (row.tier !== 2 && this.folded(row.name) === name) {
        const otherwise = (row.name.toLowerCase() !== bare.toLowerCase()) + (row.tier === 3 ? 2 : 0);
        held.otherwise = Math.min(held.otherwise ?? otherwise, otherwise);
      }
      things.set(row.path, held);
    }
    return [...things.values()].map((each) => ({ ...each, place: this.place(each) })).sort((one, other) => compared(one.place, other.place)).map(({ row }) => row);
  }

  // By what hits are sorted: those that are called just so, names before texts, things before what is said of them.
  place({ row, whole, otherwise, score }) {
    const { tier, kind, name, text, path } = row;
    const called = otherwise !== undefined;
    return [
      tier === 2, this.evidence.has(kind), !called, called && otherwise > 1, called && !["municipality", "county", "place", ""].includes(kind),
      otherwise ?? 0, kind === "def" || kind === "shape", tier, !whole, -score, kind !== "municipality", text ?? name, stem(path),
    ];
  }

  // The things that are called just so, municipalities first, and no evidence.
  async called(name) {
    const plain = this.folded(name);
    const asked = this.words(plain).reduce((one, other) => (other.length > one.length ? other : one), "");
    const rows = asked ? await this.exactly(asked) : [];
    const so = rows.filter((each) => each.tier !== 2 && this.folded(each.name) === plain && !this.evidence.has(each.kind));
    const order = ({ tier, kind, path }) => [tier === 3, kind !== "municipality" && kind !== "county", kind !== "municipality", kind === "def" || kind === "shape", stem(path)];
    return distinct(so.sort((one, other) => compared(order(one), order(other))));
  }
}

export function distinct(things) {
  return [...new Map([...things].reverse().map((each) => [each.path, each])).values()].reverse();
}

// Which of two lists of values comes first, told by the first values that differ.
export function compared(one, other) {
  const place = one.findIndex((value, number) => value !== other[number]);
  return place < 0 ? 0 : one[place] < other[place] ? -1 : 1;
}

// A page without the endings for its language and form: pages are sorted as the things are.
export function stem(path) {
  return path.replace(/\.[^./]+\.[^./]+$/, "");
}

function parted(text) {
  return text.match(lettersAndDigits) ?? [];
}

function unaccented(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return response.json();
}
