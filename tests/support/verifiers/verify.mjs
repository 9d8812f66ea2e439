// Verifies what a folder holds with two libraries of others, without a network: web.json says what stands at which address.
// Prints {file: {vc: {verified, revoked}, core: {signature, expired, revoked}}} for every credential-*.json.
import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';

const folder = process.argv[2];
const web = JSON.parse(readFileSync(join(folder, 'web.json'), 'utf8'));
const asked = [];

// The second library fetches by itself; what is not in web.json is not there.
globalThis.fetch = async request => {
  const address = typeof request === 'string' ? request : request.url ?? String(request);
  asked.push(address);
  const found = web[address];
  return found === undefined
    ? new Response('{}', {status: 404})
    : new Response(JSON.stringify(found), {status: 200, headers: {'content-type': 'application/json'}});
};
const {verifyCredential} = await import('@digitalcredentials/verifier-core');

async function documentLoader(url) {
  const [document, fragment] = url.startsWith('did:') ? url.split('#') : [url];
  const told = web[document];
  if(told === undefined) throw new Error(`NotFoundError: ${url}`);
  const method = fragment && told.verificationMethod.find(one => one.id === url);
  return {
    contextUrl: null,
    documentUrl: url,
    document: method ? {'@context': 'https://w3id.org/security/multikey/v1', ...method} : told,
  };
}

async function byBazaar(credential) {
  const suite = new DataIntegrityProof({cryptosuite});
  const status = one => checkStatus({...one, verifyMatchingIssuers: false});
  const found = await vc.verifyCredential({credential, suite, documentLoader, checkStatus: status});
  // `verified` stays true for a revoked credential: `status` of each list says which bit is set.
  const bits = found.statusResult?.results?.map(one => one.status) ?? [];
  return {verified: found.verified, revoked: bits.includes(true), why: String(found.error?.errors?.[0]?.message ?? found.error ?? '')};
}

async function byCore(credential) {
  const found = await verifyCredential({credential, knownDIDRegistries: []});
  const said = name => found.log?.find(one => one.id === name)?.valid ?? null;
  return {
    signature: said('valid_signature'),
    expired: said('expiration') === false,
    revoked: said('revocation_status') === false,
    why: found.errors?.map(one => one.name) ?? [],
  };
}

const answers = {};
for(const name of readdirSync(folder).filter(one => one.startsWith('credential-'))) {
  const text = readFileSync(join(folder, name), 'utf8');
  answers[name] = {vc: await byBazaar(JSON.parse(text)), core: await byCore(JSON.parse(text))};
}
console.log(JSON.stringify({answers, asked: [...new Set(asked)]}));
