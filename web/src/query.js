// The query editor: highlighting, completion from the terms of the dataset, and errors while one types.
import Yasqe from "@zazuko/yasqe";
import "@zazuko/yasqe/build/yasqe.min.css";
import { running } from "./running.js";
import "./query.css";

const field = document.querySelector("textarea#query");
const form = field.form;
const said = document.getElementById("query-state");
const prefixes = JSON.parse(form.dataset.prefixes);

// The terms of the dataset's own ontology and those that its data use, asked for once, when the first is needed.
let terms = null;
async function known(kind) {
  terms ??= asked(form.dataset.terms);
  const rows = await terms.catch(() => (terms = null));
  return (rows ?? []).filter((row) => row.kind === kind).map((row) => row.term);
}

async function asked(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(response.statusText);
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
  editorHeight: "auto",
  // On a telephone the prefixes would fill what is seen of the query; a fault may stand in them.
  collapsePrefixesOnLoad: matchMedia("(max-width: 40rem)").matches && !form.dataset.line,
  // What is written stands where a screen reader reads it; the other way of input is an empty field beside it.
  inputStyle: "contenteditable",
  autocapitalize: false,
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
input.setAttribute("role", "textbox");
input.setAttribute("aria-multiline", "true");
input.setAttribute("aria-label", field.labels[0].textContent);
input.setAttribute("aria-describedby", `editor-keys ${field.getAttribute("aria-describedby") ?? ""}`.trim());
const keys = document.getElementById("editor-keys");
field.required = false;
field.labels[0].addEventListener("click", (event) => {
  if (!field.hidden) return;
  event.preventDefault();
  editor.focus();
});
// Terms that didn't come, because the reader cancelled a query meanwhile or the server was busy, are asked for anew.
editor.on("focus", () => terms ?? ["class", "property"].forEach((name) => editor.autocompleters[name].initialize()));
editor.on("change", () => (field.value = editor.getValue()));
form.addEventListener("submit", () => field.hidden && (field.value = editor.getValue()));
editor.on("autocompletionShown", () => {
  place.querySelector(".CodeMirror-hints")?.setAttribute("aria-label", form.dataset.completions);
});

// Who would rather write in a plain field than in an editor gets one, also the next time.
const choice = document.getElementById("plain-field");
const [toPlain, toEditor] = [choice.textContent, choice.dataset.back];
choice.hidden = false;
choice.addEventListener("click", () => {
  write(field.hidden);
  localStorage.setItem("plain-query-field", field.hidden ? "" : "yes");
  field.hidden ? editor.focus() : field.focus();
});
write(localStorage.getItem("plain-query-field") === "yes");

function write(plain) {
  field.hidden = !plain;
  place.hidden = keys.hidden = plain;
  choice.textContent = plain ? toEditor : toPlain;
  if (plain) return;
  if (editor.getValue() !== field.value) editor.setValue(field.value);
  editor.refresh();
}

// Where the endpoint found a fault, show it in the editor.
const fault = form.dataset.line && { line: Number(form.dataset.line) - 1, ch: Number(form.dataset.column) - 1 };
input.setAttribute("aria-invalid", Boolean(fault));
if (fault) {
  editor.setCursor(fault);
  editor.addLineClass(fault.line, "background", "fault");
  editor.markText(fault, { ...fault, ch: fault.ch + 1 }, { className: "fault-here" });
}

// What can't be read of what is written, told when the writer pauses: the mark in the margin is for the eyes alone.
let pause = 0;
editor.on("change", () => {
  clearTimeout(pause);
  pause = setTimeout(() => {
    const found = unread();
    input.setAttribute("aria-invalid", Boolean(found));
    said.textContent = found ? form.dataset.unread.replace("{line}", found.line).replace("{word}", found.word) : "";
  }, 1000);
});

function unread() {
  for (let line = 0; line < editor.lineCount(); line++) {
    const token = editor.getLineTokens(line, true).find((each) => each.state.OK === false);
    if (token) return { line: line + 1, word: token.string };
  }
  return null;
}

form.addEventListener("submit", () => clearTimeout(pause));
running(form, said);
