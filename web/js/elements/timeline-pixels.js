/** What the parts of the timeline's drawing have in common. */

export const HEAD = 26; // px above the rows, for the times
export const LETTER = 6.2; // px that a letter of a label takes, about

export const round = (value) => Math.round(value * 10) / 10;

/** Write only what differs: most of a drawing stays as it is from second to second. */
export function attributes(element, values) {
  for (const [name, value] of Object.entries(values)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
}
