import { h } from "../dom.js";

export async function open(root) {
  root.append(h("h1", {}, "system"));
}
