// The custom elements, for `h()` and `querySelector()`.

import type { ArtifactBrowser } from "./artifacts/artifact-browser.js";
import type { ArtifactView } from "./artifacts/artifact-view.js";
import type { DiffView } from "./artifacts/diff-view.js";
import type { FileTree } from "./artifacts/file-tree.js";
import type { EventFeed } from "./feed/event-feed.js";
import type { PipelineGraph } from "./pipeline/pipeline-graph.js";
import type { LiveTextElement } from "./live-text/live-text.js";
import type { RehearsalMark } from "./rehearsal.js";
import type { TaskTimeline } from "./timeline/task-timeline.js";
import type { TaskTranscript } from "./transcript/task-transcript.js";

/** What `h()` takes as a child; null, undefined and false are left out. */
export type Child = Node | string | number | boolean | null | undefined | Child[];

declare global {
  interface HTMLElementTagNameMap {
    "artifact-browser": ArtifactBrowser;
    "artifact-view": ArtifactView;
    "diff-view": DiffView;
    "event-feed": EventFeed;
    "file-tree": FileTree;
    "pipeline-graph": PipelineGraph;
    "live-text": LiveTextElement;
    "rehearsal-mark": RehearsalMark;
    "task-timeline": TaskTimeline;
    "task-transcript": TaskTranscript;
    "time-ago": HTMLElement;
    "time-left": HTMLElement;
  }

  /** https://w3c.github.io/trusted-types/; without it, text becomes markup directly. */
  var trustedTypes: {
    createPolicy(name: string, rules: { createHTML(html: string): string }): { createHTML(html: string): string };
  } | undefined;
}
