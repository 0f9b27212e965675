// The form of a crisis contact, while someone listens: the level of the screen from the same table as the server's rule
// (caseapp/crisis/rules.py hands it over), questions 3 to 5 after a yes to 2, who was chosen, and what the follow-up will be.
import { say } from "./app.js";

export function start(form) {
  const part = form.querySelector("[data-screen]");
  const screen = JSON.parse(part.dataset.screen);
  const more = part.querySelector("[data-after-yes]");
  const high = ["high", "not_asked"];
  let asked = 0, timer = 0;

  const chosen = (name) => form.querySelector(`[name="${name}"]:checked`)?.value || "";
  const answer = (name) => chosen(name) || "not_asked";

  function worst() {
    const ranks = Object.entries(screen.levels).map(([name, worth]) => screen.order.indexOf(worth[answer(name)]));
    return screen.order[Math.max(0, ...ranks)];
  }

  function level() {
    const needed = answer("thoughts") === "yes" ? [...screen.always, ...screen.afterYes] : screen.always;
    return worst() !== "high" && needed.some((name) => answer(name) === "not_asked") ? "not_asked" : worst();
  }

  function show() {
    const now = level(), judged = chosen("risk");
    for (const one of part.querySelectorAll("[data-level]")) one.hidden = one.dataset.level !== now;
    more.hidden = answer("thoughts") !== "yes" && !screen.afterYes.some((name) => answer(name) === "yes");
    part.querySelector("[data-when-high]").hidden = now !== "high" && judged !== "high";
    const lowered = part.querySelector("[data-lowered]");
    const lower = judged && judged !== "not_asked" && screen.order.indexOf(judged) < screen.order.indexOf(worst());
    lowered.hidden = !lower && !lowered.querySelector("input").value && !lowered.querySelector(".field-error");
    for (const line of form.querySelectorAll("[data-due]")) {
      line.hidden = Boolean(judged) && high.includes(judged) !== (line.dataset.due === "high");
      line.querySelector("[data-due-word]").hidden = Boolean(judged);
    }
    for (const one of part.querySelectorAll("[data-said]")) {
      one.textContent = form.elements[one.dataset.said].value.trim() || "ask now";
    }
  }

  // What depends on the client and on the end is worked out by the server: the same page, with what is typed so far.
  async function look() {
    const mine = ++asked, body = new FormData(form);
    body.delete("form_key");
    body.append("find", "1");
    try {
      const given = await fetch(location.pathname, { method: "POST", body: new URLSearchParams(body), redirect: "error" });
      if (!given.ok || mine !== asked) return;
      const page = new DOMParser().parseFromString(await given.text(), "text/html");
      for (const id of ["follow-up", "owner"]) {
        const here = document.getElementById(id), fresh = page.getElementById(id);
        if (here && fresh && !here.contains(document.activeElement)) here.replaceChildren(...fresh.childNodes);
      }
      const hint = page.querySelector("#call_back-hint"), box = form.elements.call_back;
      document.getElementById("call_back-hint")?.remove();
      if (hint) {
        box.before(hint);
        box.setAttribute("aria-describedby", hint.id);
      }
      show();
    } catch { /* without a connection the page says what it said */ }
  }

  function choose({ detail }) {
    const list = form.querySelector("#people .choices");
    let radio = [...list.querySelectorAll("input")].find((one) => one.value === detail.id);
    if (!radio) {
      const line = list.lastElementChild.cloneNode(true), label = line.querySelector("label");
      radio = line.querySelector("input");
      radio.id = `client_id-${detail.id}`;
      radio.value = detail.id;
      label.htmlFor = radio.id;
      label.textContent = `${detail.label} · ${detail.hint}`;
      list.prepend(line);
    }
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    say(`Chosen: ${detail.label}`);
  }

  for (const button of form.querySelectorAll("[data-now]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const box = form.elements[button.dataset.now || "started"];
      // The clinic's own time, whatever this machine's zone is.
      const now = new Intl.DateTimeFormat("en-US", { timeZone: part.dataset.zone, hour: "numeric", minute: "2-digit" });
      box.value = now.format(new Date()).toLowerCase();
      box.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  form.addEventListener("chosen", choose);
  form.addEventListener("input", show);
  form.addEventListener("change", (event) => {
    show();
    if (!["client_id", "ended", "started", "started_day"].includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(look, 200);
  });
  show();
}
