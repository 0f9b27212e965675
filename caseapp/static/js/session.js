// Two minutes before the sign-in ends: ask. At its end: take the page away and ask to sign in, so that no client's data
// stays on the screen. Tabs of one sign-in tell each other when it ends; nothing else is said between them.
const WARNING = 120000;

export function start(dialog) {
  const ahead = Date.now() - new Date(dialog.dataset.now).getTime(); // how far this machine's clock is from the server's
  const others = new BroadcastChannel(`sign-in ${dialog.dataset.signIn}`);
  let ends = new Date(dialog.dataset.ends).getTime() + ahead;
  let before = null;
  let said = false;
  let covered = false;

  function cover() {
    if (covered) return;
    covered = true;
    const typed = document.querySelector("form[data-kept]") !== null;
    const place = new URL(location.pathname + location.search, location.origin);
    if (typed) place.searchParams.set("draft", "continue");
    const page = document.getElementById("cover");
    for (const child of [...document.body.children]) if (child !== page) child.remove();
    page.hidden = false;
    page.querySelector("form").action = `/sign-in?next=${encodeURIComponent(place.pathname + place.search)}`;
    page.querySelector("[name=email]").focus();
    document.title = "Signed out - caseapp";
  }

  function lasts(until) {
    ends = Math.max(ends, until);
    said = false;
  }

  function look() {
    if (covered) return undefined;
    const left = ends - Date.now();
    if (left <= 0) return cover();
    // A little earlier than the end, autosave gets its last chance while the server still knows us.
    if (left <= 15000 && !said) {
      said = true;
      document.dispatchEvent(new Event("caseapp:ending"));
    }
    if (left <= WARNING && !dialog.open) {
      before = document.activeElement;
      document.dispatchEvent(new Event("caseapp:ending"));
      dialog.showModal();
      dialog.querySelector("[data-stay] button").focus();
    }
    return undefined;
  }

  dialog.querySelector("[data-stay]").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch("/stay-signed-in", { method: "POST", body: new FormData(event.target),
        headers: { Accept: "application/json", "X-Requested-With": "fetch" }, redirect: "error" });
      if (!answer.ok) return cover();
      const told = await answer.json().catch(() => ({}));
      if (told.ends_at) lasts(new Date(told.ends_at).getTime() + ahead);
      others.postMessage(ends);
      dialog.querySelector("[data-ending-time]").textContent = told.ends_at_words || "";
      dialog.close();
      before?.focus?.();
    } catch { /* no connection: the dialog stays, the end comes as told */ }
    return undefined;
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    dialog.querySelector("[data-stay]").requestSubmit();
  });
  others.addEventListener("message", (event) => {
    lasts(event.data);
    if (dialog.open && ends - Date.now() > WARNING) dialog.close();
  });
  others.postMessage(ends);
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
}
