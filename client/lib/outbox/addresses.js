/**
 * Where a service may be reached: the addresses that the held keyring names, and nothing else.
 *
 * Over TLS, to an onion address or to this machine alone, so that the network sees no more than it
 * must. An onion address that this browser cannot reach is an address that fails.
 */

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * @param {string} address as the keyring has it
 * @returns {string | null} origin and path without a last slash; null for what we do not speak to
 */
export function readAddress(address) {
  const url = parse(address);
  if (url === null) return null;
  if (url.username || url.password || url.search || url.hash || !url.hostname) return null;
  const isPlain = url.protocol === "http:";
  const isHere = LOOPBACK.test(url.hostname) || url.hostname.endsWith(".onion");
  if (url.protocol !== "https:" && !(isPlain && isHere)) return null;
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/**
 * @param {readonly string[]} addresses of the keyring
 * @param {string | null} good the one that answered last
 * @returns {string[]} those that may be asked, each once: the good one first, onion addresses last
 */
export function orderAddresses(addresses, good) {
  const known = new Set(addresses.map(readAddress).filter((address) => address !== null));
  /** @param {string} address */
  const rank = (address) => (address === good ? 0 : isOnion(address) ? 2 : 1);
  return [...known].sort((one, other) => rank(one) - rank(other));
}

/** @param {string} address @returns {URL | null} URL.canParse is younger than many phones' browsers */
function parse(address) {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

/** @param {string} address */
function isOnion(address) {
  return new URL(address).hostname.endsWith(".onion");
}
