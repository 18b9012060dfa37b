// The parts of a page of hits, in the markup of the live page.
const numbers = new Intl.NumberFormat(document.documentElement.lang);

export function counted(number, cut = false) {
  return numbers.format(number) + (cut ? "+" : "");
}

export function anchor(href, text, lang = "") {
  const made = Object.assign(document.createElement("a"), { href, textContent: text });
  if (lang) made.lang = lang;
  return made;
}

export function quiet(text, lang = "") {
  return span("quiet", named(text, lang));
}

export function paragraph(text) {
  return Object.assign(document.createElement("p"), { textContent: text });
}

export function entries(lines, className = "plain") {
  const list = Object.assign(document.createElement("ul"), { className });
  list.append(...lines);
  return list;
}

// A thing by what it is called here, with its kind; of a hit, in what the words stand as well, unless that is its name, alone or with
// what tells it from namesakes.
export function item({ types }, row, locality = undefined) {
  const line = document.createElement("li");
  line.append(anchor(row.path, row.called, row.calledLang));
  const type = types[row.type];
  if (type) line.append(" ", tag(type));
  const said = row.said ?? row.name;
  const isLocality = row.tier === 3;
  const isName = said === row.called || row.called.startsWith(`${said} (`);
  if (locality === undefined || !said || (isName && !isLocality)) return line;
  line.append(document.createElement("br"), isLocality ? quiet(locality.replace("*", said)) : quiet(said, row.lang));
  return line;
}

function tag({ label, lang }) {
  return span("tag", named(label, lang));
}

function span(className, content) {
  const made = Object.assign(document.createElement("span"), { className });
  made.append(content);
  return made;
}

// A name, marked where it isn't in the language of the page.
export function named(text, lang) {
  return lang ? Object.assign(document.createElement("span"), { lang, textContent: text }) : text;
}
