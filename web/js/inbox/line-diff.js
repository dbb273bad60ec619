/** What differs between two texts, by lines: the shortest way from one to the other, after Myers. Pure. */

/** @typedef {[sign: string, line: string]} Change "-" or "+", and the line */

const FARTHEST = 1_000; // lines gone and come; texts that differ more count as replaced

/**
 * A list of `["-" or "+", line]` in the order of the text, without what stayed.
 * @param {string} before
 * @param {string} after
 * @returns {Change[]}
 */
export function changes(before, after) {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const trail = reach(old, now);
  if (!trail) {
    /** @type {(sign: string) => (line: string) => Change} */
    const as = (sign) => (line) => [sign, line];
    return [...old.map(as("-")), ...now.map(as("+"))];
  }
  /** @type {Change[]} */
  const found = [];
  let [x, y] = [old.length, now.length];
  for (let steps = trail.length - 1; steps > 0; steps -= 1) {
    const down = isDown(trail[steps - 1], x - y, steps);
    const diagonal = x - y + (down ? 1 : -1);
    x = trail[steps - 1].at(diagonal);
    y = x - diagonal;
    found.push(down ? ["+", now[y]] : ["-", old[x]]);
  }
  return found.reverse();
}

/**
 * How far each number of steps leads on each diagonal, up to the one that leads to the end; null where none does.
 * @param {string[]} old
 * @param {string[]} now
 */
function reach(old, now) {
  /** @type {Row[]} */
  const trail = [];
  let before = new Row(0);
  for (let steps = 0; steps <= FARTHEST; steps += 1) {
    const row = new Row(steps);
    for (let diagonal = -steps; diagonal <= steps; diagonal += 2) {
      let x = steps === 0 ? 0 : isDown(before, diagonal, steps) ? before.at(diagonal + 1) : before.at(diagonal - 1) + 1;
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
 * Whether a diagonal is reached by a line that came, rather than by one that went.
 * @param {Row} row
 * @param {number} diagonal
 * @param {number} steps
 */
const isDown = (row, diagonal, steps) =>
  diagonal === -steps || (diagonal !== steps && row.at(diagonal - 1) < row.at(diagonal + 1));

/** The farthest place in the old text on each diagonal that a number of steps leads to. */
class Row {
  #places;
  #steps;

  /** @param {number} steps */
  constructor(steps) {
    this.#steps = steps;
    this.#places = new Int32Array(steps + 1);
  }

  /** @param {number} diagonal */
  at(diagonal) {
    return this.#places[(diagonal + this.#steps) >> 1];
  }

  /**
   * @param {number} diagonal
   * @param {number} x
   */
  set(diagonal, x) {
    this.#places[(diagonal + this.#steps) >> 1] = x;
  }
}
