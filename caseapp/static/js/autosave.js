// Keeps what is being typed on the server, 3 seconds after the last key, on leaving a field and on leaving the tab.
// Nothing is kept in the browser. `form.dataset.kept` is "yes" while the server has what the form shows.
import { say } from "./app.js";

const PAUSE = 3000;
const NOT_TYPED = ["csrf_token", "form_key"];

export function typed(form) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !NOT_TYPED.includes(name)) body.append(name, value);
  }
  return body.toString();
}

export function start(form) {
  const status = form.querySelector("[data-draft-status]");
  const token = form.querySelector("[name=csrf_token]")?.value || "";
  let last = typed(form), timer = 0, failing = false, kept = "", leaving = false, running = false;

  async function keep() {
    clearTimeout(timer);
    const now = typed(form);
    if (now === last || leaving || running) return;
    running = true;
    const body = new URLSearchParams({
      draft_of: location.pathname + location.search, draft_body: now,
      draft_title: document.title.replace(/^Error: /, "").replace(/ - caseapp$/, ""),
    });
    try {
      const answer = await fetch("/drafts", {
        method: "POST", body, keepalive: body.toString().length < 60000, redirect: "error",
        headers: { "X-CSRFToken": token, Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      kept = (await answer.json()).kept_at;
      last = now;
      failing = false;
      form.dataset.kept = typed(form) === last ? "yes" : "no";
      if (status) status.textContent = `Draft kept ${kept}`;
    } catch {
      const words = kept ? `Not kept since ${kept}: no connection` : "Not kept yet: no connection";
      if (status) status.textContent = words;
      if (!failing && !status) say(words);
      failing = true;
      timer = setTimeout(keep, 10000);
    } finally {
      running = false;
      if (!failing && typed(form) !== last) timer = setTimeout(keep, PAUSE);
    }
  }

  form.addEventListener("input", () => {
    form.dataset.kept = typed(form) === last ? "yes" : "no";
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  form.addEventListener("change", keep);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());
  document.addEventListener("caseapp:ending", keep);
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
    setTimeout(() => { leaving = false; }, 20000);
  });
}
