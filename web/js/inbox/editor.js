/** The editor for an artifact's next version: its text, or the files of a set, one at a time. */

import { h, valueOf, write } from "../dom.js";
import { field, textField } from "../field.js";
import { count } from "../labels.js";
import { changes } from "./line-diff.js";
import { amendable, FILES } from "./requests.js";

/** @import { RequestPublic } from "../api.d.ts" */
/** @import { Draft } from "./draft.js" */
/** @import { Amendable } from "./requests.js" */
/** @import { Field } from "../field.js" */
/** @import { Asked } from "./entry.js" */
/** @import { Change } from "./line-diff.js" */

const SUMMARY_DELAY = 250; // ms
const MAX_SHOWN_LINES = 200;
const LARGE = 200_000; // characters
const UNCHANGED = "You have not changed anything yet";

/**
 * @typedef {object} TextEditor
 * @property {HTMLElement[]} parts
 * @property {Field<HTMLTextAreaElement>} field
 * @property {(before: string, after: string) => Change[]} compare
 */

/** @type {Record<string, string>} */
const LINE_CLASSES = { "+": "added", "-": "removed", "": "file" };
const RIGHT_TO_LEFT = /[\u0591-\u08ff\ufb1d-\ufefc]/;

/**
 * The `dir` of a text. With "auto", browsers take seconds to find the direction of each line of a large text.
 * @param {string} text
 */
const direction = (text) => (text.length < LARGE ? "auto" : RIGHT_TO_LEFT.test(text.slice(0, 1_000)) ? "rtl" : "ltr");

/**
 * The editor. given() returns its part of the response, or null if something is missing, which is then shown.
 * @param {Draft} draft
 * @param {Asked} request
 */
export function editor(draft, request) {
  const choices = amendable(request);
  const chosen = () => choices.find(({ key }) => key === draft.typed.edit.artifactId) ?? choices[0];
  const body = h("div", { class: "editor" });
  const summary = h("summary", {});
  const labels = { role: "group", "aria-label": "Changed lines" };
  const lines = h("pre", { class: "edit-lines", dir: "auto", tabIndex: 0, ...labels });
  const changed = h("details", { class: "edits" }, summary, lines);
  /** @type {TextEditor} */
  let editing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} text */
  const typed = (text) => {
    const { key, text: original } = chosen();
    draft.type("edit", { contents: { ...draft.typed.edit.contents, [key]: text === original ? undefined : text } });
    clearTimeout(timer);
    timer = setTimeout(summarise, SUMMARY_DELAY);
  };

  function summarise() {
    const { key, text } = chosen();
    const content = draft.typed.edit.contents[key];
    const found = content === undefined ? [] : editing.compare(text, content);
    const [removed, added] = ["-", "+"].map((sign) => found.filter((change) => change[0] === sign).length);
    const counts = [
      added && `${count(added, "line")} added`,
      removed && `${count(removed, "line")} removed`,
    ].filter(Boolean);
    write(summary, found.length ? `You changed: ${counts.join(", ")}` : UNCHANGED);
    lines.replaceChildren(
      ...found.slice(0, MAX_SHOWN_LINES).map(([sign, line]) =>
        h("span", { class: LINE_CLASSES[sign] }, `${sign} ${line}\n`)
      ),
      found.length > MAX_SHOWN_LINES ? `and ${count(found.length - MAX_SHOWN_LINES, "more line")}` : "",
    );
    changed.dataset.some = found.length ? "yes" : "no";
    changed.hidden = !text && !found.length;
  }

  function open() {
    const artifact = chosen();
    const text = draft.typed.edit.contents[artifact.key] ?? artifact.text;
    editing = artifact.mediaType === FILES ? filesEditor(text, typed) : textEditor(artifact, text, typed);
    body.replaceChildren(...editing.parts);
    editing.field.input.setSelectionRange(0, 0);
    summarise();
  }

  /** @param {Event} event */
  const onchange = (event) => {
    draft.typed.edit.artifactId = valueOf(event);
    open();
  };
  const options = choices.map((artifact) =>
    h("option", { value: artifact.key, selected: artifact === chosen() }, artifact.label)
  );
  const choice = choices.length > 1 && field(
    "Artifact",
    h("select", { onchange }, options),
    "One can be edited; the others are accepted as they are.",
  );
  open();
  return {
    element: h("div", { class: "editing" }, choice && choice.element, body, changed),
    get input() {
      return editing.field.input;
    },
    /** @param {string} message */
    showError: (message) => editing.field.showError(message),
    given() {
      const { key, artifactId } = chosen();
      const content = draft.typed.edit.contents[key];
      if (content?.trim()) return { content, artifact_id: artifactId };
      const error = content === undefined ? `${UNCHANGED}. To accept it unchanged, approve it.` : "It cannot be empty.";
      editing.field.showError(error);
      return null;
    },
  };
}

/**
 * @param {Amendable} amendable
 * @param {string} text
 * @param {(text: string) => void} typed
 */
function textEditor({ label, mediaType }, text, typed) {
  const prose = mediaType === "text/markdown" && text.length < LARGE;
  const content = textField(label, text, typed, {
    class: `pad ${prose ? "prose" : "mono"}`,
    spellcheck: String(prose),
    dir: direction(text),
  });
  return { parts: [content.element], field: content, compare: changes };
}

/**
 * The files of a set, one at a time; for an empty set, one file whose name can be typed.
 * @param {string} text
 * @param {(text: string) => void} typed
 */
function filesEditor(text, typed) {
  const files = text ? filesOf(text) : {};
  const paths = Object.keys(files);
  let path = paths[0];
  const changed = () => typed(JSON.stringify({ files }, null, 1));
  const content = textField("Text", files[path] ?? "", (now) => {
    files[path] = now;
    changed();
  }, { class: "pad mono", spellcheck: "false", dir: "ltr" });
  /** @param {Event} event */
  const select = (event) => {
    path = valueOf(event);
    content.input.value = files[path];
  };
  /** @param {Event} event */
  const rename = (event) => {
    delete files[path];
    path = valueOf(event);
    files[path] = content.input.value;
    changed();
  };
  /** @type {Field} */
  const choice = paths.length
    ? field("File", h("select", { onchange: select }, paths.map((name) => h("option", { value: name }, name))))
    : field(
      "File name",
      h("input", { class: "mono", maxLength: 240, spellcheck: "false", oninput: rename }),
      "Such as package/main.py",
    );
  if (!paths.length) choice.input.value = path = "main.py";
  return { parts: [choice.element, content.element], field: content, compare: compareFiles };
}

/**
 * @param {string} text
 * @returns {Record<string, string>}
 */
const filesOf = (text) => {
  try {
    return { ...JSON.parse(text).files };
  } catch {
    return {};
  }
};

/**
 * @param {string} before
 * @param {string} after
 */
function compareFiles(before, after) {
  const [old, now] = [before ? filesOf(before) : {}, filesOf(after)];
  const differing = Object.keys({ ...old, ...now }).filter((path) => old[path] !== now[path]);
  return differing.flatMap((
    path,
  ) => [/** @type {Change} */ (["", path]), ...changes(old[path] ?? "", now[path] ?? "")]);
}
