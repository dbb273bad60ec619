/** One of several, each with a line that says what it means: radio buttons in a frame. */

import { each, h, write } from "../dom.js";

/** A fieldset; `fill(options, chosen)` takes `{value, word, means, aside}` of each option; `trouble` is for notices. */
export function choices(legend, name) {
  const list = h("div", { class: "start-choices-list" });
  const trouble = h("div", {});
  const element = h("fieldset", { class: "start-choices" }, h("legend", { class: "label" }, legend), list, trouble);
  return {
    element,
    trouble,
    fill(options, chosen) {
      each(list, options, ({ value }) => value, option, (label, { value, word, means, aside }) => {
        const [, words] = label.children;
        write(words.children[0], word);
        write(words.children[1], aside ?? "");
        write(words.children[2], means ?? "");
        label.firstElementChild.checked = value === chosen;
      });
    },
  };

  function option({ value }) {
    const id = `${name}-${value || "none"}`;
    return h("label", { class: "start-choice" },
      h("input", { type: "radio", name, value, "aria-labelledby": `${id}-word`, "aria-describedby": `${id}-aside ${id}-means` }),
      h("span", { class: "start-choice-words" },
        h("span", { class: "start-choice-word", id: `${id}-word` }), h("span", { class: "start-choice-aside", id: `${id}-aside` }),
        h("span", { class: "start-choice-means", id: `${id}-means` })));
  }
}
