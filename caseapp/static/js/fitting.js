// Of the reasons for a move, and of the fields that say for which kinds they are, only those that fit the chosen kind are offered.
// Without script all are there, the reasons grouped by the words of their kind.

export function start(form) {
  const list = form.querySelector("select[name=reason]");
  const groups = [...list.querySelectorAll("optgroup")];
  const parts = [...form.querySelectorAll("[data-kinds]")];
  if (!groups.length && !parts.length) return;

  function fit() {
    const chosen = form.querySelector("input[name=kind]:checked");
    const words = chosen ? form.querySelector(`label[for="${chosen.id}"]`).textContent.trim() : "";
    for (const group of groups) {
      const fits = !words || !group.label || group.label === words;
      group.hidden = !fits;
      group.disabled = !fits;
    }
    for (const part of parts) part.hidden = !chosen || !part.dataset.kinds.split(" ").includes(chosen.value);
    if (list.selectedOptions[0]?.closest("optgroup")?.disabled) list.value = "";
  }

  form.addEventListener("change", (event) => { if (event.target.name === "kind") fit(); });
  fit();
}
