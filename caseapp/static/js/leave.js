// Asks before leaving only if something differs from what was loaded and the server has not kept it.
import { typed } from "./autosave.js";

export function start(form) {
  const loaded = typed(form);
  let sending = false;
  form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("beforeunload", (event) => {
    const ended = document.getElementById("cover")?.hidden === false;
    if (sending || ended || form.dataset.kept === "yes" || typed(form) === loaded) return;
    event.preventDefault();
  });
}
