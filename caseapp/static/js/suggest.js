// Suggestions under a search field: a list-autocomplete combobox with manual selection (APG).
// The words typed go in the body of a POST, never in an address.
import { say } from "./app.js";

const WAIT = 150;

export function start(form) {
  const input = form.querySelector("input[type=search], input[type=text]");
  const token = (form.closest("form") || form).querySelector("[name=csrf_token]")?.value || "";
  const address = form.dataset.suggest || "/clients/suggest";
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `${input.id}-list`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Clients");
  list.hidden = true;
  (input.closest(".joined") || input).after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"],
    ["aria-controls", list.id]]) input.setAttribute(name, value);
  let timer = 0, asked = 0, chosen = -1, found = [];

  function close() {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    chosen = (index + found.length) % found.length;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", list.children[chosen].id);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  }

  function open(result) {
    // Elsewhere than in the header a suggestion fills a field instead of opening a page.
    if (form.dataset.fills !== undefined) {
      const box = document.getElementById(form.dataset.fills);
      if (box) box.value = result.id;
      input.value = result.label;
      form.dispatchEvent(new CustomEvent("chosen", { detail: result, bubbles: true }));
      return close();
    }
    location.assign(result.url);
  }

  function show(results) {
    found = results.slice(0, 8);
    list.replaceChildren(...found.map((result, at) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${at}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      const name = document.createElement("bdi");
      name.textContent = result.label;
      const hint = document.createElement("span");
      hint.className = "hint";
      hint.textContent = result.hint || "";
      item.append(name, hint);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); open(result); });
      return item;
    }));
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(Boolean(found.length)));
    say(found.length === 1 ? "1 result" : `${found.length || "no"} results`);
  }

  async function ask() {
    const q = input.value.trim();
    if (q.length < (/^\d/.test(q) ? 2 : 3)) return close();
    const mine = ++asked;
    try {
      const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ q }), redirect: "error",
        headers: { "X-CSRFToken": token, Accept: "application/json" } });
      if (answer.ok && mine === asked) show(await answer.json());
    } catch { close(); }
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); return close(); }
    if (list.hidden) return undefined;
    if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen < 0 ? found.length - 1 : chosen - 1); }
    if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); open(found[chosen]); }
    return undefined;
  });
}
