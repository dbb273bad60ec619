/** The dialog around the form that starts a project. The address says that it is open: `/?new`. */

import { h } from "../dom.js";
import { announce } from "../notices.js";
import { go } from "../router.js";
import { style } from "../style.js";
import { address, correct, read } from "./address.js";
import { takesFiles } from "./brief-drop.js";
import { Draft } from "./draft.js";
import { StartForm } from "./start-form.js";

await style("start.css");

/** `open(example)` opens it; an example fills it where nothing is typed yet. `prepare()` reads what it will need. */
export function startDialog(root, signal) {
  const draft = new Draft();
  const form = new StartForm(draft, { started, closed: () => dialog.close(), signal });
  const dialog = h("dialog", { class: "start", "aria-labelledby": "start-title", onclose: closed }, form.element);
  root.append(dialog);
  addEventListener("querychange", follow, { signal });
  // Anywhere: a file that misses the dialog would take the whole page's place.
  takesFiles(document.documentElement, (file) => { open(); form.take(file); }, signal);
  addEventListener("pagehide", () => draft.save(), { signal });
  signal.addEventListener("abort", () => draft.save());
  queueMicrotask(follow);

  function open(example) {
    if (example && draft.empty) {
      draft.change(example);
      form.fill();
    }
    if (!read().starting) history.pushState({ opened: true }, "", address({ starting: true }));
    follow();
  }

  /** Be open while the address says so. */
  function follow() {
    if (signal.aborted) return;
    const { starting } = read();
    if (starting && !dialog.open) {
      form.load();
      dialog.showModal();
      form.focus();
    } else if (!starting && dialog.open) {
      dialog.close();
    }
  }

  function closed() {
    draft.save();
    if (signal.aborted || !read().starting) return;
    // Where it was opened from the page, closing goes back to before; so the back button never opens it again.
    if (history.state?.opened) history.back();
    else correct({ starting: false });
  }

  function started(project) {
    announce(`${project.name} is started`);
    go(`/projects/${project.id}`, { replace: true });
  }

  return { open, prepare: () => form.load() };
}
