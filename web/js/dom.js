/** Elements from plain values. Text is always text: nothing that an agent or a person wrote can become markup here. */

const SVG = "http://www.w3.org/2000/svg";
const ICONS = new URL("../icons.svg", import.meta.url).pathname;

/**
 * An HTML element. Properties are attributes, except: `on…` adds a listener, `dataset` and `style` take objects, and
 * what is not a string is set as a property where the element has one. null, undefined and false are left out.
 */
export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function svg(tag, properties, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

/** A picture from icons.svg; it says nothing to a screen reader, so a word has to stand beside it. */
export function icon(name, properties) {
  return svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", ...properties }, svg("use", { href: `${ICONS}#${name}` }));
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
    else if (typeof value !== "string" && name in element && !(element instanceof SVGElement)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

const made = new WeakMap();

/**
 * Let the children of `parent` stand for `items`, in their order. An item's element is made once per key and then
 * updated, so that focus, selection and scrolling stay where they are.
 */
export function each(parent, items, key, make, update) {
  const before = made.get(parent) ?? new Map();
  const now = new Map();
  for (const item of items) {
    const id = key(item);
    const element = before.get(id) ?? make(item);
    update?.(element, item);
    now.set(id, element);
  }
  for (const [id, element] of before) if (!now.has(id)) element.remove();
  let place = parent.firstElementChild;
  for (const element of now.values()) {
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  made.set(parent, now);
}

/** Write a text only where it differs: a screen reader speaks each change of a live region. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
