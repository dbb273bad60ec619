/** The lines that differ between two texts: the shortest edit script, by Myers' algorithm. Pure. */

/** @typedef {[sign: string, line: string]} Change "-" or "+", and the line */

const MAX_EDITS = 1_000; // added and removed lines; texts that differ more count as replaced

/**
 * The removed and added lines, in the order of the text, without the unchanged ones.
 * @param {string} before
 * @param {string} after
 * @returns {Change[]}
 */
export function changes(before, after) {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const trail = search(old, now);
  if (!trail) {
    /** @type {(sign: string) => (line: string) => Change} */
    const as = (sign) => (line) => [sign, line];
    return [...old.map(as("-")), ...now.map(as("+"))];
  }
  /** @type {Change[]} */
  const found = [];
  let [x, y] = [old.length, now.length];
  for (let edits = trail.length - 1; edits > 0; edits -= 1) {
    const down = isDown(trail[edits - 1], x - y, edits);
    const diagonal = x - y + (down ? 1 : -1);
    x = trail[edits - 1].at(diagonal);
    y = x - diagonal;
    found.push(down ? ["+", now[y]] : ["-", old[x]]);
  }
  return found.reverse();
}

/**
 * How far each number of edits leads on each diagonal, up to the number that leads to the end of both texts; null if
 * that takes too many.
 * @param {string[]} old
 * @param {string[]} now
 */
function search(old, now) {
  /** @type {Row[]} */
  const trail = [];
  let before = new Row(0);
  for (let edits = 0; edits <= MAX_EDITS; edits += 1) {
    const row = new Row(edits);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = edits === 0 ? 0 : isDown(before, diagonal, edits) ? before.at(diagonal + 1) : before.at(diagonal - 1) + 1;
      while (x < old.length && x - diagonal < now.length && old[x] === now[x - diagonal]) x += 1;
      row.set(diagonal, x);
      if (diagonal === old.length - now.length && x >= old.length) return [...trail, row];
    }
    trail.push(row);
    before = row;
  }
  return null;
}

/**
 * Whether a diagonal is reached by an added line rather than by a removed one.
 * @param {Row} row
 * @param {number} diagonal
 * @param {number} edits
 */
const isDown = (row, diagonal, edits) =>
  diagonal === -edits || (diagonal !== edits && row.at(diagonal - 1) < row.at(diagonal + 1));

/** How far in the old text a number of edits leads, on each diagonal. */
class Row {
  #places;
  #edits;

  /** @param {number} edits */
  constructor(edits) {
    this.#edits = edits;
    this.#places = new Int32Array(edits + 1);
  }

  /** @param {number} diagonal */
  at(diagonal) {
    return this.#places[(diagonal + this.#edits) >> 1];
  }

  /**
   * @param {number} diagonal
   * @param {number} x
   */
  set(diagonal, x) {
    this.#places[(diagonal + this.#edits) >> 1] = x;
  }
}
