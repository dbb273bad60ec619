/** A project's artifacts as a list shows them. Pure: no DOM, no calls. */

const REST = [
  "project_plan", "software_specification", "system_architecture", "implementation_plan", "source_code", "test_results",
  "deployment_package", "deployment_log", "agent_output", "hitl_response",
];

/**
 * The artifacts by type, in the order of the pipeline: `[{type, works}]`. A work is everything under one name:
 * `{key, type, name, versions}`, oldest version first.
 */
export function grouped(artifacts, pipeline) {
  const works = new Map();
  for (const one of artifacts) {
    const key = `${one.type}/${one.name}`;
    if (!works.has(key)) works.set(key, { key, type: one.type, name: one.name, versions: [] });
    works.get(key).versions.push(one);
  }
  const groups = new Map(order(pipeline).map((type) => [type, []]));
  for (const work of works.values()) {
    work.versions.sort((a, b) => a.version - b.version);
    if (!groups.has(work.type)) groups.set(work.type, []);
    groups.get(work.type).push(work);
  }
  return [...groups].filter(([, found]) => found.length).map(([type, found]) => ({
    type,
    works: found.sort((a, b) => names.compare(a.name, b.name)),
  }));
}

const names = new Intl.Collator("en", { numeric: true });

const order = (pipeline) =>
  [...new Set(["user_input", ...(pipeline?.stages ?? []).flatMap((stage) => stage.produces), ...REST])];
