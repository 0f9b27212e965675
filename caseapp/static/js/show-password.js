// A button that shows what was typed as a password, and a word when capitals lock is on.
export function start(field) {
  const input = field.querySelector("input");
  const button = field.querySelector("button");
  const hint = field.querySelector("[aria-live]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-pressed", String(shown));
    input.focus();
  });
  input.form?.addEventListener("submit", () => { input.type = "password"; });
  input.addEventListener("keyup", (event) => {
    hint.textContent = event.getModifierState?.("CapsLock") ? "Caps Lock is on." : "";
  });
}
