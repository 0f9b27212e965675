// A form is sent once: the button says so, and later presses are ignored until the answer or for 20 seconds.
import { say } from "./app.js";

const WAIT = 20000;

export function start(form) {
  let sending = false;
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (sending) {
      event.preventDefault();
      return;
    }
    sending = true;
    const button = event.submitter || form.querySelector("button[type=submit]");
    const words = button ? [...button.childNodes].map((node) => node.cloneNode(true)) : [];
    const release = () => {
      sending = false;
      if (!button) return;
      button.replaceChildren(...words);
      button.removeAttribute("aria-disabled");
    };
    // After the event, so that the button's own name and value are still part of what is sent.
    setTimeout(() => {
      if (!button) return;
      button.textContent = button.dataset.sending || "Saving…";
      button.setAttribute("aria-disabled", "true");
    });
    setTimeout(() => {
      if (!sending) return;
      release();
      say("No answer yet. You can send it again: it will be saved once only.");
    }, WAIT);
    // Coming back with the back button shows the page as it was: the form must work again.
    window.addEventListener("pageshow", (shown) => shown.persisted && release(), { once: true });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey && event.target.tagName === "TEXTAREA") form.requestSubmit();
  });
}
