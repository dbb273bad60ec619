/** The editor for an artifact's next version: its text, or the files of a set one at a time. */

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

const SUM_UP_AFTER = 250; // ms
const SHOWN = 200; // lines
const LARGE = 200_000; // characters
const UNCHANGED = "You have not changed anything yet";
/**
 * @typedef {object} Pad
 * @property {HTMLElement[]} parts
 * @property {HTMLTextAreaElement} input
 * @property {(message: string) => boolean} showError
 * @property {(before: string, after: string) => Change[]} compare
 */

/** @type {Record<string, string>} */
const SIGNS = { "+": "come", "-": "gone", "": "file" };
const RIGHT_TO_LEFT = /[\u0591-\u08ff\ufb1d-\ufefc]/;

/**
 * Where to begin writing: browsers take seconds to find that out for each line of a large text.
 * @param {string} text
 */
const direction = (text) => (text.length < LARGE ? "auto" : RIGHT_TO_LEFT.test(text.slice(0, 1_000)) ? "rtl" : "ltr");

/**
 * The editor. given() returns a part of the response, or null where something is missing, which is then shown.
 * @param {Draft} draft
 * @param {Asked} request
 */
export function editor(draft, request) {
  const choices = amendable(request);
  const chosen = () => choices.find((one) => one.key === draft.typed.amend.artifactId) ?? choices[0];
  const body = h("div", { class: "editor" });
  const summary = h("summary", {});
  const lines = h("pre", {
    class: "edit-lines",
    dir: "auto",
    tabIndex: 0,
    role: "group",
    "aria-label": "Changed lines",
  });
  const changed = h("details", { class: "edits" }, summary, lines);
  /** @type {Pad} */
  let pad;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} text */
  const type = (text) => {
    const { key, text: original } = chosen();
    draft.type("amend", { contents: { ...draft.typed.amend.contents, [key]: text === original ? undefined : text } });
    clearTimeout(timer);
    timer = setTimeout(sumUp, SUM_UP_AFTER);
  };

  function sumUp() {
    const { key, text } = chosen();
    const content = draft.typed.amend.contents[key];
    const found = content === undefined ? [] : pad.compare(text, content);
    const [gone, come] = ["-", "+"].map((sign) => found.filter(([one]) => one === sign).length);
    const sums = [come && `${count(come, "line")} added`, gone && `${count(gone, "line")} taken out`].filter(Boolean);
    write(summary, found.length ? `You changed: ${sums.join(", ")}` : UNCHANGED);
    lines.replaceChildren(
      ...found.slice(0, SHOWN).map(([sign, line]) => h("span", { class: SIGNS[sign] }, `${sign} ${line}\n`)),
      found.length > SHOWN ? `and ${count(found.length - SHOWN, "more line")}` : "",
    );
    changed.dataset.some = found.length ? "yes" : "no";
    changed.hidden = !text && !found.length;
  }

  function open() {
    const one = chosen();
    const text = draft.typed.amend.contents[one.key] ?? one.text;
    pad = one.mediaType === FILES ? filePad(text, type) : textPad(one, text, type);
    body.replaceChildren(...pad.parts);
    pad.input.setSelectionRange(0, 0);
    sumUp();
  }

  const choice = choices.length > 1 && field(
    "Artifact",
    h("select", {
      onchange: (event) => {
        draft.typed.amend.artifactId = valueOf(event);
        open();
      },
    }, choices.map((one) => h("option", { value: one.key, selected: one === chosen() }, one.label))),
    "One can be amended; the others are accepted as they are.",
  );
  open();
  return {
    element: h("div", { class: "editing" }, choice && choice.element, body, changed),
    get input() {
      return pad.input;
    },
    /** @param {string} message */
    showError: (message) => pad.showError(message),
    given() {
      const { key, artifactId } = chosen();
      const content = draft.typed.amend.contents[key];
      if (content?.trim()) return { content, artifact_id: artifactId };
      pad.showError(content === undefined ? `${UNCHANGED}. To take it as it is, approve it.` : "It cannot be empty.");
      return null;
    },
  };
}

/**
 * @param {Amendable} amendable
 * @param {string} text
 * @param {(text: string) => void} type
 */
function textPad({ label, mediaType }, text, type) {
  const prose = mediaType === "text/markdown" && text.length < LARGE;
  const one = textField(label, text, type, {
    class: `pad ${prose ? "prose" : "mono"}`,
    spellcheck: String(prose),
    dir: direction(text),
  });
  return { parts: [one.element], input: one.input, showError: one.showError, compare: changes };
}

/**
 * Files of a set, one at a time; where there is none yet, one whose name can be typed.
 * @param {string} text
 * @param {(text: string) => void} type
 */
function filePad(text, type) {
  const files = text ? filesOf(text) : {};
  const paths = Object.keys(files);
  let path = paths[0];
  const tell = () => type(JSON.stringify({ files }, null, 1));
  const pad = textField("Text", files[path] ?? "", (now) => {
    files[path] = now;
    tell();
  }, { class: "pad mono", spellcheck: "false", dir: "ltr" });
  /** @param {Event} event */
  const turn = (event) => {
    path = valueOf(event);
    pad.input.value = files[path];
  };
  /** @param {Event} event */
  const rename = (event) => {
    delete files[path];
    path = valueOf(event);
    files[path] = pad.input.value;
    tell();
  };
  /** @type {Field} */
  const which = paths.length
    ? field("File", h("select", { onchange: turn }, paths.map((one) => h("option", { value: one }, one))))
    : field(
      "File name",
      h("input", { class: "mono", maxLength: 240, spellcheck: "false", oninput: rename }),
      "Such as package/main.py",
    );
  if (!paths.length) which.input.value = path = "main.py";
  return { parts: [which.element, pad.element], input: pad.input, showError: pad.showError, compare: compareFiles };
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
