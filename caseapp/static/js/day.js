// The browser's own calendar beside a day's text field. What it gives is written as people write it: Nov 18, 2026.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function start(field) {
  const text = field.querySelector("input[type=text]");
  const button = field.querySelector("button");
  const native = document.createElement("input");
  native.type = "date";
  native.tabIndex = -1;
  native.className = "day-native";
  native.setAttribute("aria-hidden", "true");
  if (!native.showPicker) return;
  button.hidden = false;
  button.after(native);
  button.addEventListener("click", () => {
    const parts = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4})$/.exec(text.value.trim());
    native.value = parts
      ? `${parts[3]}-${String(MONTHS.indexOf(parts[1]) + 1).padStart(2, "0")}-${parts[2].padStart(2, "0")}` : "";
    try { native.showPicker(); } catch { native.focus(); }
  });
  native.addEventListener("change", () => {
    if (!native.value) return;
    const [year, month, day] = native.value.split("-").map(Number);
    text.value = `${MONTHS[month - 1]} ${day}, ${year}`;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.dispatchEvent(new Event("change", { bubbles: true }));
    text.focus();
  });
}
