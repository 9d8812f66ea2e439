// What could not be sent, kept in this browser so that nobody reads it who is not signed in to the same account.
//
// Each report is sealed for the account's public key, which stays here. The private key stays here too, but sealed
// with a key that only the server gives, on the page of the form, to whoever is signed in: after signing out
// nothing kept can be read, and after signing in again nothing is lost.

const CURVE = { name: "ECDH", namedCurve: "P-256" };
const SEAL = "AES-GCM";
let opener = null;

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("thidua", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("key", { keyPath: "account" });
      asked.result.createObjectStore("kept", { keyPath: "id" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function within(store, mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const change = database.transaction(store, mode);
      const asked = act(change.objectStore(store));
      change.oncomplete = () => resolve(asked?.result);
      change.onerror = change.onabort = () => reject(change.error);
    });
  } finally {
    database.close();
  }
}

const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

// Make the account's pair of keys, once; with the server's key the private one opens.
export async function prepare(account, serverKey) {
  if (!serverKey) return;
  const wrapping = await crypto.subtle.importKey("raw", bytes(serverKey), SEAL, false, ["wrapKey", "unwrapKey"]);
  let known = await within("key", "readonly", (store) => store.get(account));
  if (!known) {
    const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveKey"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    known = {
      account,
      iv,
      publicKey: await crypto.subtle.exportKey("raw", pair.publicKey),
      sealed: await crypto.subtle.wrapKey("pkcs8", pair.privateKey, wrapping, { name: SEAL, iv }),
    };
    await within("key", "readwrite", (store) => store.put(known));
  }
  await within("key", "readwrite", (store) => store.put({ account: "last", is: account }));
  opener = await crypto.subtle.unwrapKey("pkcs8", known.sealed, wrapping, { name: SEAL, iv: known.iv }, CURVE, false, ["deriveKey"]);
}

// Who was signed in here last: a form opened without a network is theirs.
export async function lastAccount() {
  return (await within("key", "readonly", (store) => store.get("last")))?.is;
}

async function shared(privateKey, publicKey, uses) {
  const other = await crypto.subtle.importKey("raw", publicKey, CURVE, false, []);
  return crypto.subtle.deriveKey({ name: "ECDH", public: other }, privateKey, { name: SEAL, length: 256 }, false, uses);
}

export async function keep(account, entries) {
  const known = await within("key", "readonly", (store) => store.get(account));
  if (!known) throw new Error("nobody has signed in here");
  const once = await crypto.subtle.generateKey(CURVE, false, ["deriveKey"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const secret = await shared(once.privateKey, known.publicKey, ["encrypt"]);
  const sealed = await crypto.subtle.encrypt({ name: SEAL, iv }, secret, new TextEncoder().encode(JSON.stringify(entries)));
  const publicKey = await crypto.subtle.exportKey("raw", once.publicKey);
  const id = new Map(entries).get("id");
  await within("kept", "readwrite", (store) => store.put({ id, account, at: Date.now(), iv, sealed, publicKey }));
}

export async function kept(account) {
  const all = await within("kept", "readonly", (store) => store.getAll());
  return all.filter((one) => one.account === account).sort((one, other) => one.at - other.at);
}

export async function unlocked(account) {
  if (!opener) return [];
  const found = [];
  for (const one of await kept(account)) {
    const secret = await shared(opener, one.publicKey, ["decrypt"]);
    const told = await crypto.subtle.decrypt({ name: SEAL, iv: one.iv }, secret, one.sealed);
    found.push({ id: one.id, entries: JSON.parse(new TextDecoder().decode(told)) });
  }
  return found;
}

export async function taken(id) {
  await within("kept", "readwrite", (store) => store.delete(id));
}
