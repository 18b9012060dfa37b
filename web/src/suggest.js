// Suggestions while one types, as the ARIA practices have an editable combobox with a list that is chosen from by hand. The
// server tells what is meant by a misspelt name too, which a list of the browser's own would leave out again. In a site that
// runs no program, the search of its pages tells, which is read once somebody types.
const style = `
  form:has(> #suggestions) { position: relative; }
  #suggestions { position: absolute; z-index: 2; top: 100%; left: 0; right: 0; max-height: 60vh; overflow: auto; margin: .2rem 0 0;
    padding: .25rem 0; list-style: none; background: var(--paper); border: 1px solid var(--quiet); border-radius: .35rem; }
  #suggestions li { margin: 0; padding: .4rem .65rem; cursor: pointer; }
  #suggestions [aria-selected="true"] { outline: 3px solid var(--link); outline-offset: -3px; }
  #suggestions span { color: var(--quiet); }
`;
const field = document.querySelector("form[data-suggest] input[name=q]");
if (field) offer(field, field.form);

function offer(field, form) {
  const { suggest, base, words: folder, suggestions } = form.dataset;
  const told = folder ? async (words) => (await import(suggest)).suggested(folder, words) : served;
  const list = element("ul", { id: "suggestions", role: "listbox", "aria-label": suggestions, hidden: "" });
  // Who doesn't see the list is told that it is there.
  const aloud = element("span", { role: "status" });
  aloud.style.cssText = "position: absolute; left: -99rem";
  form.append(list, aloud);
  set(field, { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

  let waiting = 0;
  let asking = null;
  let taken = -1;
  close();

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
  field.addEventListener("keydown", pressed);
  field.addEventListener("blur", stop);
  form.addEventListener("submit", stop);
  // The field keeps the focus while something in the list is pointed at.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => go(event.target.closest("[role=option]")));

  async function ask() {
    const words = field.value.trim();
    asking?.abort();
    if (words.length < 2) return close();
    const { signal } = (asking = new AbortController());
    try {
      const found = await told(words, signal);
      if (found && !signal.aborted) show(found);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  async function served(words, signal) {
    const address = new URL(suggest, location.href);
    address.searchParams.set("q", words);
    const response = await fetch(address, { signal });
    return response.ok ? response.json() : undefined;
  }

  function show([, names, kinds, iris]) {
    list.replaceChildren(
      ...names.map((name, place) => {
        const option = element("li", { id: `suggestion-${place}`, role: "option", "data-iri": iris[place] });
        option.append(name);
        if (kinds[place]) option.append(" ", element("span", {}, kinds[place]));
        return option;
      }),
    );
    if (!names.length) return close();
    open();
    aloud.textContent = `${suggestions}: ${names.length}`;
  }

  function stop() {
    clearTimeout(waiting);
    asking?.abort();
    close();
  }

  function open() {
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    take(-1);
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    aloud.textContent = "";
    take(-1);
  }

  function take(place) {
    taken = place;
    [...list.children].forEach((option, other) => option.setAttribute("aria-selected", String(other === place)));
    const option = list.children[place];
    if (!option) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function pressed(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (moves[event.key] && list.children.length) {
      const closed = list.hidden;
      if (closed) open();
      if (event.altKey && event.key === "ArrowUp") close();
      else if (!event.altKey) take(next(moves[event.key]));
    } else if (event.key === "Enter" && !list.hidden && taken >= 0) go(list.children[taken]);
    else if (event.key === "Escape" && !list.hidden) close();
    else return;
    event.preventDefault();
  }

  // One further, round by way of the field itself, where nothing is taken.
  function next(step) {
    const places = list.children.length + 1;
    return ((taken + 1 + step + places) % places) - 1;
  }

  function go(option) {
    if (!option) return;
    const { iri } = option.dataset;
    if (folder) return location.assign(iri);
    const here = new URL(suggest, location.href);
    const language = here.searchParams.get("lang");
    const ours = iri.startsWith(base) && !/[?#]/.test(iri);
    const page = new URL(ours ? `../${iri.slice(base.length)}` : "../describe", here);
    if (!ours) page.searchParams.set("iri", iri);
    if (language) page.searchParams.set("lang", language);
    location.assign(page);
  }
}

function element(name, attributes, text = "") {
  const made = set(document.createElement(name), attributes);
  made.textContent = text;
  return made;
}

function set(part, attributes) {
  for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
  return part;
}
