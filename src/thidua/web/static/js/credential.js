// Verifies the credential of this page in the visitor's own browser, and shares its address.
// The token's signature is checked by the issuer's published keys, then the signed list of what was revoked.

const checker = document.getElementById("checker");
const steps = checker.querySelector("[data-steps]");
const said = checker.querySelector("[data-verdict]");
const words = {
  ok: said.dataset.wordsOk,
  bad: said.dataset.wordsBad,
  unknown: said.dataset.wordsUnknown,
  unreached: said.dataset.wordsUnreached,
};

class Verdict extends Error {
  constructor(verdict, mark = "bad") {
    super(verdict);
    this.verdict = verdict;
    this.mark = mark;
  }
}

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const json = (part) => JSON.parse(new TextDecoder().decode(bytes(part)));

async function fetched(address, accept) {
  const answer = await fetch(address, { cache: "no-store", headers: { accept } }).catch(() => null);
  if (!answer?.ok) throw new Verdict("unknown", "unknown");
  return answer.text();
}

/** The key that the token names, from the issuer's own list: never the one the token brings along. */
async function keyFor(token) {
  const { kid, alg } = json(token.split(".")[0]);
  if (alg !== "ES256") throw new Verdict("broken");
  const { keys } = JSON.parse(await fetched("/.well-known/jwks.json", "application/jwk-set+json"));
  const jwk = keys.find((one) => one.kid === kid && one.kty === "EC" && one.crv === "P-256");
  if (!jwk) throw new Verdict("broken");
  const { kty, crv, x, y } = jwk;
  const kind = { name: "ECDSA", namedCurve: "P-256" };
  return { kid, key: await crypto.subtle.importKey("jwk", { kty, crv, x, y }, kind, false, ["verify"]) };
}

async function signedPayload(token, key) {
  const [head, payload, signature] = token.split(".");
  const signed = new TextEncoder().encode(`${head}.${payload}`);
  const kind = { name: "ECDSA", hash: "SHA-256" };
  if (!(await crypto.subtle.verify(kind, key, bytes(signature), signed))) throw new Verdict("broken");
  return json(payload);
}

/** Whether the bit is set; the list is a packed row of bits, the first bit being the highest of its byte. */
async function isSet(list, index) {
  const packed = new Blob([bytes(list.slice(1))]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bits = new Uint8Array(await new Response(packed).arrayBuffer());
  if (index >= bits.length * 8) throw new Verdict("broken");
  return ((bits[index >> 3] >> (7 - (index % 8))) & 1) === 1;
}

function mark(step, how, note = "") {
  const line = steps.querySelector(`[data-step=${step}]`);
  line.querySelector(".steps__figure").textContent = words[how];
  const small = line.querySelector("small") ?? line.firstElementChild.appendChild(document.createElement("small"));
  small.textContent = note;
}

async function check() {
  for (const one of steps.querySelectorAll(".steps__figure, small")) one.textContent = "";
  said.textContent = "";
  steps.hidden = false;
  let step = "token";
  try {
    const token = (await fetched(checker.dataset.token, "application/vc+jwt")).trim();
    mark(step, "ok", `${token.length} B`);
    step = "key";
    const { kid, key } = await keyFor(token);
    mark(step, "ok", kid);
    step = "signature";
    const told = await signedPayload(token, key);
    mark(step, "ok");
    step = "content";
    if (told.id !== checker.dataset.id || told.iss !== told.issuer.id) throw new Verdict("broken");
    if (!kid.startsWith(told.issuer.id) && kid.includes("#")) throw new Verdict("broken");
    mark(step, "ok", `${told.name}, ${told.issuer.name}`);
    await standing(told, (one) => (step = one));
    said.textContent = checker.dataset.valid;
  } catch (error) {
    const { verdict, mark: how } = error instanceof Verdict ? error : new Verdict("broken");
    mark(step, how);
    said.textContent = checker.dataset[verdict];
  }
  for (const one of steps.querySelectorAll(".steps__figure:empty")) one.textContent = words.unreached;
}

/** Whether what was signed holds now: dates and list are both looked at, for revoked outweighs expired. */
async function standing(told, at) {
  const now = Date.now();
  const isOver = told.validUntil && now >= Date.parse(told.validUntil);
  const isEarly = now < Date.parse(told.validFrom);
  mark("dates", isOver || isEarly ? "bad" : "ok");
  at("status");
  const entry = told.credentialStatus;
  const path = new URL(entry.statusListCredential).pathname;
  const token = (await fetched(path, "application/vc+jwt")).trim();
  const list = await signedPayload(token, (await keyFor(token)).key);
  const subject = list.credentialSubject;
  if (list.id !== entry.statusListCredential || subject.statusPurpose !== "revocation") throw new Verdict("broken");
  if (await isSet(subject.encodedList, Number(entry.statusListIndex))) throw new Verdict("revoked");
  mark("status", "ok");
  at("dates");
  if (isOver) throw new Verdict("expired");
  if (isEarly) throw new Verdict("broken");
}

const begin = checker.querySelector("[data-begin]");
if (globalThis.crypto?.subtle && globalThis.DecompressionStream) {
  begin.hidden = false;
  begin.querySelector("button").addEventListener("click", check);
} else {
  said.textContent = checker.dataset.unable;
}

// Sharing: the phone's own way where there is one, else the address on the clipboard.
const share = document.getElementById("share");
const told = { title: share.dataset.title, url: share.dataset.address };
const shareButton = share.querySelector("[data-share]");
const copyButton = share.querySelector("[data-copy]");
shareButton.hidden = !navigator.share;
copyButton.hidden = !navigator.clipboard;
shareButton.addEventListener("click", () => navigator.share(told).catch(() => {}));
copyButton.addEventListener("click", async () => {
  await navigator.clipboard.writeText(told.url);
  share.querySelector("[data-said]").textContent = share.querySelector("[data-said]").dataset.copied;
});
