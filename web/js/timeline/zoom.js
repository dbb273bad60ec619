/** The timeline's scale: compressed or linear, its zoom, and the buttons for both. */

import { h } from "../dom.js";
import { needsCompressing, timeScale } from "./scale.js";

/** @import { Scale } from "./scale.js" */
/** @import { Span } from "./rows.js" */

const SCALES = { compressed: "Compressed", even: "To scale" };
const KEYS = { work: "an agent is working", wait: "waiting for a human", gate: "a review, and its response" };
const MAX_ZOOM = 64;
const EDGE = 14; // px right of the scale; as much again for the word "now"

export class TimelineZoom {
  #zoom = 1;
  /** @type {string | null} a key of SCALES, or null until a person has chosen one */
  #mode = null;
  #needed = false;
  #radios;
  #buttons;

  /**
   * @param {string} id a name that is unique in the document
   * @param {(factor?: number) => void} enlarge called with a factor, or without one after a scale was chosen
   */
  constructor(id, enlarge) {
    this.#radios = Object.keys(SCALES).map((value) =>
      h("input", {
        type: "radio",
        name: id,
        value,
        onchange: () => {
          this.#mode = value;
          enlarge();
        },
      })
    );
    /** @type {[string, string, number][]} */
    const buttons = [["−", "Zoom out", 0.5], ["+", "Zoom in", 2]];
    this.#buttons = buttons.map(([sign, name, factor]) =>
      h("button", {
        type: "button",
        class: "icon-button",
        "aria-label": name,
        title: name,
        onclick: () => enlarge(factor),
      }, sign)
    );
    this.element = h(
      "div",
      { class: "timeline-tools" },
      h(
        "fieldset",
        { class: "segments" },
        h("legend", { class: "visually-hidden" }, "Scale of time"),
        Object.values(SCALES).map((word, index) => h("label", {}, this.#radios[index], word)),
      ),
      h("div", { class: "buttons" }, this.#buttons),
      h(
        "p",
        { class: "timeline-legend", "aria-hidden": "true" },
        Object.entries(KEYS).map(([key, text]) => h("span", { class: `key-${key}` }, text)),
      ),
    );
  }

  /** @param {number} factor */
  enlarge(factor) {
    this.#zoom = Math.min(MAX_ZOOM, Math.max(1, this.#zoom * factor));
  }

  /**
   * The scale for these spans; `room` is the visible width in pixels.
   * @param {Span[]} spans
   * @param {number} now ms since the epoch
   * @param {{ ended: boolean, room: number }} timeline
   */
  scale(spans, now, { ended, room }) {
    const from = spans.reduce((earliest, span) => Math.min(earliest, span.from), Infinity);
    const to = spans.reduce((latest, span) => Math.max(latest, span.to), ended ? -Infinity : now);
    // Once the scale is compressed it stays so, so that the axis does not jump back and forth.
    this.#needed ||= needsCompressing(spans.map((span) => span.worked - span.from), to - from, room);
    return timeScale({
      from,
      to,
      width: room * this.#zoom - (ended ? EDGE : 2 * EDGE),
      moments: spans.flatMap((span) => [span.from, span.worked, span.to]),
      compressed: this.#mode ? this.#mode === "compressed" : this.#needed,
    });
  }

  /**
   * Show which scale is chosen.
   * @param {Scale} scale
   */
  update({ compressed }) {
    for (const radio of this.#radios) radio.checked = (radio.value === "compressed") === compressed;
    // Not `disabled`, which would take the focus from a button at its limit.
    this.#buttons[0].setAttribute("aria-disabled", String(this.#zoom <= 1));
    this.#buttons[1].setAttribute("aria-disabled", String(this.#zoom >= MAX_ZOOM));
  }
}
