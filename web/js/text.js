/** Text compared as people read it, as the API's own search does: in whatever case, however its accents are written. */

/** The text in the form in which it is compared; both sides of a comparison go through it. */
export const comparable = (text) => text.normalize("NFKC").replace(/[Iıİ]/g, "i").toUpperCase().toLowerCase()
  .replaceAll("i\u0307", "i").replaceAll("ς", "σ").replaceAll("ß", "ss");

// As the server shows it in what it renders (api/artifacts/rendering/text.py), and the marks of direction too: a name is short.
const HIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;
const EACH = new RegExp(HIDDEN, "gu");

/** The text with signs in place of the characters that nobody would see: a NUL has one, a U+202E shows its name. */
export const visible = (text) => (HIDDEN.test(text) ? text.replace(EACH, sign) : text);

function sign(character) {
  const code = character.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return `\u2039U+${code.toString(16).toUpperCase().padStart(4, "0")}\u203a`;
}

/**
 * The text with a capital first letter.
 * @param {string} text
 */
export const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);
