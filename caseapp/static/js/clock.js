// A due time whose words move on each minute, within the same day. Without script the words of the page stand.
function words(due, now) {
  const minutes = Math.floor((now - due) / 60000);
  if (minutes < 1) return "";
  if (minutes < 60) return `Overdue ${minutes} min`;
  return minutes < 1440 ? `Overdue ${Math.floor(minutes / 60)} h` : "";
}

export function start(element) {
  const due = new Date(element.dataset.due).getTime();
  const chip = element.querySelector(".chip");
  const text = chip?.querySelector("span");
  if (!text || !due) return;
  const since = /\(since .*\)$/.exec(text.textContent)?.[0];
  const at = /\d{1,2}:\d{2} [ap]m/.exec(text.textContent)?.[0];
  function move() {
    if (document.hidden) return;
    const late = words(due, Date.now());
    if (!late) return;
    text.textContent = `${late} ${since || (at ? `(since ${at})` : "")}`.trim();
    chip.classList.remove("chip-soon", "chip-out");
    chip.classList.add("chip-urgent");
    chip.querySelector("use")?.setAttribute("href", "/icons.svg#exclamation-octagon-fill");
  }
  setInterval(move, 60000);
  document.addEventListener("visibilitychange", move);
}
