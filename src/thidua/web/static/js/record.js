// Recording: foretells points while one chooses, finds people by name, and keeps what the network would not take.
import { keep, kept, prepare, taken, unlocked } from "./record-keep.js";

const form = document.getElementById("record");
const strip = document.getElementById("kept");
const words = strip.dataset;
const SEND_MS = 15000;
const AGAIN_MS = 20000;

function say(...lines) {
  strip.replaceChildren();
  if (!lines.length) return;
  const isBack = lines[0] === words.back;
  const notice = document.createElement("div");
  notice.className = isBack ? "notice notice--ok" : "notice notice--warn";
  notice.append(document.getElementById(isBack ? "icon-back" : "icon-away").content.cloneNode(true));
  const text = notice.appendChild(document.createElement("div"));
  const [first, ...rest] = lines;
  text.appendChild(document.createElement("b")).textContent = first;
  for (const line of rest) text.appendChild(line instanceof Node ? line : Object.assign(document.createElement("p"), { textContent: line }));
  strip.append(notice);
}

function counted(count, one, many) {
  return count === 1 ? one : many.replace("{n}", count);
}

async function tellKept(...first) {
  const count = (await kept(words.account)).length;
  const waiting = count ? [counted(count, words.one, words.many)] : [];
  const away = !navigator.onLine || count ? [words.away] : [];
  const lines = first.length ? [...first, ...waiting] : [...away, ...waiting];
  if (count || first.length) say(...lines);
}

function fields() {
  return [...new FormData(form).entries()].filter(([name]) => name !== "_csrf");
}

function post(address, entries) {
  const body = new URLSearchParams([...entries, ["_csrf", form.elements._csrf.value]]);
  return fetch(address, { method: "POST", body, headers: { accept: "text/html" }, signal: AbortSignal.timeout(SEND_MS) });
}

// A name that was kept, a number that was typed: everything goes; how long and about what stays for the next one.
function startAnew() {
  form.elements.id.value = crypto.randomUUID();
  for (const box of form.querySelectorAll("#picked input, #found input")) box.checked = false;
  for (const name of ["q", "others", "evidence", "note"]) if (form.elements[name]) form.elements[name].value = "";
  document.getElementById("found")?.replaceChildren();
  if (form.elements.at) form.elements.at.value = nowHere();
}

function nowHere() {
  const there = new Date(Date.now() + 7 * 3600e3);
  return there.toISOString().slice(0, 16);
}

async function keepThis(entries) {
  await keep(words.account, entries);
  startAnew();
  await tellKept();
  strip.scrollIntoView({ block: "center" });
}

async function submit(event) {
  const chosen = event.submitter?.value ?? "record";
  if (chosen !== "record" || (form.elements.q?.value && !form.querySelector("[name=helped]:checked") && !form.elements.others?.value)) {
    if (!navigator.onLine) event.preventDefault();
    return;
  }
  event.preventDefault();
  const entries = [...fields(), ["do", "record"]];
  const button = form.querySelector(".do button");
  button.disabled = true;
  try {
    const answer = await post(form.action, entries);
    if (answer.ok && answer.redirected) location.assign(answer.url);
    else form.submit(); // the page itself says what is to be mended, with everything kept
  } catch {
    await keepThis(entries);
  } finally {
    button.disabled = false;
  }
}

// One tab sends at a time; what the server knows already it answers as already recorded.
async function sendKept() {
  if (!navigator.onLine || !form.elements._csrf?.value) return;
  await navigator.locks.request("thidua-send", async () => {
    let sent = 0;
    for (const one of await unlocked(words.account)) {
      const answer = await post("/activities/new", whole(one.entries)).catch(() => null);
      if (answer === null) break;
      const isRecorded = (answer.ok && /\/activities\/[0-9a-f-]{36}$/.test(answer.url)) || answer.status === 409;
      if (isRecorded) {
        await taken(one.id);
        sent += 1;
      } else if (answer.status === 422) {
        mend(one);
        return;
      } else break;
    }
    if (sent) await tellKept(words.back, counted(sent, words.sentOne, words.sentMany));
    else await tellKept();
  });
}

// A form that opened without a network knew nobody: whoever sends it did it.
function whole(entries) {
  return entries.some(([name]) => name === "actor") ? entries : [...entries, ["actor", words.person]];
}

function mend(one) {
  const way = document.createElement("button");
  way.type = "button";
  way.className = "btn btn--s";
  way.textContent = words.open;
  way.addEventListener("click", async () => {
    const again = document.createElement("form");
    again.method = "post";
    again.action = "/activities/new";
    again.hidden = true;
    for (const [name, value] of [...whole(one.entries), ["_csrf", form.elements._csrf.value]]) {
      again.append(Object.assign(document.createElement("input"), { name, value }));
    }
    document.body.append(again);
    await taken(one.id);
    again.submit();
  });
  say(words.mend, way);
}

let asked = 0;
async function foretell() {
  const place = document.getElementById("foretold");
  const turn = ++asked;
  try {
    const answer = await post("/activities/foretell", fields());
    if (answer.ok && turn === asked) place.innerHTML = await answer.text();
  } catch {
    // Without a network nothing is foretold; recording goes on.
  }
}

let looking = 0;
async function look() {
  const place = document.getElementById("found");
  const turn = ++looking;
  const q = form.elements.q.value.trim();
  for (const box of place.querySelectorAll("input:checked")) document.getElementById("picked").append(box.closest("label"));
  if (q.length < 2) return place.replaceChildren();
  try {
    const answer = await fetch(`/activities/people?q=${encodeURIComponent(q)}`, { headers: { accept: "text/html" } });
    if (!answer.ok || turn !== looking) return;
    place.innerHTML = await answer.text();
    const known = new Set([...document.querySelectorAll("#picked input")].map((box) => box.value));
    for (const box of place.querySelectorAll("input")) if (known.has(box.value)) box.closest("label").remove();
  } catch {
    // Looking for names needs the network; a number of people does not.
  }
}

function soon(what, ms) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(what, ms);
  };
}

async function start() {
  form.addEventListener("submit", submit);
  addEventListener("online", sendKept);
  addEventListener("offline", () => tellKept(words.away));
  form.elements.q?.addEventListener("input", soon(look, 200));
  form.elements.q?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      look();
    }
  });
  if (document.getElementById("foretold")) form.addEventListener("change", soon(foretell, 120));
  if (!globalThis.isSecureContext || !globalThis.indexedDB) return;
  await prepare(words.account, words.key);
  document.documentElement.dataset.keeps = "yes";
  navigator.serviceWorker?.register("/activities/worker.js", { scope: "/activities/" }).catch(() => {});
  await sendKept();
  setInterval(async () => (await kept(words.account)).length && sendKept(), AGAIN_MS);
}

start();
