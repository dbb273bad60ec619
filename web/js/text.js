/** Texts as people read and compare them. Pure. */

/**
 * The form in which texts are compared, as in the API's search: it ignores case, and how accents are encoded. Convert
 * both sides of a comparison.
 * @param {string} text
 */
export const comparable = (text) =>
  text.normalize("NFKC").replace(/[Iıİ]/g, "i").toUpperCase().toLowerCase()
    .replaceAll("i\u0307", "i").replaceAll("ς", "σ").replaceAll("ß", "ss");

// The characters that api/artifacts/rendering/text.py shows, and the marks of direction too: a name is short.
// deno-lint-ignore no-control-regex
const HIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;
const EACH_HIDDEN = new RegExp(HIDDEN, "gu");

/**
 * The text with control characters and those that change the direction made visible: a NUL as "␀", a U+202E by its
 * name.
 * @param {string} text
 */
export const visible = (text) => (HIDDEN.test(text) ? text.replace(EACH_HIDDEN, symbol) : text);

/** @param {string} character */
function symbol(character) {
  const code = /** @type {number} */ (character.codePointAt(0));
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return `\u2039U+${code.toString(16).toUpperCase().padStart(4, "0")}\u203a`;
}

/**
 * The text with a capital first letter.
 * @param {string} text
 */
export const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// By hand, like the clocks of time.js: for its first list or number, a browser needs 10 to 30 ms for Intl.

/**
 * Words as in a sentence: "a", "a and b", "a, b and c".
 * @param {string[]} words
 */
export const joined = (words) => [words.slice(0, -1).join(", "), ...words.slice(-1)].filter(Boolean).join(" and ");

/**
 * A whole number with its thousands apart: "12,300".
 * @param {number} number
 */
export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

/** @type {Intl.Collator | undefined} */
let natural;

/**
 * The order of names as people expect it: "v2" before "v10".
 * @param {string} a
 * @param {string} b
 */
export const naturalOrder = (a, b) => (natural ??= new Intl.Collator("en", { numeric: true })).compare(a, b);

const MAX_PIECE = 20_000; // characters: a browser takes seconds to lay out a line of a megabyte

/**
 * Split a text into pieces that a browser can lay out, at line ends if there are any.
 * @param {string} text
 */
export function* pieces(text) {
  for (let at = 0; at < text.length;) {
    let piece = text.slice(at, at + MAX_PIECE);
    if (at + MAX_PIECE < text.length) {
      piece = piece.slice(0, piece.lastIndexOf("\n") + 1) || piece;
      if (/[\uD800-\uDBFF]$/.test(piece)) piece = piece.slice(0, -1); // does not split a surrogate pair
    }
    yield piece;
    at += piece.length;
  }
}
