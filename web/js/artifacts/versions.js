/** A project's artifacts, grouped for a list. Pure: no DOM, no requests. */

import { naturalOrder } from "../text.js";

/** @import { ArtifactItem, Pipeline } from "../api.d.ts" */

/**
 * All versions of an artifact.
 * @typedef {{ key: string, type: string, name: string, versions: ArtifactItem[] }} ArtifactGroup
 */
/** @typedef {{ type: string, artifactGroups: ArtifactGroup[] }} TypeSection */

/** The types that a pipeline may not name, in the usual order. @type {string[]} */
const OTHER_TYPES = [
  "project_plan",
  "software_specification",
  "system_architecture",
  "implementation_plan",
  "acceptance_tests",
  "source_code",
  "test_results",
  "deployment_package",
  "deployment_log",
  "agent_output",
  "hitl_response",
];

/**
 * The artifacts by type, in the order of the pipeline, and by name within a type; the oldest version comes first.
 * @param {ArtifactItem[]} artifacts
 * @param {Pipeline | undefined} pipeline
 */
export function groupArtifacts(artifacts, pipeline) {
  /** @type {Map<string, ArtifactGroup>} */
  const artifactGroups = new Map();
  for (const artifact of artifacts) {
    const { type, name } = artifact;
    const key = `${type}/${name}`;
    const group = artifactGroups.get(key) ?? { key, type, name, versions: [] };
    artifactGroups.set(key, group);
    group.versions.push(artifact);
  }
  /** @type {Map<string, ArtifactGroup[]>} */
  const sections = new Map(typeOrder(pipeline).map((type) => [type, []]));
  for (const group of artifactGroups.values()) {
    group.versions.sort((a, b) => a.version - b.version);
    const section = sections.get(group.type) ?? [];
    sections.set(group.type, section);
    section.push(group);
  }
  return [...sections].filter(([, groups]) => groups.length).map(([type, groups]) => ({
    type,
    artifactGroups: groups.sort((a, b) => naturalOrder(a.name, b.name)),
  }));
}

/**
 * Whether a person added it as context. The brief is accepted from the start, and an amendment, too.
 * @param {ArtifactItem} artifact
 */
export const isAdded = ({ task_id: task, accepted_at: accepted }) => task === null && accepted === null;

/** @param {ArtifactGroup} group */
export const newest = (group) => group.versions[group.versions.length - 1];

/** @param {Pipeline | undefined} pipeline */
const typeOrder = (
  pipeline,
) => [
  ...new Set([
    /** @type {string} */ ("user_input"),
    ...(pipeline?.stages ?? []).flatMap((stage) => stage.produces),
    ...OTHER_TYPES,
  ]),
];
