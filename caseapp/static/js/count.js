// How many characters are left in a limited text; said aloud only near the end.
import { say } from "./app.js";

export function start(area) {
  const most = Number(area.dataset.most);
  const line = document.getElementById(`${area.id}-count`);
  if (!line || !most) return;
  const standing = line.textContent;
  let told = false;
  area.addEventListener("input", () => {
    const left = most - area.value.length;
    const words = left < 0 ? `${-left} too many of ${most.toLocaleString("en-US")} characters.`
      : `${left.toLocaleString("en-US")} characters left.`;
    line.textContent = left < most * 0.25 ? words : standing;
    if (left < most * 0.05 && !told) say(words);
    told = left < most * 0.05;
  });
}
