/** The browser's storage for the page. It may be missing, full or forbidden; the page then works without it. */

/** @typedef {"local" | "session"} Kind */

/** @param {Kind} kind */
const storage = (kind) => (kind === "local" ? localStorage : sessionStorage);

/**
 * The text under a key, or null.
 * @param {Kind} kind
 * @param {string} key
 */
export function load(kind, key) {
  try {
    return storage(kind).getItem(key);
  } catch {
    return null;
  }
}

/**
 * Keep a text under a key; null removes it. Return whether that worked.
 * @param {Kind} kind
 * @param {string} key
 * @param {string | null} text
 */
export function save(kind, key, text) {
  try {
    if (text === null) storage(kind).removeItem(key);
    else storage(kind).setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The object under a key of this tab, or an empty one.
 * @param {string} key
 * @returns {Record<string, any>} it may come from an earlier version of the page
 */
export function loadObject(key) {
  try {
    const value = JSON.parse(load("session", key) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/**
 * Keep an object under a key of this tab; null removes it. Return whether that worked.
 * @param {string} key
 * @param {object | null} value
 */
export const saveObject = (key, value) => save("session", key, value && JSON.stringify(value));

/** Random bytes as hex digits. `crypto.randomUUID()` exists only over HTTPS and on localhost. */
export const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A UUID, version 4. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
