// A Print button, shown only where printing by script works. A form that records the printing is sent first.
export function start(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (button.dataset.record) {
      const token = document.querySelector("[name=csrf_token]")?.value || "";
      await fetch(button.dataset.record, { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => {});
    }
    for (const fold of document.querySelectorAll("main details")) fold.open = true;
    window.print();
  });
}
