// Refreshes a part of the page: data-poll-url gives its HTML, data-poll-every the seconds. Rests while the tab is hidden
// and never replaces a part in which someone is typing or has the focus. X-Poll tells the server not to count this as use.
export function start(part) {
  const every = Number(part.dataset.pollEvery || 10) * 1000;
  async function refresh() {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(part.dataset.pollUrl || location.pathname, { headers: { "X-Poll": "1" }, redirect: "error" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = part.id && page.getElementById(part.id);
      if (fresh && !part.contains(document.activeElement)) part.replaceChildren(...fresh.childNodes);
      const next = fresh?.dataset.pollThen;
      if (next) location.assign(next);
    } catch { /* the next round tries again; the page says its own time */ }
  }
  setInterval(refresh, every);
  document.addEventListener("visibilitychange", refresh);
}
