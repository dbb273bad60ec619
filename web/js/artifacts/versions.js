/** A project's artifacts as a list shows them. Pure: no DOM, no calls. */

/** @import { ArtifactItem, ArtifactType, Pipeline } from "../api.d.ts" */

/** @typedef {{ key: string, type: ArtifactType, name: string, versions: ArtifactItem[] }} Work all versions under one name */
/** @typedef {{ type: ArtifactType, works: Work[] }} Group */

/** @type {ArtifactType[]} */
const REST = [
  "project_plan",
  "software_specification",
  "system_architecture",
  "implementation_plan",
  "source_code",
  "test_results",
  "deployment_package",
  "deployment_log",
  "agent_output",
  "hitl_response",
];

/**
 * The artifacts by type, in the order of the pipeline: `[{type, works}]`. A work is everything under one name:
 * `{key, type, name, versions}`, oldest version first.
 * @param {ArtifactItem[]} artifacts
 * @param {Pipeline | undefined} pipeline
 */
export function groupArtifacts(artifacts, pipeline) {
  /** @type {Map<string, Work>} */
  const works = new Map();
  for (const one of artifacts) {
    const key = `${one.type}/${one.name}`;
    const work = works.get(key) ?? { key, type: one.type, name: one.name, versions: [] };
    works.set(key, work);
    work.versions.push(one);
  }
  /** @type {Map<ArtifactType, Work[]>} */
  const groups = new Map(order(pipeline).map((type) => [type, []]));
  for (const work of works.values()) {
    work.versions.sort((a, b) => a.version - b.version);
    const group = groups.get(work.type) ?? [];
    groups.set(work.type, group);
    group.push(work);
  }
  return [...groups].filter(([, found]) => found.length).map(([type, found]) => ({
    type,
    works: found.sort((a, b) => names.compare(a.name, b.name)),
  }));
}

/** @param {Work} work */
export const newest = (work) => work.versions[work.versions.length - 1];

const names = new Intl.Collator("en", { numeric: true });

/** @param {Pipeline | undefined} pipeline */
const order = (
  pipeline,
) => [
  ...new Set([
    /** @type {ArtifactType} */ ("user_input"),
    ...(pipeline?.stages ?? []).flatMap((stage) => stage.produces),
    ...REST,
  ]),
];
