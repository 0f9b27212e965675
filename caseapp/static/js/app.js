// Binds the modules a page names: data-module="submit-once autosave". Each module exports start(element).
// All are imported here by name: a page may only ask for what is in this list.
const known = ["autosave", "clock", "count", "crisis", "day", "fitting", "leave", "menu", "poll", "print", "propose",
  "roll-call", "session", "show-password", "submit-once", "suggest"];

export function say(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

for (const element of document.querySelectorAll("[data-module]")) {
  for (const name of element.dataset.module.split(/\s+/)) {
    if (!known.includes(name)) continue;
    import(`./${name}.js`).then((module) => module.start(element)).catch(() => {});
  }
}

const first = document.querySelector(".problem[data-focus]") || document.querySelector("[data-focus]");
if (first) first.focus();
