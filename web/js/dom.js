/** Creates and updates elements. Text stays text: what an agent or a person wrote cannot become markup here. */

/** @import { Child } from "./elements.d.ts" */

/**
 * @typedef {{ [E in keyof HTMLElementEventMap as `on${E}`]?: (event: HTMLElementEventMap[E]) => unknown }} Listeners
 * @typedef {Listeners & {
 *   class?: string | null,
 *   dataset?: Record<string, string>,
 *   style?: Record<string, string | number>,
 *   [attribute: string]: unknown,
 * }} Properties
 */

const SVG = "http://www.w3.org/2000/svg";
const ICONS = new URL("../icons.svg", import.meta.url).pathname;

/**
 * Create an HTML element. Properties are attributes, except: `on…` adds a listener, `dataset` and `style` take objects,
 * and a value that is not a string is set as a property if the element has it. null, undefined and false are left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/**
 * Create an SVG element.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, properties, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

/**
 * An icon from icons.svg. It is hidden from screen readers, so a word has to accompany it.
 * @param {string} name
 * @param {Properties} [properties]
 */
export function icon(name, properties) {
  const hidden = { viewBox: "0 0 16 16", "aria-hidden": "true", ...properties };
  return svg("svg", hidden, svg("use", { href: `${ICONS}#${name}` }));
}

/**
 * @template {HTMLElement | SVGElement} T
 * @param {T} element
 * @param {Properties | undefined} properties
 * @param {Child[]} children
 */
function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "style") setStyle(element, value);
    else if (typeof value !== "string" && name in element && !(element instanceof SVGElement)) {
      Object.assign(element, { [name]: value });
    } else element.setAttribute(name, value === true ? "" : String(value));
  }
  const shown = /** @type {unknown[]} */ (children).flat(Infinity).filter((child) =>
    child !== undefined && child !== null && child !== false
  );
  element.append(.../** @type {(Node | string)[]} */ (shown));
  return element;
}

/**
 * @param {ElementCSSInlineStyle} element
 * @param {object} values
 */
function setStyle(element, values) {
  for (const [name, value] of Object.entries(values)) element.style.setProperty(name, String(value));
}

/**
 * The values without null, undefined, false and "".
 * @template T
 * @param {(T | null | undefined | false | "" | 0)[]} values
 * @returns {T[]}
 */
export const present = (values) => /** @type {T[]} */ (values.filter(Boolean));

/** @type {WeakMap<Element, Map<unknown, Element>>} */
const elementsByKey = new WeakMap();

/**
 * Give `parent` a child for each of `items`, in their order. The element of a key is created once and then updated, so
 * that focus, selection and scroll position are kept.
 * @template T
 * @template {Element} E
 * @param {Element} parent
 * @param {Iterable<T>} items
 * @param {(item: T) => unknown} key
 * @param {(item: T) => E} make
 * @param {(element: E, item: T) => void} [update]
 */
export function each(parent, items, key, make, update) {
  const before = /** @type {Map<unknown, E>} */ (elementsByKey.get(parent) ?? new Map());
  /** @type {Map<unknown, E>} */
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
  elementsByKey.set(parent, now);
}

/**
 * Set a text only if it differs: a screen reader announces each change of a live region.
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Add a class that plays an animation. If the element has it already, the animation starts again.
 * @param {HTMLElement} element
 * @param {string} name
 */
export function animate(element, name) {
  element.classList.remove(name);
  void element.offsetWidth; // a layout in between restarts the animation
  element.classList.add(name);
}

/**
 * The element that a selector finds. Throws an Error if there is none.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export function find(selector, root = document) {
  const element = root.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`no element matches ${selector}`);
  return element;
}

/**
 * The children of an element.
 * @param {Element} element
 */
export const childrenOf = (element) => /** @type {HTMLElement[]} */ ([...element.children]);

/**
 * The nearest element at or above the target of an event that matches a selector, or null.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const closest = ({ target }, selector) => (target instanceof Element ? target.closest(selector) : null);

/**
 * Listen to a CustomEvent. The dispatcher's documentation says what its `detail` is.
 * @param {EventTarget} target
 * @param {string} name
 * @param {(detail: any) => unknown} handle
 * @param {AddEventListenerOptions} [options]
 */
export function onCustom(target, name, handle, options) {
  target.addEventListener(name, (event) => handle(/** @type {CustomEvent} */ (event).detail), options);
}

/**
 * The value of the field that dispatched an event.
 * @param {Event} event
 */
export const valueOf = ({ target }) => /** @type {HTMLInputElement | HTMLSelectElement} */ (target).value;
