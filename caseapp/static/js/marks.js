// Sends marks one by one, keeps in memory what is not saved yet, and takes what the server says of each row.
import { say } from "./app.js";

const AGAIN = 5000;
const parse = (text) => new DOMParser().parseFromString(text, "text/html");
const clockTime = () => new Date().toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" }).toLowerCase();

export class Marks {
  constructor(form) {
    this.form = form;
    this.busy = new Set();
    this.unsaved = new Set();
    this.timers = new Map();
    setInterval(() => this.retry(), AGAIN);
    window.addEventListener("online", () => this.retry());
  }

  get rows() { return [...this.form.querySelectorAll(".person")]; }
  get idle() { return !this.busy.size && !this.unsaved.size && !this.timers.size; }
  get token() { return this.form.querySelector("[name=csrf_token]").value; }
  state(row) { return row.querySelector(".person-marks input:checked")?.value || "none"; }

  later(row, wait) {
    clearTimeout(this.timers.get(row));
    this.timers.set(row, setTimeout(() => this.send(row), wait));
  }

  values(row) {
    const body = new FormData();
    for (const [name, value] of new FormData(this.form)) if (name.endsWith(`-${row.dataset.place}`)) body.append(name, value);
    return body;
  }

  async send(row) {
    clearTimeout(this.timers.get(row));
    this.timers.delete(row);
    if (this.busy.has(row)) { row.dataset.again = "yes"; return; }
    this.busy.add(row);
    this.unsaved.add(row);
    this.part(row, "status", "Saving…");
    try {
      const answer = await fetch(row.dataset.url, { method: "POST", body: this.values(row), redirect: "error",
        headers: { "X-CSRFToken": this.token, "X-Requested-With": "fetch" } });
      if (![200, 409, 422].includes(answer.status)) throw new Error(answer.status);
      const fresh = parse(await answer.text()).querySelector(".person");
      this.unsaved.delete(row);
      if (answer.status === 200) fresh.querySelector("[data-part=status] .hint")?.prepend(`saved ${clockTime()} · `);
      this.take(row, fresh, answer.status === 200 && !row.dataset.again);
      if (answer.status !== 200) say(fresh.querySelector(".person-problem legend, .person-problem p").textContent.trim());
    } catch {
      this.part(row, "status", "Not saved, trying again");
    }
    this.busy.delete(row);
    if (row.dataset.again) { delete row.dataset.again; this.later(row, 0); }
    this.tell();
  }

  retry() { for (const row of this.unsaved) if (!this.busy.has(row)) this.send(row); }

  part(row, name, words) {
    const hint = document.createElement("span");
    hint.className = "hint";
    hint.textContent = words;
    row.querySelector(`[data-part=${name}]`).replaceChildren(hint);
  }

  // Take the server's row: always what it says about it, and what stands in the boxes unless someone is typing there.
  take(row, fresh, boxes) {
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const here = row.querySelector(`[data-part=${part.dataset.part}]`);
      const focused = here.contains(document.activeElement);
      here.replaceChildren(...part.cloneNode(true).childNodes);
      if (focused) row.querySelector(".person-marks input:checked")?.focus();
    }
    row.dataset.saved = fresh.dataset.saved;
    row.classList.toggle("person-wrong", fresh.classList.contains("person-wrong"));
    const id = row.dataset.place;
    row.querySelector(`[name=seen-${CSS.escape(id)}]`).value = fresh.querySelector(`[name=seen-${CSS.escape(id)}]`).value;
    if (!boxes) return;
    for (const input of fresh.querySelectorAll("input[id], select[id]")) {
      const mine = document.getElementById(input.id);
      if (!mine || mine === document.activeElement && mine.type === "text") continue;
      mine.disabled = input.disabled;
      if (input.type === "radio") mine.checked = input.checked; else mine.value = input.value;
    }
    row.dataset.state = this.state(row);
  }

  tell(aloud = true) {
    const rows = this.rows, done = rows.filter((row) => row.dataset.saved).length, says = `${done} of ${rows.length} marked`;
    for (const count of document.querySelectorAll("[data-count]")) count.textContent = count.dataset.count === "done" ? done : rows.length - done;
    for (const words of document.querySelectorAll("[data-count-words]")) words.textContent = says;
    const rest = document.querySelector("[data-rest]");
    if (rest) rest.hidden = done === rows.length;
    const banner = document.getElementById("unsaved"), open = [...this.unsaved].filter((row) => !this.busy.has(row)).length;
    banner.hidden = !open;
    banner.querySelector("[data-unsaved]").textContent = open ? `${open === 1 ? "1 mark" : `${open} marks`} not saved yet. Keep this page open.` : "";
    const at = document.querySelector("[data-saved-at]");
    if (at && this.idle && aloud) at.textContent = `all saved ${clockTime()}`;
    if (aloud && this.idle) say(says);
  }
}
