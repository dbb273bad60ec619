// Generated from the OpenAPI document: `python -m tests.web.api_types` writes it, a test compares.

export type AccessRole = "viewer" | "operator" | "approver" | "admin" | "auditor";

export interface AccountUpdate {
  login: string;
  password: string;
}

export type ActionKey = "approve" | "request_changes" | "edit_and_approve" | "send_back" | "reject_and_end" | "try_again" | "try_with_advice" | "supply_result" | "raise_budget" | "permit_call" | "refuse_call" | "end_project" | "end_task";

export interface AgentPublic {
  agent_type: string;
  description: string;
  provider: string;
}

export interface AgentStatePublic {
  agent_type: string;
  status: AgentStatus;
  task_id: string | null;
  updated_at: string | null;
}

export type AgentStatus = "idle" | "working" | "waiting_for_hitl" | "error";

export interface AgentStatusChange {
  principal_id?: string | null;
  status: AgentStatus;
}

export interface AgentStatusChangeEnvelope {
  event_type: "agent_status_change";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: AgentStatusChange;
  timestamp: string;
}

export interface Amounts {
  usd: number;
  tokens: number;
  seconds: number;
}

export interface Approvals {
  need: number;
  from: Approver[];
  allow_services: boolean;
}

export interface Approver {
  group: string | null;
  user: string | null;
}

export type Archived = "exclude" | "include" | "only";

export interface ArtifactContent {
  artifact_id: string;
  project_id: string;
  type: string;
  name: string;
  version: number;
  media_type: string;
  size: number;
  content_hash: string;
  author: string;
  by_agent: boolean;
  task_id: string | null;
  based_on: string | null;
  created_at: string;
  accepted_at: string | null;
  previous_id: string | null;
  encoding: Encoding;
  content: string;
}

export interface ArtifactCreate {
  type: string;
  content: string;
  encoding?: Encoding;
  name?: string;
  media_type?: string;
  give?: boolean;
  given_by?: string;
}

export interface ArtifactCreated {
  principal_id?: string | null;
  artifact_id: string;
  type: string;
  name: string;
  version: number;
  author: string;
  content_hash: string;
  size: number;
}

export interface ArtifactCreatedEnvelope {
  event_type: "artifact_created";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: ArtifactCreated;
  timestamp: string;
}

export interface ArtifactItem {
  artifact_id: string;
  project_id: string;
  type: string;
  name: string;
  version: number;
  media_type: string;
  size: number;
  content_hash: string;
  author: string;
  by_agent: boolean;
  task_id: string | null;
  based_on: string | null;
  created_at: string;
  accepted_at: string | null;
}

export interface ArtifactKind {
  name: string;
  title: string;
  media_type: MediaType;
}

export interface ArtifactPublic {
  artifact_id: string;
  project_id: string;
  type: string;
  name: string;
  version: number;
  media_type: string;
  size: number;
  content_hash: string;
  author: string;
  by_agent: boolean;
  task_id: string | null;
  based_on: string | null;
  created_at: string;
  accepted_at: string | null;
  previous_id: string | null;
  encoding: Encoding;
  content: string;
  task: TaskPublic | null;
}

export interface ArtifactRef {
  artifact_id: string;
  type: string;
  version: number;
  content_hash: string;
}

export type Assignment = "mine" | "unassigned" | "all";

export interface AtExpiry {
  effect: ExpiryEffect;
  words: string;
}

export type AuthEventKind = "link_created" | "signed_in" | "sign_in_failed" | "session_ended" | "token_created" | "token_revoked" | "person_added" | "person_disabled" | "person_enabled" | "password_set" | "roles_changed" | "project_removed" | "groups_changed" | "group_created" | "group_removed" | "group_roles_changed";

export interface AuthEventPublic {
  event_id: string;
  kind: AuthEventKind;
  actor: string;
  actor_id: string | null;
  principal_id: string | null;
  name: string | null;
  address: string | null;
  data: Record<string, any>;
  created_at: string;
}

export type Budget = Record<string, any> | string | number;

export interface BudgetAlert {
  principal_id?: string | null;
  kind: BudgetKind;
  unit: BudgetUnit;
  percent: number;
  spent: number;
  limit: number;
  stage: string;
}

export interface BudgetAlertEnvelope {
  event_type: "budget_alert";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: BudgetAlert;
  timestamp: string;
}

export type BudgetKind = "step" | "role" | "project" | "day";

export interface BudgetPublic {
  kind: BudgetKind;
  project_id: string | null;
  role: string | null;
  limits: Limits;
  spent: Amounts;
  reserved: Amounts;
  percent: number | null;
}

export type BudgetUnit = "usd" | "tokens" | "seconds";

export interface BudgetUpdate {
  budget: Budget | null;
}

export interface Budgets {
  day: BudgetPublic | null;
  items: BudgetPublic[];
  next_cursor: string | null;
}

export interface ChildPublic {
  project_id: string;
  kind: ParentKind;
  name: string;
  status: ProjectStatus;
}

export interface ComponentHealth {
  status: "ok" | "down";
  latency_ms: number;
  detail: string | null;
  version: string | null;
  count: number | null;
}

export interface ContextCreate {
  artifact_id: string;
  as_type?: string | null;
  given_by?: string;
}

export interface ContextGiven {
  principal_id?: string | null;
  context_id: string;
  artifact_id: string;
  type: string;
  name: string;
  version: number;
  given_by: string;
  replaces: boolean;
  stages: string[];
}

export interface ContextGivenEnvelope {
  event_type: "context_given";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: ContextGiven;
  timestamp: string;
}

export interface ContextPublic {
  context_id: string;
  artifact: ArtifactItem;
  replaces: boolean;
  given_by: string;
  given_at: string;
  stages: string[];
  withdrawn_by: string | null;
  withdrawn_at: string | null;
}

export interface ContextWithdraw {
  withdrawn_by: string;
}

export interface ContextWithdrawn {
  principal_id?: string | null;
  context_id: string;
  artifact_id: string;
  type: string;
  name: string;
  version: number;
  withdrawn_by: string;
}

export interface ContextWithdrawnEnvelope {
  event_type: "context_withdrawn";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: ContextWithdrawn;
  timestamp: string;
}

export type ControlAction = "pause" | "resume" | "cancel" | "restart" | "end" | "budget" | "task";

export interface DecisionPublic {
  decision_id: string;
  action: HitlAction;
  comment: string | null;
  content_hash: string | null;
  artifact_id: string | null;
  redo: string | null;
  raise_by: Budget | null;
  responder: string;
  principal_id: string | null;
  outcome: ResponseOutcome;
  explanation: string | null;
  subject_hash: string | null;
  legacy: boolean;
  responded_at: string;
  recorded_at: string;
}

export interface DetailedHealth {
  status: "ok" | "degraded";
  version: string;
  links: Links;
  components: Record<string, ComponentHealth>;
  workflows: WorkflowProblems | null;
  pipelines_left_out: PipelineLeftOut[];
}

export interface DiffPublic {
  from: ArtifactItem | null;
  to: ArtifactItem;
  diff: string;
}

export interface Eligibility {
  may_decide: boolean;
  reason: string | null;
}

export type Encoding = "utf-8" | "base64";

export interface ErrorEvent {
  principal_id?: string | null;
  message: string;
  workflow_problem?: WorkflowProblemKind | null;
}

export interface ErrorEventEnvelope {
  event_type: "error";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: ErrorEvent;
  timestamp: string;
}

export type Event = WorkflowEventEnvelope | TaskStartedEnvelope | TaskProgressEnvelope | TaskCompletedEnvelope | TaskFailedEnvelope | TaskCancelledEnvelope | AgentStatusChangeEnvelope | ArtifactCreatedEnvelope | ContextGivenEnvelope | ContextWithdrawnEnvelope | HitlRequestedEnvelope | HitlRespondedEnvelope | HitlExtendedEnvelope | HitlExpiredEnvelope | BudgetAlertEnvelope | StopChangeEnvelope | ProjectChangeEnvelope | ProjectControlEnvelope | ErrorEventEnvelope;

export interface EventPage {
  items: Event[];
  next_cursor: string | null;
  head: number;
}

export type EventType = "agent_status_change" | "task_started" | "task_progress" | "task_completed" | "task_failed" | "task_cancelled" | "artifact_created" | "context_given" | "context_withdrawn" | "hitl_request" | "hitl_response" | "hitl_extended" | "hitl_expired" | "budget_alert" | "workflow_event" | "stop_change" | "project_change" | "project_control" | "error";

export type ExpiryEffect = "approves" | "rejects" | "fails" | "ends_task";

export interface ExtensionAnswer {
  request_id: string;
  extension_id: string;
  status: "extended" | "submitted";
  expires_at: string;
}

export interface ExtensionCreate {
  expires_at?: string | null;
  extend_by?: string | null;
  was?: string | null;
  extension_id?: string | null;
  extended_by?: string;
}

export interface ExtensionPublic {
  extension_id: string;
  extended_by: string;
  principal_id: string | null;
  was: string;
  expires_at: string;
  extended_at: string;
}

export interface Fallback {
  failed: string;
  reason: string;
  asked_instead: string;
}

export interface FilePublic {
  path: string;
  size: number;
}

export interface Gate {
  ask: GateAsk;
  important: boolean;
  question: string;
  expires_in: string;
  on_expiry: OnExpiry;
  max_rounds: number;
  confidence_below: number;
  approvals: Approvals | null;
}

export type GateAsk = "always" | "never" | "on_low_confidence";

export interface GroupCreate {
  name: string;
}

export interface GroupInProjectPublic {
  name: string;
  roles: AccessRole[];
  members: number;
  since: string;
}

export interface GroupMemberPublic {
  principal_id: string;
  name: string;
  kind: PrincipalKind;
  sources: string[];
}

export interface GroupPublic {
  name: string;
  created_by: string | null;
  created_at: string | null;
  members: GroupMemberPublic[];
  projects: ProjectOfGroupPublic[];
}

export interface GroupsPublic {
  principal_id: string;
  groups: string[];
}

export interface Health {
  status: "ok";
}

export type HitlAction = "approve" | "amend" | "reject";

export interface HitlExpired {
  principal_id?: string | null;
  request_id: string;
  stage: string;
  round: number;
  accepted: boolean;
}

export interface HitlExpiredEnvelope {
  event_type: "hitl_expired";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: HitlExpired;
  timestamp: string;
}

export interface HitlExtended {
  principal_id?: string | null;
  request_id: string;
  extension_id: string;
  stage: string;
  round: number;
  was: string;
  expires_at: string;
  extended_by: string;
}

export interface HitlExtendedEnvelope {
  event_type: "hitl_extended";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: HitlExtended;
  timestamp: string;
}

export type HitlReason = "review" | "low_confidence" | "failed_verdict" | "failed_step" | "budget" | "tool_call" | "stopped" | "checkpoint";

export interface HitlRequested {
  principal_id?: string | null;
  request_id: string;
  stage: string;
  round: number;
  reason: HitlReason;
  question: string;
  artifacts: ArtifactRef[];
  expires_at: string;
  needs_person?: boolean;
  supersedes?: string | null;
  subject_hash?: string | null;
  approvals?: Approvals | null;
}

export interface HitlRequestedEnvelope {
  event_type: "hitl_request";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: HitlRequested;
  timestamp: string;
}

export interface HitlResponded {
  principal_id?: string | null;
  request_id: string;
  decision_id: string;
  stage: string;
  round: number;
  action: HitlAction;
  status: HitlStatus;
  comment: string | null;
  responder: string;
  accepted: ArtifactRef[];
  redo?: string | null;
  raise_by?: Budget | null;
  without_asking?: boolean;
  subject_hash?: string | null;
  legacy?: boolean;
  reason?: HitlReason | null;
}

export interface HitlRespondedEnvelope {
  event_type: "hitl_response";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: HitlResponded;
  timestamp: string;
}

export type HitlStatus = "pending" | "approved" | "amended" | "rejected" | "expired" | "cancelled";

export interface IdMatch {
  id: string;
  kind: RecordKind;
  label: string;
}

export interface IdMatches {
  items: IdMatch[];
  has_more: boolean;
}

export interface Limits {
  usd: number | null;
  tokens: number | null;
  seconds: number | null;
}

export interface LinkPublic {
  path: string;
  code: string;
}

export interface Links {
  temporal_ui: string | null;
  api_docs: string;
  openapi: string;
}

export interface LogIn {
  login: string;
  password: string;
}

export interface MePublic {
  principal_id: string | null;
  name: string;
  login: string | null;
  method: SignInMethod;
  roles: AccessRole[];
  projects: Record<string, AccessRole[]>;
  scopes: Permission[];
  project_id: string | null;
  permissions: Permission[];
  project_permissions: Record<string, Permission[]>;
  is_exposed: boolean;
}

export type MediaType = "text/markdown" | "text/plain" | "application/zip" | "application/vnd.botarmy.files+json";

export interface MemberPublic {
  principal_id: string;
  name: string;
  kind: PrincipalKind;
  roles: AccessRole[];
  since: string;
}

export interface MemberUpdate {
  roles: AccessRole[];
}

export type Needs = "comment" | "content" | "raise_by";

export interface NewToken {
  token_id: string;
  name: string;
  scopes: Permission[];
  project_id: string | null;
  created_at: string;
  last_used_at: string | null;
  expires_at: string;
  token: string;
}

export type OnExpiry = "halt" | "approve" | "reject";

export type Oversight = "high" | "medium" | "low";

export interface Page_AgentPublic_ {
  items: AgentPublic[];
  next_cursor: string | null;
}

export interface Page_AgentStatePublic_ {
  items: AgentStatePublic[];
  next_cursor: string | null;
}

export interface Page_ArtifactItem_ {
  items: ArtifactItem[];
  next_cursor: string | null;
}

export interface Page_AuthEventPublic_ {
  items: AuthEventPublic[];
  next_cursor: string | null;
}

export interface Page_ContextPublic_ {
  items: ContextPublic[];
  next_cursor: string | null;
}

export interface Page_FilePublic_ {
  items: FilePublic[];
  next_cursor: string | null;
}

export interface Page_GroupInProjectPublic_ {
  items: GroupInProjectPublic[];
  next_cursor: string | null;
}

export interface Page_GroupPublic_ {
  items: GroupPublic[];
  next_cursor: string | null;
}

export interface Page_MemberPublic_ {
  items: MemberPublic[];
  next_cursor: string | null;
}

export interface Page_PendingRequest_ {
  items: PendingRequest[];
  next_cursor: string | null;
}

export interface Page_PersonPublic_ {
  items: PersonPublic[];
  next_cursor: string | null;
}

export interface Page_PipelineItem_ {
  items: PipelineItem[];
  next_cursor: string | null;
}

export interface Page_ProjectDecision_ {
  items: ProjectDecision[];
  next_cursor: string | null;
}

export interface Page_ProjectItem_ {
  items: ProjectItem[];
  next_cursor: string | null;
}

export interface Page_ProviderPublic_ {
  items: ProviderPublic[];
  next_cursor: string | null;
}

export interface Page_RequestItem_ {
  items: RequestItem[];
  next_cursor: string | null;
}

export interface Page_SessionPublic_ {
  items: SessionPublic[];
  next_cursor: string | null;
}

export interface Page_StopPublic_ {
  items: StopPublic[];
  next_cursor: string | null;
}

export interface Page_TokenPublic_ {
  items: TokenPublic[];
  next_cursor: string | null;
}

export interface Page_WorkflowProblemItem_ {
  items: WorkflowProblemItem[];
  next_cursor: string | null;
}

export interface ParentCreate {
  project_id: string;
  kind: ParentKind;
}

export type ParentKind = "duplicate" | "follow_up";

export interface ParentPublic {
  project_id: string;
  kind: ParentKind;
  name: string;
}

export interface PasswordUpdate {
  current: string;
  password: string;
}

export interface PendingRequest {
  request_id: string;
  project_id: string;
  task_id: string;
  agent_type: string;
  stage: string;
  round: number;
  title: string;
  question: string;
  cause: string | null;
  reason: HitlReason;
  status: HitlStatus;
  artifacts: ArtifactRef[];
  may_redo: boolean;
  may_continue: boolean;
  needs_person: boolean;
  supplies: string | null;
  shortage: Shortage | null;
  tool_call: ToolCall | null;
  decision_id: string | null;
  created_at: string;
  expires_at: string;
  decided_at: string | null;
  at_expiry: AtExpiry;
  subject_hash: string | null;
  approvals: Approvals | null;
  replaced: Replacement[];
  project_name: string;
  eligibility: Eligibility;
  deadline_held: boolean;
}

export type Permission = "read" | "run" | "decide" | "admin";

export interface PersonCreate {
  name: string;
  kind?: PrincipalKind;
  roles?: AccessRole[];
  account?: AccountUpdate | null;
}

export interface PersonPublic {
  principal_id: string;
  name: string;
  kind: PrincipalKind;
  login: string | null;
  roles: AccessRole[];
  is_disabled: boolean;
  groups: string[];
}

export interface PersonUpdate {
  roles: AccessRole[] | null;
  is_disabled: boolean | null;
}

export interface Pipeline {
  name: string;
  description: string;
  roles: Role[];
  artifacts: ArtifactKind[];
  budget: Budget | null;
  stages: Stage[];
}

export interface PipelineEstimate {
  pipeline: string;
  model: string | null;
  projects: number;
  cost_usd: Range | null;
  working_seconds: Range | null;
}

export interface PipelineItem {
  name: string;
  description: string;
  stages: string[];
  gates: string[];
}

export interface PipelineLeftOut {
  file: string;
  problems: string[];
}

export interface PossibleAction {
  key: ActionKey;
  label: string;
  effect: string;
  action: HitlAction;
  needs: Needs | null;
  redo_stages: string[];
}

export type PrincipalKind = "person" | "service";

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  errors: ProblemField[];
}

export type ProblemCode = "bad_request" | "forbidden" | "not_eligible" | "not_found" | "method_not_allowed" | "timeout" | "conflict" | "stale" | "already_decided" | "closed" | "not_possible" | "needs_person" | "deadline_passed" | "deadline_changed" | "workflow_gone" | "project_ended" | "last_admin" | "login_taken" | "too_large" | "unsupported_media_type" | "misdirected" | "invalid" | "weak_password" | "subject_required" | "key_reused" | "too_many_requests" | "internal" | "unavailable";

export interface ProblemField {
  in: string;
  field: string;
  message: string;
}

export interface Progress {
  done: number;
  total: number;
}

export interface ProjectBudgets {
  project: BudgetPublic;
  roles: BudgetPublic[];
  day: BudgetPublic | null;
}

export interface ProjectChange {
  principal_id?: string | null;
  by: string;
  name?: string | null;
  owner?: string | null;
  tags?: string[] | null;
  archived?: boolean | null;
  kept?: boolean | null;
}

export interface ProjectChangeEnvelope {
  event_type: "project_change";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: ProjectChange;
  timestamp: string;
}

export interface ProjectControl {
  principal_id?: string | null;
  action: ControlAction;
  by: string;
}

export interface ProjectControlEnvelope {
  event_type: "project_control";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: ProjectControl;
  timestamp: string;
}

export interface ProjectCounts {
  statuses: Record<string, number>;
  owners: WordCount[];
  tags: WordCount[];
  archived: number;
  capped: ProjectStatus[];
}

export interface ProjectCreate {
  name: string;
  description: string;
  pipeline?: string;
  oversight?: Oversight | null;
  crew?: string | null;
  model?: string | null;
  budget?: Budget | null;
  source?: SourceCreate | null;
  owner?: string | null;
  tags?: string[];
  parent?: ParentCreate | null;
}

export interface ProjectDecision {
  decision_id: string;
  action: HitlAction;
  comment: string | null;
  content_hash: string | null;
  artifact_id: string | null;
  redo: string | null;
  raise_by: Budget | null;
  responder: string;
  principal_id: string | null;
  outcome: ResponseOutcome;
  explanation: string | null;
  subject_hash: string | null;
  legacy: boolean;
  responded_at: string;
  recorded_at: string;
  request_id: string;
  task_id: string;
  agent_type: string;
  stage: string;
  round: number;
  question: string;
  reason: HitlReason;
  artifacts: ArtifactRef[];
}

export interface ProjectItem {
  id: string;
  name: string;
  owner: string | null;
  tags: string[];
  archived_at: string | null;
  kept_at: string | null;
  parent: ParentPublic | null;
  removed_parent: ParentKind | null;
  pipeline: string;
  oversight: Oversight | null;
  crew: string;
  is_rehearsal: boolean;
  model: string | null;
  status: ProjectStatus;
  phase: string | null;
  progress: Progress;
  open_requests: number;
  waiting_for: WaitingFor | null;
  working: WorkingTask[];
  spent: Amounts;
  reason: string | null;
  created_at: string;
  updated_at: string;
  ended_at: string | null;
  workflow_problem: WorkflowProblemPublic | null;
}

export interface ProjectOfGroupPublic {
  project_id: string;
  name: string;
  roles: AccessRole[];
}

export interface ProjectOverview {
  project: ProjectPublic;
  progress: ProjectProgress;
  artifacts: Page_ArtifactItem_;
  requests: Page_RequestItem_;
  budget: ProjectBudgets;
}

export interface ProjectProgress {
  project_id: string;
  status: ProjectStatus;
  phase: string | null;
  reason: string | null;
  progress: Progress;
  tasks: TaskPublic[];
  open_requests: RequestItem[];
}

export interface ProjectPublic {
  id: string;
  name: string;
  owner: string | null;
  tags: string[];
  archived_at: string | null;
  kept_at: string | null;
  parent: ParentPublic | null;
  removed_parent: ParentKind | null;
  pipeline: string;
  oversight: Oversight | null;
  crew: string;
  is_rehearsal: boolean;
  model: string | null;
  status: ProjectStatus;
  phase: string | null;
  progress: Progress;
  open_requests: number;
  waiting_for: WaitingFor | null;
  working: WorkingTask[];
  spent: Amounts;
  reason: string | null;
  created_at: string;
  updated_at: string;
  ended_at: string | null;
  workflow_problem: WorkflowProblemPublic | null;
  description: string;
  pipeline_definition: Pipeline;
  checkpoint_after: number;
  head: number;
  kept_by: string | null;
  children: ChildPublic[];
  retries: RetryPublic[];
}

export interface ProjectRetry {
  project_id: string;
  retry: RetryPublic;
}

export type ProjectSort = "-created" | "created" | "-updated" | "updated" | "name" | "-name";

export type ProjectStatus = "starting" | "active" | "waiting" | "paused" | "completed" | "rejected" | "failed" | "cancelled";

export interface ProjectUpdate {
  name: string | null;
  owner: string | null;
  tags: string[] | null;
  archived: boolean | null;
  kept: boolean | null;
  by: string;
}

export interface PromptPublic {
  version: string;
  system: string;
  task: string;
  tools: string[];
}

export interface ProviderPublic {
  name: string;
  description: string;
  is_rehearsal: boolean;
  is_default: boolean;
  default_model: string | null;
}

export interface Range {
  median: number;
  least: number;
  most: number;
}

export type RecordKind = "project" | "task" | "artifact" | "request";

export interface RecordedEntry {
  kind: string;
  fingerprint: string;
  call_id: string | null;
  body: string;
}

export interface RecordedInput {
  type: string;
  name: string;
  version: number;
  media_type: string;
  encoding: "utf-8" | "base64";
  content: string;
  by_agent: boolean;
  note: string | null;
  added_by: string | null;
}

export interface Recording {
  task_id: string;
  project_name: string;
  role: Role;
  stage: string;
  round: number;
  instructions: string;
  feedback: string | null;
  brief: string;
  expected_outputs: string[];
  inputs: RecordedInput[];
  entries: RecordedEntry[];
}

export interface ReleaseCreate {
  reason: string;
  by?: string;
}

export interface Replacement {
  artifact_id: string;
  replaced_by: string | null;
  by: string;
  principal_id: string | null;
  at: string;
  subject_hash: string;
}

export interface RequestItem {
  request_id: string;
  project_id: string;
  task_id: string;
  agent_type: string;
  stage: string;
  round: number;
  title: string;
  question: string;
  cause: string | null;
  reason: HitlReason;
  status: HitlStatus;
  artifacts: ArtifactRef[];
  may_redo: boolean;
  may_continue: boolean;
  needs_person: boolean;
  supplies: string | null;
  shortage: Shortage | null;
  tool_call: ToolCall | null;
  decision_id: string | null;
  created_at: string;
  expires_at: string;
  decided_at: string | null;
  at_expiry: AtExpiry;
  subject_hash: string | null;
  approvals: Approvals | null;
  replaced: Replacement[];
}

export interface RequestPublic {
  request_id: string;
  project_id: string;
  task_id: string;
  agent_type: string;
  stage: string;
  round: number;
  title: string;
  question: string;
  cause: string | null;
  reason: HitlReason;
  status: HitlStatus;
  artifacts: ArtifactRef[];
  may_redo: boolean;
  may_continue: boolean;
  needs_person: boolean;
  supplies: string | null;
  shortage: Shortage | null;
  tool_call: ToolCall | null;
  decision_id: string | null;
  created_at: string;
  expires_at: string;
  decided_at: string | null;
  at_expiry: AtExpiry;
  subject_hash: string | null;
  approvals: Approvals | null;
  replaced: Replacement[];
  actions: PossibleAction[];
  eligibility: Eligibility;
  log: string | null;
  redo_default: string;
  redo_stages: string[];
  shortage_now: Shortage | null;
  task: TaskDetail;
  history: DecisionPublic[];
  extensions: ExtensionPublic[];
  contents: ArtifactContent[];
}

export interface ResponseAnswer {
  request_id: string;
  decision_id: string;
  outcome: ResponseOutcome | null;
  status: HitlStatus | "submitted";
}

export interface ResponseCreate {
  action: HitlAction;
  content?: string | null;
  encoding?: Encoding;
  comment?: string | null;
  decision_id?: string | null;
  artifact_id?: string | null;
  redo?: string | null;
  raise_by?: Budget | null;
  raise_from?: Budget | null;
  in_bulk?: boolean;
  without_asking?: boolean;
  responder?: string;
  subject_hash?: string | null;
}

export type ResponseOutcome = "applied" | "superseded" | "refused";

export interface RetryChoices {
  project_id: string;
  default: string;
  stages: RetryStage[];
}

export interface RetryCreate {
  from_stage?: string | null;
  comment?: string | null;
  by?: string;
}

export interface RetryPublic {
  number: number;
  from_stage: string;
  comment: string | null;
  by: string | null;
  principal_id: string | null;
  at: string;
}

export interface RetryStage {
  stage: string;
  agent_type: string;
  reopens: string[];
}

export interface Rework {
  to: string;
  max_rounds: number;
}

export type Risk = "normal" | "high";

export interface Role {
  name: string;
  description: string;
  instructions: string;
  writes: Writes;
  tools: string[] | null;
  mcp_tools: string[];
  without_asking: string[];
  model: string | null;
  limits: RoleLimits;
  budget: Budget | null;
}

export interface RoleLimits {
  turns: number | null;
  tool_calls: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  working_time: string | null;
}

export interface RoleUsage {
  calls: number;
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  cost_usd: number;
  working_seconds: number;
  agent_type: string;
}

export interface RoundUsage {
  calls: number;
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  cost_usd: number;
  working_seconds: number;
  stage: string;
  round: number;
}

export interface SessionPublic {
  session_id: string;
  agent: string;
  is_current: boolean;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
}

export interface Shortage {
  kind: BudgetKind;
  scope: string;
  unit: BudgetUnit;
  spent: number;
  reserved: number;
  limit: number;
  needs: number;
  raised: number;
  once: number | null;
}

export interface SignIn {
  code: string;
}

export type SignInMethod = "none" | "admin_token" | "session" | "api_token";

export interface SignInMethods {
  password: boolean;
  provider: string | null;
}

export interface SourceCreate {
  content: string;
  encoding?: Encoding;
  media_type?: "application/vnd.botarmy.files+json" | "application/zip";
}

export interface Stage {
  name: string;
  agent: string;
  instructions: string;
  consumes: string[];
  produces: string[];
  gate: Gate | null;
  rework: Rework | null;
  timeout: string;
  attempts: number;
  priority: number;
  model: string | null;
  budget: Budget | null;
  risk: Risk;
}

export interface StageUsage {
  calls: number;
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  cost_usd: number;
  working_seconds: number;
  stage: string;
}

export interface StatusChange {
  project_id: string;
  requested: string;
  status: ProjectStatus;
}

export interface StepWait {
  reason: WaitReason;
  seconds: number | null;
}

export interface StopChange {
  principal_id?: string | null;
  stop_id: string;
  scope: StopScope;
  role?: string | null;
  stopped: boolean;
  reason: string;
  by: string;
}

export interface StopChangeEnvelope {
  event_type: "stop_change";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: StopChange;
  timestamp: string;
}

export interface StopCreate {
  scope: StopScope;
  project_id?: string | null;
  role?: string | null;
  task_id?: string | null;
  reason: string;
  by?: string;
}

export interface StopPublic {
  stop_id: string;
  scope: StopScope;
  project_id: string | null;
  role: string | null;
  task_id: string | null;
  reason: string;
  stopped_by: string;
  stopped_by_id: string | null;
  created_at: string;
  released_at: string | null;
  release_reason: string | null;
  released_by: string | null;
  released_by_id: string | null;
}

export type StopScope = "all" | "project" | "role" | "step";

export interface TaskCancelled {
  principal_id?: string | null;
  stage: string;
  round: number;
}

export interface TaskCancelledEnvelope {
  event_type: "task_cancelled";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: TaskCancelled;
  timestamp: string;
}

export interface TaskCompleted {
  principal_id?: string | null;
  stage: string;
  round: number;
  verdict: Verdict | null;
  confidence: number | null;
  usage: Usage | null;
  note?: string | null;
  artifacts: WrittenArtifact[];
}

export interface TaskCompletedEnvelope {
  event_type: "task_completed";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: TaskCompleted;
  timestamp: string;
}

export interface TaskCreate {
  agent_type: string;
  instructions: string;
  context_ids?: string[];
}

export interface TaskDetail {
  task_id: string;
  agent_type: string;
  stage: string;
  status: TaskStatus;
  round: number;
  verdict: Verdict | null;
  confidence: number | null;
  error: string | null;
  attempt: number;
  accepted: boolean;
  usage: Usage | null;
  created_at: string;
  updated_at: string;
  workflow_problem: WorkflowProblemPublic | null;
  project_id: string;
  workflow_id: string;
  standalone_task_id: string | null;
  from_agent: string | null;
  instructions: string;
  feedback: string | null;
  expected_outputs: string[];
  priority: number;
  context: ArtifactItem[];
  artifacts: ArtifactItem[];
}

export interface TaskFailed {
  principal_id?: string | null;
  stage: string;
  round: number;
  error: string;
}

export interface TaskFailedEnvelope {
  event_type: "task_failed";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: TaskFailed;
  timestamp: string;
}

export interface TaskProgress {
  principal_id?: string | null;
  stage: string;
  message: string;
  fraction: number | null;
  wait?: StepWait | null;
}

export interface TaskProgressEnvelope {
  event_type: "task_progress";
  seq: null;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: TaskProgress;
  timestamp: string;
}

export interface TaskPublic {
  task_id: string;
  agent_type: string;
  stage: string;
  status: TaskStatus;
  round: number;
  verdict: Verdict | null;
  confidence: number | null;
  error: string | null;
  attempt: number;
  accepted: boolean;
  usage: Usage | null;
  created_at: string;
  updated_at: string;
  workflow_problem: WorkflowProblemPublic | null;
}

export interface TaskStarted {
  principal_id?: string | null;
  stage: string;
  round: number;
  from_agent: string | null;
  feedback: string | null;
  continued?: number;
}

export interface TaskStartedEnvelope {
  event_type: "task_started";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: TaskStarted;
  timestamp: string;
}

export type TaskStatus = "pending" | "working" | "waiting_for_hitl" | "completed" | "failed" | "cancelled";

export interface TaskSubmitted {
  task_id: string;
  workflow_id: string;
  status: "submitted";
}

export interface TicketPublic {
  ticket: string;
}

export interface TokenCreate {
  name: string;
  scopes?: Permission[];
  project_id?: string | null;
  expires_in?: string;
}

export interface TokenPublic {
  token_id: string;
  name: string;
  scopes: Permission[];
  project_id: string | null;
  created_at: string;
  last_used_at: string | null;
  expires_at: string;
}

export interface ToolCall {
  tool: string;
  arguments: Record<string, any>;
  digest: string;
}

export interface ToolCallPublic {
  tool: string;
  arguments: Record<string, any> | string;
  result: string | null;
  ok: boolean | null;
  seconds: number | null;
}

export interface TranscriptPublic {
  task_id: string;
  prompt: PromptPublic | null;
  turns: TurnPublic[];
  turn_count: number;
  discarded_count: number;
  input_tokens: number;
  output_tokens: number;
  cost_usd: number;
  model_seconds: number;
  tool_seconds: number;
}

export interface TurnPublic {
  number: number;
  at: string;
  asked_for: string | null;
  model: string | null;
  text: string;
  thinking: string;
  calls: ToolCallPublic[];
  remark: string | null;
  discarded: string | null;
  asked_instead: string | null;
  finish_reason: string | null;
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  cost_usd: number;
  seconds: number;
}

export interface Usage {
  model: string;
  input_tokens: number;
  output_tokens: number;
  cost_usd: number;
  asked_for: string | null;
  fallbacks: Fallback[] | null;
  prompt_version: string | null;
  framework: string | null;
  settings: Record<string, any> | null;
}

export interface UsageFigures {
  calls: number;
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  cost_usd: number;
  working_seconds: number;
}

export interface UsagePublic {
  project_id: string;
  total: UsageFigures;
  roles: RoleUsage[];
  stages: StageUsage[];
  rounds: RoundUsage[];
}

export type Verdict = "passed" | "failed";

export type WaitReason = "retry" | "rate_limit" | "turn";

export interface WaitingFor {
  request_id: string;
  stage: string;
  agent_type: string;
  question: string;
  since: string;
  expires_at: string;
}

export interface WordCount {
  value: string;
  count: number;
}

export interface WorkflowChange {
  workflow_id: string;
  project_id: string;
  task_id: string | null;
  requested: string;
}

export interface WorkflowEvent {
  principal_id?: string | null;
  status: ProjectStatus | TaskStatus;
  reason?: string | null;
  name?: string | null;
  retried_from?: string | null;
  by?: string | null;
}

export interface WorkflowEventEnvelope {
  event_type: "workflow_event";
  seq: number;
  project_id: string;
  task_id: string | null;
  agent_type: string | null;
  data: WorkflowEvent;
  timestamp: string;
}

export interface WorkflowProblemItem {
  kind: WorkflowProblemKind;
  detail: string;
  since: string;
  workflow_id: string;
  project_id: string;
  task_id: string | null;
  project_name: string;
  project_status: ProjectStatus;
}

export type WorkflowProblemKind = "missing" | "stuck" | "inconsistent";

export interface WorkflowProblemPublic {
  kind: WorkflowProblemKind;
  detail: string;
  since: string;
}

export interface WorkflowProblems {
  missing: number;
  stuck: number;
  inconsistent: number;
  items: WorkflowProblemItem[];
}

export interface WorkflowPublic {
  project_id: string;
  workflow_id: string;
  run_id: string;
  status: string;
  history_length: number;
  started_at: string;
  closed_at: string | null;
  url: string | null;
}

export interface WorkingTask {
  task_id: string;
  agent_type: string;
  stage: string;
  round: number;
  since: string;
}

export type Writes = "document" | "files" | "report" | "package";

export interface WrittenArtifact {
  artifact_id: string;
  type: string;
  version: number;
}
