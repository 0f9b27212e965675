// Roll-call by keyboard, mouse and thumb. Letters work only while focus is in the list; arrows stay the browser's own.
import { Marks } from "./marks.js";
import { dress, merge, parse } from "./roll-merge.js";

const KEYS = { p: "present", l: "late", o: "left_early", e: "excused", n: "no_show", c: "cancelled_late", u: "none" };
const PARTLY = { late: "late", left_early: "early" };
const POLL = 10000;
const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
const named = (row, asked) => fold(row.querySelector("bdi").textContent).split(/[\s,]+/).some((name) => name.startsWith(asked));

export function start(form) {
  const list = form.querySelector(".roll"), find = document.getElementById("find-row"), marks = new Marks(form);
  let leaving = false;
  form.classList.add("with-script");
  for (const part of document.querySelectorAll(".with-script-only")) part.hidden = false;
  marks.rows.forEach(dress);

  const current = () => document.activeElement.closest(".person") || marks.rows.find((row) => !row.dataset.saved) || marks.rows[0];
  const minutesOf = (row) => row.querySelector(`[data-minutes=${PARTLY[marks.state(row)] || "late"}]`);
  const complete = (row) => !(marks.state(row) in PARTLY) || Number(minutesOf(row).value) > 0;

  function go(row) {
    const radio = row?.querySelector(".person-marks input:checked:enabled, .person-marks input:enabled");
    if (!radio) return;
    radio.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function next(row) {
    go((document.getElementById("go-on")?.checked && marks.rows[marks.rows.indexOf(row) + 1]) || row);
  }

  function choose(row, state) {
    const radio = row.querySelector(`.cell input[value=${state}]`);
    if (radio.disabled) return;
    radio.checked = true;
    row.dataset.state = state;
    if (!(state in PARTLY)) { marks.send(row); next(row); return; }
    minutesOf(row).focus();
    minutesOf(row).select();
  }

  async function whole(button) {
    const body = new FormData(form);
    if (button.name) body.append(button.name, button.value);
    try {
      const answer = await fetch(button.formAction, { method: "POST", body, headers: { "X-CSRFToken": marks.token } });
      if (!answer.ok) throw new Error(answer.status);
      merge(marks, parse(await answer.text()), true);
      marks.tell();
    } catch { form.requestSubmit(button); }
  }

  list.addEventListener("keydown", (event) => {
    const row = current(), box = event.target, key = event.key.toLowerCase();
    if (event.key === "Enter" && event.ctrlKey) form.querySelector("[data-finish]")?.click();
    else if (event.ctrlKey || event.altKey || event.metaKey || !row) return;
    else if (box.matches("input[type=text], select")) {
      if (event.key !== "Enter") return;
      event.preventDefault();
      marks.send(row);
      next(row);
    } else if (key in KEYS || key === "r" || key === "/") {
      event.preventDefault();
      if (key in KEYS) choose(row, KEYS[key]);
      else if (key === "/") find.select();
      else document.querySelector("[data-rest]:not([hidden])")?.click();
    } else if (event.key === "Enter") event.preventDefault();
  });

  list.addEventListener("change", (event) => {
    const row = event.target.closest(".person");
    row.dataset.state = marks.state(row);
    if (complete(row)) marks.later(row, event.target.type === "radio" ? 400 : 0);
  });

  list.addEventListener("click", (event) => {
    const row = event.target.closest(".person"), chip = event.target.closest("[data-chip]");
    if (event.target.closest(".person-open")) row.classList.add("person-all");
    if (!chip) return;
    chip.parentElement.previousElementSibling.value = chip.dataset.chip;
    marks.send(row);
  });

  list.addEventListener("focusout", (event) => {
    const row = event.target.closest(".person");
    if (row && !row.contains(event.relatedTarget) && (marks.timers.has(row) || !complete(row))) marks.send(row);
  });

  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const asked = fold(find.value.trim());
    const found = asked && marks.rows.find((row) => named(row, asked));
    if (found) { find.value = ""; go(found); }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-rest], [data-undo]");
    if (button) { event.preventDefault(); whole(button); }
  });
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("beforeunload", (event) => { if (!leaving && !marks.idle) event.preventDefault(); });
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(location.pathname, { headers: { "X-Poll": "1" }, redirect: "error" }).catch(() => null);
    if (answer?.ok) merge(marks, parse(await answer.text()));
  }, POLL);
}
