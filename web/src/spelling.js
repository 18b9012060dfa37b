// Names that are spelt much like what was written: compared with the names that hold a word much like one of its words.
import { distinct } from "./names.js";

const mostWords = 12;
const mostNames = 5;

// The things with such names, the likest first, each with how much it is like what was written.
export async function alike(names, text, { type, most = 10 } = {}) {
  const { least, meant, locality, behind } = names.told;
  const written = spellings(names, text);
  const near = await likeWords(names, written);
  const rows = (await Promise.all(near.map(({ word }) => names.exactly(word)))).flat();
  const best = new Map();
  for (const row of rows) {
    if (row.tier === 2 || !row.name || (type !== undefined && row.type !== type)) continue;
    const name = names.folded(row.name);
    const likeness = Math.max(...written.map((each, place) => ratio(each, name, least) * (place ? meant : 1)));
    const score = likeness * (row.tier === 3 ? locality : 1);
    if (score >= least * locality && (best.get(row.path)?.score ?? 0) < score) best.set(row.path, { ...row, score });
  }
  const aside = ({ kind }) => (names.evidence.has(kind) || kind === "def" || kind === "shape" ? behind : 0);
  return [...best.values()].sort((one, other) => aside(one) - one.score - (aside(other) - other.score) || (one.path < other.path ? -1 : 1)).slice(0, most);
}

// What holds all of the words when one of them is replaced by a word that is spelt like it; how much alike the likest are.
export async function corrected(names, text) {
  const words = names.words(text);
  const near = (await likeWords(names, words)).filter(({ score }) => score < 1).slice(0, mostNames);
  const found = await Promise.all(near.map(({ place, word }) => names.search(words.with(place, word).join(" "))));
  const score = Math.max(0, ...near.filter((_, number) => found[number].hits.length).map((each) => each.score));
  return { hits: distinct(found.flatMap(({ hits }) => hits)), score };
}

// As it was written, and with å, ä, ö and ü for two letters where it may have been written so.
function spellings(names, text) {
  const written = names.folded(text.trim()).slice(0, names.told.longest);
  const meant = names.told.apart.reduce((one, [apart, letter]) => one.replaceAll(apart, letter), written);
  return [...new Set([written, meant])];
}

// The words of all names that are most like one of those that were written, so few that few files are read for them.
async function likeWords(names, texts) {
  const known = await names.read("words.json");
  const asked = texts.flatMap((text) => names.words(text));
  const found = asked.flatMap((word, place) =>
    word.length < 3 ? [] : known.map((other) => ({ place, word: other, score: ratio(word, other, names.told.least) })).filter(({ score }) => score)
      .sort((one, other) => other.score - one.score).slice(0, mostWords),
  );
  return found.sort((one, other) => other.score - one.score).slice(0, mostWords);
}

// Twice the letters of the blocks that two words have in common, by the letters of both (Ratcliff and Obershelp); 0 where less than least.
export function ratio(one, other, least) {
  const both = one.length + other.length;
  if ((2 * Math.min(one.length, other.length)) / both < least || (2 * shared(one, other)) / both < least) return 0;
  const found = (2 * matching(other, one)) / both;
  return found < least ? 0 : found;
}

// How many letters they have in common, in whatever order.
function shared(one, other) {
  let left = other;
  for (const letter of one) {
    const place = left.indexOf(letter);
    if (place >= 0) left = left.slice(0, place) + left.slice(place + letter.length);
  }
  return other.length - left.length;
}

// The longest block, and the blocks on either side of it.
function matching(one, other) {
  let length = 0;
  let start = 0;
  let place = 0;
  let before = new Array(other.length + 1).fill(0);
  for (let row = 0; row < one.length; row++) {
    const now = new Array(other.length + 1).fill(0);
    for (let column = 0; column < other.length; column++) {
      if (one[row] !== other[column]) continue;
      now[column + 1] = before[column] + 1;
      if (now[column + 1] > length) [length, start, place] = [now[column + 1], row - now[column + 1] + 1, column - now[column + 1] + 1];
    }
    before = now;
  }
  if (!length) return 0;
  return length + matching(one.slice(0, start), other.slice(0, place)) + matching(one.slice(start + length), other.slice(place + length));
}
