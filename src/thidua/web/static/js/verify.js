// The queue from the keyboard: j and k move, v confirms, r rejects with a reason, x ticks, ? tells.
let current = 0;

const claims = () => [...document.querySelectorAll("[data-claim]")];
const typing = (target) => target.matches("input:not([type=checkbox]), select, textarea");

function mark(to) {
  const all = claims();
  current = Math.max(0, Math.min(to, all.length - 1));
  for (const [place, one] of all.entries()) one.classList.toggle("is-current", place === current);
  return all[current];
}

function go(to) {
  const one = mark(to);
  one?.focus({ preventScroll: true });
  one?.scrollIntoView({ block: "center" });
}

function tick(one, only) {
  const box = one.querySelector("[name=pick]");
  if (box.disabled) return false;
  if (only) for (const other of document.querySelectorAll("[name=pick]")) other.checked = other === box;
  else box.checked = !box.checked;
  return true;
}

function help() {
  const keys = document.getElementById("keys");
  keys.open = !keys.open;
  keys.scrollIntoView({ block: "nearest" });
}

const ACTS = {
  j: () => go(current + 1),
  k: () => go(current - 1),
  ArrowDown: () => go(current + 1),
  ArrowUp: () => go(current - 1),
  v: (one) => one.querySelector("[data-verify]:not(:disabled)")?.click(),
  x: (one) => tick(one, false),
  r: (one) => {
    if (!document.querySelector("[name=pick]:checked") && !tick(one, true)) return;
    document.getElementById("refuse").open = true;
    document.getElementById("reason").focus();
  },
  "?": help,
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return;
  if (typing(event.target)) {
    if (event.key === "Escape") go(current);
    // Enter in the reason rejects, not the first button of the form.
    if (event.key === "Enter" && event.target.closest(".queue__bar")) {
      event.preventDefault();
      document.querySelector("[data-reject]").click();
    }
    return;
  }
  const act = ACTS[event.key];
  const one = claims()[current];
  if (!act || (!one && event.key !== "?")) return;
  event.preventDefault();
  act(one);
});

document.addEventListener("focusin", (event) => {
  const place = claims().indexOf(event.target.closest?.("[data-claim]"));
  if (place >= 0) mark(place);
});

// After a claim is gone the next one stands in its place.
document.addEventListener("htmx:after:swap", () => go(current));

// What the keys act on is marked from the beginning.
mark(0);
