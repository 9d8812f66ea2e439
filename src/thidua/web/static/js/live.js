// Keeps the board on this page equal to the server's: one stream, carried by htmx and its sse extension.
// Rows keep their elements; a row that changed glows once and slides to its place; one's own change is said
// once, politely; while the connection is lost, the page says so and of when its figures are.

const box = document.querySelector("[data-stream]");
const lostStrip = document.getElementById("live-lost");
const dot = document.getElementById("live-dot");
const said = document.getElementById("live-say");
const isStill = matchMedia("(prefers-reduced-motion: reduce)");

const SILENT_MS = 40_000; // the server says something every 15 seconds
const PATIENCE_MS = 3_000; // a short break is not worth a word
const AGAIN_MS = 5_000;
const SLIDE_MS = 420;

let connection = null;
let heardAt = performance.now();
let waiting = 0;
let shownAt = new Date();

function heard() {
  heardAt = performance.now();
  clearTimeout(waiting);
  waiting = 0;
  lostStrip.hidden = true;
  dot.hidden = false;
}

function lose() {
  const stamp = box.querySelector("time");
  if (!lostStrip.hidden) return;
  lostStrip.querySelector("time").textContent = clock(shownAt) || stamp?.textContent;
  lostStrip.hidden = false;
  dot.hidden = true;
}

function loseSoon() {
  waiting ||= setTimeout(lose, PATIENCE_MS);
}

function clock(moment) {
  return moment.toLocaleTimeString("en-GB", { timeZone: "Asia/Ho_Chi_Minh" });
}

function connect() {
  htmx.ajax("GET", box.dataset.stream, { source: box });
}

function connectAgain() {
  loseSoon();
  setTimeout(connect, AGAIN_MS * (1 + 2 * Math.random()));
}

function rows() {
  return new Map([...box.querySelectorAll("tr[data-subject]")].map((row) => [row.dataset.subject, row]));
}

// What was shown before the next frame: where each row stood and what it said.
let before = new Map();

function remember() {
  before = new Map([...rows()].map(([subject, row]) => [subject, { top: row.offsetTop, words: words(row) }]));
}

function words(row) {
  return `${row.querySelector(".rank__n, .hall__rank")?.textContent.trim()} ${row.querySelector(".points, .hall__pts")?.textContent.trim()}`;
}

function show() {
  for (const [subject, row] of rows()) {
    const old = before.get(subject);
    if (old?.words !== words(row)) glow(row);
    if (old && old.top !== row.offsetTop) slide(row, old.top - row.offsetTop);
  }
  markOwn();
  shownAt = new Date();
}

function glow(row) {
  row.classList.remove("just-moved");
  void row.offsetWidth; // begin anew
  row.classList.add("just-moved");
}

function slide(row, pixels) {
  if (isStill.matches) return;
  row.animate([{ transform: `translateY(${pixels}px)` }, { transform: "none" }], {
    duration: SLIDE_MS,
    easing: "cubic-bezier(.2, .7, .2, 1)",
  });
}

function markOwn() {
  const subject = box.dataset.me;
  const row = subject && rows().get(subject);
  if (!row) return;
  row.classList.add("is-me");
  row.setAttribute("aria-current", "true");
  row.querySelector(".you")?.removeAttribute("hidden");
  const old = before.get(subject);
  if (old && old.words !== words(row) && said) said.textContent = sentence(row);
}

function sentence(row) {
  const rank = row.querySelector(".rank__n").textContent.trim();
  const score = row.querySelector(".points").textContent.trim();
  return said.dataset.words.replace("{rank}", rank).replace("{score}", score);
}

function listen() {
  box.addEventListener("htmx:sse:before:connection", (event) => {
    connection = event.detail.connection;
    if (connection.attempt > 0) loseSoon();
  });
  box.addEventListener("htmx:sse:after:connection", heard);
  box.addEventListener("htmx:sse:before:message", (event) => {
    heard();
    if (!event.detail.message.event) remember();
    else shownAt = new Date();
  });
  box.addEventListener("htmx:sse:after:message", (event) => {
    if (!event.detail.message.event) show();
  });
  box.addEventListener("htmx:response:error", connectAgain);
  box.addEventListener("htmx:error", () => connection || connectAgain());
  addEventListener("offline", lose);
  addEventListener("online", () => connection?.delayCanceller?.());
  // A connection that died without a word is given up, and taken up again.
  setInterval(() => {
    if (document.hidden || performance.now() - heardAt < SILENT_MS) return;
    lose();
    heardAt = performance.now();
    connection?.reader?.cancel();
  }, 5_000);
}

if (box) {
  listen();
  box.setAttribute("hx-sse:connect", box.dataset.stream);
  box.setAttribute("hx-swap", "innerMorph");
  box.setAttribute("hx-status:4xx", "swap:none");
  box.setAttribute("hx-status:5xx", "swap:none");
  // A page that nobody looks at lets go of its stream; a big screen never does.
  const pauses = !("always" in box.dataset);
  box.setAttribute("hx-config", `sse.pauseOnBackground:${pauses}, sse.reconnectMaxDelay:20000`);
  htmx.process(box);
}
