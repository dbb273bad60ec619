/** Radio buttons, each with its explanation. */

import { each, h, write } from "../dom.js";

/** @typedef {{ value: string, word: string, means?: string | null, aside?: string }} Option */

/**
 * A group of radio buttons; `errors` is for notices.
 * @param {string} legend
 * @param {string} name
 */
export function radioGroup(legend, name) {
  const list = h("div", { class: "start-choices-list" });
  const errors = h("div", {});
  const element = h("fieldset", { class: "start-choices" }, h("legend", { class: "label" }, legend), list, errors);
  return {
    element,
    errors,
    get value() {
      /** @type {HTMLInputElement | null} */
      const checked = list.querySelector("input:checked");
      return checked?.value ?? "";
    },
    /**
     * @param {Option[]} options
     * @param {string} chosen
     */
    fill(options, chosen) {
      each(list, options, ({ value }) => value, ({ value }) => radio(name, value), (label, option) => {
        const [word, aside, means] = label.children[1].children;
        write(word, option.word);
        write(aside, option.aside ?? "");
        write(means, option.means ?? "");
        /** @type {HTMLInputElement} */ (label.firstElementChild).checked = option.value === chosen;
      });
    },
  };
}

/**
 * @param {string} name
 * @param {string} value
 */
function radio(name, value) {
  const id = `${name}-${value || "none"}`;
  const described = { "aria-labelledby": `${id}-word`, "aria-describedby": `${id}-aside ${id}-means` };
  return h(
    "label",
    { class: "start-choice" },
    h("input", { type: "radio", name, value, ...described }),
    h(
      "span",
      { class: "start-choice-words" },
      h("span", { class: "start-choice-word", id: `${id}-word` }),
      h("span", { class: "start-choice-aside", id: `${id}-aside` }),
      h("span", { class: "start-choice-means", id: `${id}-means` }),
    ),
  );
}
