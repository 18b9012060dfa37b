// A map with many places is one stop for the keyboard: arrow keys go from place to place, letters to the names that begin so.
for (const figure of document.querySelectorAll("figure[data-keys]")) {
  const places = [...figure.querySelectorAll("a[href]")].map(place);
  const tied = ties(figure, places);
  let current = places.find((each) => each.centre) ?? places[0];
  current.link.tabIndex = 0;
  const [keys, said, ring] = [note(figure), note(figure), marker(figure)];
  keys.textContent = figure.dataset.keys;
  figure.querySelector("svg").setAttribute("aria-describedby", keys.id);
  said.ariaHidden = "true"; // as the place itself says it

  figure.addEventListener("focusin", ({ target }) => {
    const entered = places.find((each) => each.link === target);
    if (!entered) return;
    current.link.tabIndex = -1;
    current = entered;
    current.link.tabIndex = 0;
    const partners = [...(tied.get(current) ?? [])].map((each) => each.name);
    said.textContent = partners.length ? `${current.name}. ${figure.dataset.tied}: ${partners.join(", ")}` : current.name;
    current.link.setAttribute("aria-label", said.textContent);
    keys.hidden = said.hidden = false;
    ring.setAttribute("cx", current.x);
    ring.setAttribute("cy", current.y);
    ring.style.display = "";
  });
  figure.addEventListener("focusout", () => (ring.style.display = "none"));
  figure.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const next = wanted(event.key, current, places);
    if (!next) return;
    event.preventDefault();
    next.link.focus();
  });
}

function place(link) {
  const { cx, cy } = link.querySelector("circle");
  const [x, y] = [cx.baseVal.value, cy.baseVal.value];
  return { link, x, y, name: link.getAttribute("aria-label"), centre: link.querySelector(".centre") !== null };
}

// Which places the lines of a map tie: they begin and end where the places are.
function ties(figure, places) {
  const at = new Map(places.map((each) => [`${each.x} ${each.y}`, each]));
  const found = new Map();
  for (const line of figure.querySelectorAll("path")) {
    for (const [, one, other] of line.getAttribute("d").matchAll(/M([\d.-]+ [\d.-]+)L([\d.-]+ [\d.-]+)/g)) {
      const ends = [at.get(spot(one)), at.get(spot(other))];
      if (ends.includes(undefined)) continue;
      for (const [from, to] of [ends, [...ends].reverse()]) found.set(from, (found.get(from) ?? new Set()).add(to));
    }
  }
  return found;
}

function spot(text) {
  return text.split(" ").map((each) => Math.fround(Number(each))).join(" ");
}

// A line below a map that is shown once the keyboard has come there.
function note(figure) {
  const line = Object.assign(document.createElement("p"), { className: "note", hidden: true });
  line.id = `map-note-${document.querySelectorAll("[id^=map-note-]").length}`;
  figure.append(line);
  return line;
}

// A ring around the place that has the focus, which other places may lie upon.
function marker(figure) {
  const picture = figure.querySelector("svg");
  const ring = document.createElementNS(picture.namespaceURI, "circle");
  const look = { r: 13, fill: "none", stroke: "currentColor", "stroke-width": 4, "pointer-events": "none" };
  for (const [name, value] of Object.entries(look)) ring.setAttribute(name, value);
  ring.style.display = "none";
  picture.append(ring);
  return ring;
}

const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

function wanted(key, current, places) {
  if (key === "Home") return places[0];
  if (key === "End") return places.at(-1);
  if (key in ways) return nearest(ways[key], current, places);
  return key.length === 1 && key.trim() ? named(key, current, places) : null;
}

// The nearest place in a direction; what lies more to the side is further off.
function nearest([right, down], current, places) {
  const far = ({ x, y }) => {
    const [dx, dy] = [x - current.x, y - current.y];
    const [along, aside] = [dx * right + dy * down, Math.abs(dx * down + dy * right)];
    return along > 0 ? along + 2 * aside : Infinity;
  };
  const best = places.reduce((one, other) => (far(other) < far(one) ? other : one));
  return far(best) < Infinity ? best : null;
}

// The next place, in the order of the alphabet, whose name begins with a letter.
function named(letter, current, places) {
  const begin = (each) => each.name.toLocaleLowerCase().startsWith(letter.toLocaleLowerCase());
  const after = places.indexOf(current) + 1;
  return [...places.slice(after), ...places.slice(0, after)].find(begin) ?? null;
}
