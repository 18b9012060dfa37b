// Small conveniences on every page; without them everything works, in one step more.
import "./map.js";
import "./suggest.js";

// Copy the text that a button names; the button then says so.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  // Who doesn't see the button is told.
  const aloud = Object.assign(document.createElement("span"), { role: "status" });
  aloud.style.cssText = "position: absolute; left: -99rem";
  button.after(aloud);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy || location.href);
    const said = button.textContent;
    button.textContent = aloud.textContent = button.dataset.copied;
    setTimeout(() => {
      button.textContent = said;
      aloud.textContent = "";
    }, 2000);
  });
}

// A link to a part of the page opens what is folded away there.
function unfold() {
  const part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = part && part.querySelector(":scope > details.more");
  if (folded) folded.open = true;
}
addEventListener("hashchange", unfold);
unfold();
