/** One artifact of the browser: its versions, where the chosen one comes from, what it holds and what it changed. */

import { each, h, icon, write } from "../dom.js";
import { toast } from "../notices.js";
import { bytes, title } from "../words.js";
import { download } from "./artifact-view.js";
import "./diff-view.js";
import { byAgent } from "./versions.js";

export class ArtifactDetail {
  #choose; #work = null; #artifact = null; #facts = null; #against = null; #showing = "view"; #compared = null;
  #name = h("h3", { dir: "auto" });
  #type = h("span", { class: "soft" });
  #version = h("select", { "aria-label": "Version", onchange: ({ target }) => this.#choose(target.value) });
  #newer = h("button", { type: "button", hidden: true, onclick: () => this.#choose(this.#work.versions.at(-1).artifact_id) });
  #download = h("span", {});
  #provenance = h("dl", { class: "provenance" });
  #tabs = ["view", "diff"].map((name) => h("button", { type: "button", role: "tab", class: "artifact-tab", id: `artifact-tab-${name}`, "aria-controls": `artifact-panel-${name}`, onclick: () => this.#show(name) }, title(name)));
  #view = document.createElement("artifact-view");
  #before = h("select", { "aria-label": "Compare with", onchange: ({ target }) => { this.#against = target.value; this.#compare(); } });
  #beforeField = h("label", { class: "compare" }, "Compare with", this.#before);
  #diff = document.createElement("diff-view");

  /** `choose(artifactId)` is called when the reader picks another version. */
  constructor(choose) {
    this.#choose = choose;
    const panel = (name, ...children) => h("div", { role: "tabpanel", id: `artifact-panel-${name}`, "aria-labelledby": `artifact-tab-${name}` }, children);
    this.panels = [panel("view", this.#view), panel("diff", this.#beforeField, this.#diff)];
    const tabs = h("div", { role: "tablist", "aria-label": "How to look at it", class: "artifact-tabs", onkeydown: (event) => this.#key(event) }, this.#tabs);
    this.element = h("section", { class: "artifact-detail", "aria-label": "Artifact" },
      h("header", { class: "artifact-head" }, h("div", { class: "artifact-title" }, this.#name, this.#type), this.#newer, this.#version, this.#download),
      this.#provenance, tabs, this.panels);
    this.#show("view");
  }

  /** Show version `id` of `work`. Only what differs is touched. */
  paint(work, id, model) {
    const artifact = work.versions.find((one) => one.artifact_id === id);
    if (work.key !== this.#work?.key) this.#against = null;
    this.#work = work;
    this.#artifact = artifact;
    write(this.#name, artifact.name === artifact.type ? title(artifact.type) : artifact.name);
    write(this.#type, artifact.name === artifact.type ? "" : title(artifact.type));
    this.#options(this.#version, work.versions, id);
    const newest = work.versions.at(-1);
    this.#newer.hidden = newest === artifact;
    write(this.#newer, `Show version ${newest.version}`);
    const task = model.progress?.tasks.find((one) => one.task_id === artifact.task_id);
    const facts = JSON.stringify([id, artifact.accepted_at, task]);
    if (facts !== this.#facts) {
      this.#facts = facts;
      this.#download.replaceChildren(download(artifact));
      this.#provenance.replaceChildren(...provenance(artifact, task, work));
    }
    this.#view.artifact = artifact;
    this.#choices();
    this.#compare();
  }

  #choices() {
    const others = this.#work.versions.filter((one) => one !== this.#artifact);
    if (!others.some((one) => one.artifact_id === this.#against)) this.#against = null;
    this.#beforeField.hidden = others.length === 0;
    const older = others.filter((one) => one.version < this.#artifact.version);
    this.#options(this.#before, others, this.#against ?? (older.at(-1) ?? others[0])?.artifact_id);
  }

  #options(select, versions, value) {
    each(select, [...versions].reverse(), (one) => one.artifact_id, () => h("option", {}), (option, one) => {
      option.value = one.artifact_id;
      write(option, `Version ${one.version}${one.accepted_at ? "" : ", not accepted"}`);
    });
    if (value && select.value !== value) select.value = value;
  }

  #show(name) {
    this.#showing = name;
    this.#tabs.forEach((tab, index) => {
      const chosen = tab.id.endsWith(name);
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      this.panels[index].hidden = !chosen;
    });
    this.#compare();
  }

  #key(event) {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    const other = this.#tabs.find((tab) => tab.tabIndex === -1);
    other.click();
    other.focus();
  }

  #compare() {
    if (this.#showing !== "diff" || !this.#artifact) return;
    const before = this.#before.value || null;
    const pair = `${this.#artifact.artifact_id} ${before}`;
    if (pair === this.#compared) return;
    this.#compared = pair;
    this.#diff.show(this.#artifact.artifact_id, before);
  }
}

function provenance(artifact, task, work) {
  const origin = work.versions.find((one) => one.artifact_id === artifact.based_on);
  const facts = [
    ["Author", icon(byAgent(artifact) ? "agent" : "person"), h("bdi", {}, artifact.author), artifact.author !== "human" && h("span", { class: "faint" }, byAgent(artifact) ? "agent" : "human")],
    task && ["Stage", h("bdi", {}, task.stage), h("span", { class: "faint" }, `round ${task.round}`)],
    origin && ["Amends", `version ${origin.version}`],
    ["Created", h("time-ago", { datetime: artifact.created_at })],
    ["Accepted", ...(artifact.accepted_at ? [h("time-ago", { datetime: artifact.accepted_at })] : ["no"])],
    ["Size", bytes(artifact.size)],
    ["SHA-256", h("code", { title: artifact.content_hash }, artifact.content_hash.slice(0, 12)), h("button", { type: "button", class: "quiet copy", "aria-label": "Copy the SHA-256", onclick: () => copy(artifact.content_hash) }, "Copy")],
  ];
  return facts.filter(Boolean).map(([name, ...value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    toast(`It could not be copied: ${text}`);
  }
}
