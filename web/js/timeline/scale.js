/**
 * Converts moments to pixels. A linear scale makes each hour equally wide. But an agent's step takes milliseconds and a
 * human's response hours, so there is a compressed scale, too: the width of the stretch between two events is the
 * logarithm of its length, and the scale is linear within a stretch. Pure.
 */

/** @typedef {{ from: number, to: number, x: number, width: number, squeezed: boolean }} Stretch */

/**
 * @typedef {object} Scale
 * @property {number} width pixels
 * @property {number} from ms since the epoch
 * @property {number} to
 * @property {boolean} compressed
 * @property {(moment: number) => number} x
 * @property {Stretch[]} stretches
 */

const GRAIN = 20; // ms; shorter times have almost the same width
const STEPS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1e3,
  2e3,
  5e3,
  10e3,
  15e3,
  30e3,
  60e3,
  120e3,
  300e3,
  600e3,
  900e3,
  1800e3,
  3600e3,
  7200e3,
  10800e3,
  21600e3,
  43200e3,
  86400e3,
  172800e3,
  604800e3,
  1209600e3,
  2419200e3,
];

const LONGEST_STEP = STEPS[STEPS.length - 1];

/**
 * A scale. `moments` are the times of events, in ms. A compressed scale has a stretch between each two of them, which
 * is `squeezed` if it covers far more time per pixel than most. A linear scale has one stretch.
 * @param {{ from: number, to: number, width: number, moments?: number[], compressed?: boolean }} options
 */
export function timeScale({ from, to, width, moments = [], compressed = false }) {
  const last = Math.max(to, from + 1);
  const between = compressed ? moments.filter((moment) => moment > from && moment < last) : [];
  const cuts = [...new Set([from, ...between, last])].sort((a, b) => a - b);
  const weights = cuts.slice(1).map((cut, i) => Math.log2(1 + (cut - cuts[i]) / GRAIN));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  /** @type {Stretch[]} */
  const stretches = [];
  let x = 0;
  weights.forEach((weight, i) => {
    const part = { from: cuts[i], to: cuts[i + 1], x, width: (weight / total) * width, squeezed: false };
    stretches.push(part);
    x += part.width;
  });
  /** @param {Stretch} stretch */
  const density = (stretch) => (stretch.to - stretch.from) / stretch.width; // ms per pixel
  const usual = median(stretches.map(density));
  for (const stretch of stretches) stretch.squeezed = density(stretch) > 12 * usual;

  /** @param {number} moment */
  const at = (moment) => {
    const part = stretches[search(stretches, moment)];
    const share = Math.min(1, Math.max(0, (moment - part.from) / (part.to - part.from)));
    return part.x + share * part.width;
  };
  return { width, from, to: last, compressed, x: at, stretches };
}

/**
 * The moments to label, at least `apart` pixels from each other.
 * @param {Scale} scale
 */
export function ticks(scale, apart = 96) {
  if (scale.compressed) {
    /** @type {{ moment: number, x: number }[]} */
    const found = [];
    for (const { from, x } of scale.stretches) {
      if (!found.length || x - found[found.length - 1].x >= apart) found.push({ moment: from, x });
    }
    return found.filter(({ x }) => x <= scale.width - apart);
  }
  const length = scale.to - scale.from;
  const shortest = (length * apart) / scale.width;
  const step = STEPS.find((length) => length >= shortest) ?? Math.ceil(shortest / LONGEST_STEP) * LONGEST_STEP;
  // Whole hours and days of the reader's zone, not of UTC.
  const shift = new Date(scale.from).getTimezoneOffset() * 60e3;
  const found = [];
  for (let moment = Math.ceil((scale.from - shift) / step) * step + shift; moment <= scale.to; moment += step) {
    const x = scale.x(moment);
    if (x <= scale.width - apart) found.push({ moment, x });
  }
  return found;
}

/**
 * Whether many bars of these lengths (ms) would be too narrow on a linear scale.
 * @param {number[]} lengths
 * @param {number} range
 * @param {number} width
 */
export function needsCompressing(lengths, range, width) {
  const tiny = lengths.filter((length) => (length / range) * width < 6).length;
  return lengths.length > 0 && tiny > lengths.length / 4;
}

/**
 * @param {Stretch[]} stretches
 * @param {number} moment
 */
function search(stretches, moment) {
  let [low, high] = [0, stretches.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (stretches[middle].from <= moment) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}
