// The query editor: highlighting, completion from the terms of the dataset, and errors while one types.
import Yasqe from "@zazuko/yasqe";
import "@zazuko/yasqe/build/yasqe.min.css";
import "./query.css";

const field = document.querySelector("textarea#query");
const form = field.form;
const prefixes = JSON.parse(form.dataset.prefixes);

// The terms of the dataset's own ontology and those that its data use, asked for once, when the first is needed.
let terms = null;
function known(kind) {
  terms ??= asked(form.dataset.terms);
  return terms.then((rows) => rows.filter((row) => row.kind === kind).map((row) => row.term));
}

async function asked(address) {
  const response = await fetch(address);
  if (!response.ok) return [];
  const { results } = await response.json();
  return results.bindings.map((row) => ({ kind: row.kind.value, term: row.term.value }));
}

function completing(name, own) {
  const completer = Yasqe.Autocompleters[name];
  Yasqe.registerAutocompleter({ ...completer, bulk: true, persistenceId: null, get: own });
}

completing("prefixes", () => Object.entries(prefixes).map(([name, iri]) => `${name}: <${iri}>`).sort());
completing("class", () => known("class"));
completing("property", () => known("property"));

const place = document.createElement("div");
place.className = "editor";
field.before(place);
const editor = new Yasqe(place, {
  value: field.value,
  persistenceId: null,
  showQueryButton: false,
  createShareableLink: null,
  consumeShareLink: null,
  resizeable: false,
  // On a telephone the prefixes would fill what is seen of the query; a fault may stand in them.
  collapsePrefixesOnLoad: matchMedia("(max-width: 40rem)").matches && !form.dataset.line,
  autocapitalize: "off",
  autocorrect: false,
  lineWrapping: true,
  // Tab leaves the editor, as it leaves any field.
  extraKeys: {
    Tab: false,
    "Shift-Tab": false,
    "Ctrl-Space": (yasqe) => yasqe.autocomplete(),
    "Ctrl-Enter": () => form.requestSubmit(),
    "Cmd-Enter": () => form.requestSubmit(),
    "Ctrl-/": (yasqe) => yasqe.commentLines(),
    "Shift-Ctrl-F": (yasqe) => yasqe.autoformat(),
  },
});
const input = editor.getInputField();
input.setAttribute("aria-label", field.labels[0].textContent);
input.setAttribute("aria-describedby", "editor-keys");
document.getElementById("editor-keys").hidden = false;
field.hidden = true;
field.required = false;
field.labels[0].addEventListener("click", (event) => {
  event.preventDefault();
  editor.focus();
});
editor.on("change", () => (field.value = editor.getValue()));
form.addEventListener("submit", () => (field.value = editor.getValue()));

// Where the endpoint found a fault, show it in the editor.
const fault = form.dataset.line && { line: Number(form.dataset.line) - 1, ch: Number(form.dataset.column) - 1 };
if (fault) {
  editor.setCursor(fault);
  editor.addLineClass(fault.line, "background", "fault");
}
