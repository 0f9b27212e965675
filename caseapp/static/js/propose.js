// Proposes when a session ends, from its start and the service's usual minutes, until someone types an end of their own.
const DAY = 1440;

function minutesOf(text) {
  const match = /^(\d{1,2})(?::?(\d{2}))?\s*([ap])?\.?m?\.?$/i.exec(text.trim());
  if (!match || Number(match[1]) > 23 || (!match[3] && Number(match[1]) < 13 && !/^0\d/.test(match[1]))) return null;
  const hour = match[3] ? (Number(match[1]) % 12) + (match[3].toLowerCase() === "p" ? 12 : 0) : Number(match[1]);
  return hour * 60 + Number(match[2] || 0);
}

function words(minutes) {
  const hour = Math.floor(minutes / 60) % 24;
  return `${hour % 12 || 12}:${String(minutes % 60).padStart(2, "0")} ${hour < 12 ? "am" : "pm"}`;
}

export function start(part) {
  const usual = Object.fromEntries(part.dataset.minutes.split(" ").map((pair) => pair.split(":")));
  const [service, starts, ends] = ["service", "starts", "ends"].map((name) => part.querySelector(`[name=${name}]`));
  let proposed = "";
  function propose() {
    if (ends.value && ends.value !== proposed) return;
    const at = minutesOf(starts.value), length = Number(usual[service.value]);
    if (at === null || !length) return;
    proposed = words((at + length) % DAY);
    ends.value = proposed;
  }
  service.addEventListener("change", propose);
  starts.addEventListener("input", propose); // at once, so that nothing moves under whoever goes on to the end
  ends.addEventListener("focus", () => ends.value && ends.value === proposed && ends.select());
}
