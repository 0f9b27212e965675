// Of the reasons for a move, and of nothing else, only those that fit the chosen kind are offered.
// Without script all are there, grouped by the words of their kind.

export function start(form) {
  const list = form.querySelector("select[name=reason]");
  const groups = [...list.querySelectorAll("optgroup")];
  if (!groups.length) return;

  function fit() {
    const chosen = form.querySelector("input[name=kind]:checked");
    const words = chosen ? form.querySelector(`label[for="${chosen.id}"]`).textContent.trim() : "";
    for (const group of groups) {
      const fits = !words || !group.label || group.label === words;
      group.hidden = !fits;
      group.disabled = !fits;
    }
    if (list.selectedOptions[0]?.closest("optgroup")?.disabled) list.value = "";
  }

  form.addEventListener("change", (event) => { if (event.target.name === "kind") fit(); });
  fit();
}
