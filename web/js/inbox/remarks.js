/** Comments on places of a document, and the one text that they are sent as. Pure. */

/**
 * One comment, with the place that it is about.
 * @typedef {object} Remark
 * @property {string} id
 * @property {string} artifactId
 * @property {"document" | "changes"} view
 * @property {string} location "Software specification v1, under “Goals”", or "main.py, line 12"
 * @property {number} at which place of the document, counted from 0
 * @property {string} quote what is there
 * @property {string} text what the person says of it
 */

const MAX_QUOTE = 300; // characters

/**
 * What is quoted of a place: its text in one paragraph, cut if it is long.
 * @param {string} text
 */
export function quoteOf(text) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)} …` : line;
}

/**
 * Whether a quote is of a place with this text.
 * @param {string} text
 * @param {string} quote
 */
export const isQuoted = (text, quote) => quoteOf(text).includes(quote.replace(/ …$/, ""));

/**
 * The change request that an agent gets: what is said of the whole, then each remark under its quoted place.
 * @param {string} feedback
 * @param {Remark[]} remarks
 */
export function changeRequest(feedback, remarks) {
  const said = remarks.filter(({ text }) => text.trim());
  const parts = said.map(({ location, quote, text }) => `On ${location}:\n> ${quote}\n\n${text.trim()}`);
  return [feedback.trim(), ...parts].filter(Boolean).join("\n\n");
}
