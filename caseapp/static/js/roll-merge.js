// Takes a whole page into the one that is open: every row but the one in focus and those on their way, and what stands around.
export const parse = (text) => new DOMParser().parseFromString(text, "text/html");

export function merge(marks, page, all = false) {
  const form = marks.form, fresh = page.getElementById("roll");
  if (!fresh) return;
  form.querySelector("[name=csrf_token]").value = fresh.querySelector("[name=csrf_token]").value;
  if (fresh.dataset.begun !== form.dataset.begun || fresh.dataset.open !== form.dataset.open) {
    if (marks.idle) location.reload();
    return;
  }
  const there = [...fresh.querySelectorAll(".person")];
  for (const row of marks.rows) {
    if (!there.some((one) => one.id === row.id) && !row.contains(document.activeElement)) row.remove();
  }
  there.forEach((one, at) => place(marks, one, at, all));
  for (const part of document.querySelectorAll("[data-poll][id]")) {
    const other = page.getElementById(part.id);
    if (other && !part.contains(document.activeElement)) part.replaceChildren(...other.childNodes);
  }
  marks.rows.forEach(dress);
  marks.tell(false);
}

function place(marks, fresh, at, all) {
  const row = document.getElementById(fresh.id), next = marks.rows[at];
  if (!row) {
    if (next) next.before(fresh); else marks.form.querySelector(".roll").append(fresh);
  } else if (!marks.unsaved.has(row) && !marks.timers.has(row) && !row.classList.contains("person-wrong")) {
    if (all || !row.contains(document.activeElement)) marks.take(row, fresh, true);
  }
}

// What only script can use: minutes as chips beside their boxes, and the other states behind a button on a phone.
export function dress(row) {
  if (row.dataset.dressed) return;
  row.dataset.dressed = "yes";
  for (const box of row.querySelectorAll("[data-minutes]")) {
    const chips = document.getElementById("minute-chips").content.cloneNode(true);
    for (const chip of chips.querySelectorAll("[data-chip]")) chip.setAttribute("aria-label", `${chip.dataset.chip} minutes ${box.dataset.minutes}`);
    box.after(chips);
  }
  row.querySelector(".person-marks").append(document.getElementById("more-states").content.cloneNode(true));
}
