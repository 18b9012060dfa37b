// While a query runs its page says so, and a button ends the query: the server drops one whose client hangs up.
export function running(form, said) {
  const cancel = form.querySelector("button[data-cancelled]");
  form.addEventListener("submit", () => {
    // A download leaves the page where it is, and the browser shows how it goes.
    if (form.elements.format.value !== "html") return;
    said.textContent = form.dataset.running;
    cancel.hidden = false;
  });
  cancel.addEventListener("click", () => {
    window.stop();
    said.textContent = cancel.dataset.cancelled;
    form.querySelector("button:not([type])").focus();
    cancel.hidden = true;
  });
  // A page that the browser kept comes back as it was left.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    said.textContent = "";
    cancel.hidden = true;
  });
}
