/** What differs between two texts, by lines. Pure. */

const MOST = 1_500; // lines on either side that are compared one by one; beyond that a block counts as replaced

/** A list of `["-" or "+", line]` in the order of the text, without what stayed. */
export function changes(before, after) {
  const [old, now] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  return between(old.slice(start, old.length - end), now.slice(start, now.length - end));
}

function between(old, now) {
  const gone = (line) => ["-", line];
  const come = (line) => ["+", line];
  if (!old.length || !now.length || old.length > MOST || now.length > MOST) return [...old.map(gone), ...now.map(come)];
  // The longest common subsequence: kept[i][j] is its length from old[i] and now[j] on.
  const width = now.length + 1;
  const kept = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      kept[i * width + j] = old[i] === now[j] ? kept[(i + 1) * width + j + 1] + 1 : Math.max(kept[(i + 1) * width + j], kept[i * width + j + 1]);
    }
  }
  const found = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) [i, j] = [i + 1, j + 1];
    else if (j === now.length || (i < old.length && kept[(i + 1) * width + j] >= kept[i * width + j + 1])) found.push(gone(old[i++]));
    else found.push(come(now[j++]));
  }
  return found;
}
