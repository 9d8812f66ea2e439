// The big screen: turns its pages, and keeps a clock that runs by the server's time, not the machine's.

const hall = document.getElementById("screen-live");
const clock = document.getElementById("clock");
const behind = Date.parse(clock.dateTime) - Date.now();
const TURN_MS = 10_000;

let isPaused = false;
let turnAt = Date.now() + TURN_MS;

function pages() {
  return hall.querySelectorAll(".hall__board tbody").length;
}

function turn(steps) {
  const count = pages() || 1;
  const page = (Number(hall.dataset.page) - 1 + steps + count) % count;
  hall.dataset.page = page + 1;
  turnAt = Date.now() + TURN_MS;
}

function pause() {
  isPaused = !isPaused;
  turnAt = Date.now() + TURN_MS;
  const button = document.getElementById("turning");
  button.setAttribute("aria-pressed", isPaused);
}

function tick() {
  const now = new Date(Date.now() + behind);
  const shown = now.toLocaleTimeString("en-GB", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit" });
  if (clock.textContent !== shown) clock.textContent = shown;
  // The board may have become shorter.
  if (Number(hall.dataset.page) > Math.max(pages(), 1)) hall.dataset.page = 1;
  if (!isPaused && Date.now() >= turnAt) turn(1);
}

document.getElementById("turning").hidden = false;
document.getElementById("turning").addEventListener("click", pause);
addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight") turn(1);
  if (event.key === "ArrowLeft") turn(-1);
  if (event.key === "p") pause();
});
setInterval(tick, 250);
tick();
