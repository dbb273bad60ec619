import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveTexts } from "../../../web/js/live-text/live-texts.js";

/**
 * @param {string} text
 * @param {object} [data]
 * @returns {import("../../../web/js/subscriptions.js").Frame}
 */
const frame = (text, data) => ({
  event_type: "live",
  seq: null,
  project_id: "p",
  task_id: "t",
  agent_type: "coder",
  data: { stage: "build", call: "1st", turn: 2, tool: null, offset: 0, is_cut: false, ended: false, text, ...data },
  timestamp: "2026-01-01T00:00:00Z",
});

test("a text grows, and another call of the task replaces it", () => {
  const texts = new LiveTexts();
  /** @type {(string | undefined)[]} */
  const seen = [];
  texts.addEventListener("t", () => seen.push(texts.of("t")?.text));
  texts.receive(frame("I "));
  texts.receive(frame("write.", { offset: 2, tool: "finish" }));
  assert.equal(texts.of("t")?.tool, "finish");
  assert.equal(texts.of("t")?.isNew, false);
  texts.receive(frame("Again", { call: "2nd" }));
  assert.equal(texts.of("t")?.isNew, true);
  assert.deepEqual(seen, ["I ", "I write.", "Again"]);
});

test("after a reconnect the whole text comes again, once", () => {
  const texts = new LiveTexts();
  texts.receive(frame("I "));
  texts.receive(frame("I write."));
  assert.equal(texts.of("t")?.text, "I write.");
});

test("a text that has ended stays", () => {
  const texts = new LiveTexts();
  texts.receive(frame("All."));
  texts.receive(frame("", { offset: 4, ended: true }));
  assert.deepEqual([texts.of("t")?.text, texts.of("t")?.ended], ["All.", true]);
});

test("tasks do not mix", () => {
  const texts = new LiveTexts();
  texts.receive(frame("One."));
  texts.receive({ ...frame("Two."), task_id: "other" });
  assert.deepEqual([texts.of("t")?.text, texts.of("other")?.text, texts.of("third")], ["One.", "Two.", undefined]);
});
