// The form that opens without a network: it knows nobody, keeps one report sealed, and sends nothing itself.
import { keep, kept, lastAccount } from "./record-keep.js";

const form = document.getElementById("record");
const strip = document.getElementById("kept");
const words = strip.dataset;
const LOOK_MS = 3000;

function nowHere() {
  return new Date(Date.now() + 7 * 3600e3).toISOString().slice(0, 16);
}

// A network that is said to be there may still carry nothing: look before leaving what is being typed.
async function back() {
  if (!navigator.onLine || form.contains(document.activeElement)) return;
  const answer = await fetch("/health/live", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.assign("/activities/new");
}

async function tell(account) {
  const count = (await kept(account)).length;
  strip.textContent = count === 0 ? "" : count === 1 ? words.one : words.many.replace("{n}", count);
}

async function start() {
  const account = await lastAccount();
  if (!account) {
    form.hidden = document.getElementById("somebody").hidden = true;
    document.getElementById("nobody").hidden = false;
    return;
  }
  form.elements.at.value = nowHere();
  await tell(account);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = [...new FormData(form).entries()];
    await keep(account, [["id", crypto.randomUUID()], ...told, ["do", "record"]]);
    form.reset();
    document.activeElement?.blur();
    form.elements.at.value = nowHere();
    await tell(account);
  });
  addEventListener("online", back);
  setInterval(back, LOOK_MS);
}

start();
