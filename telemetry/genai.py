"""The names of OpenTelemetry's semantic conventions that spans have here, of version 1.41.0: the last one before those
for generative AI moved to a repository of their own.

They are not stable: another version is a change of this file, and of what operators query.
"""

SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0"

CHAT, EXECUTE_TOOL, INVOKE_AGENT = "chat", "execute_tool", "invoke_agent"
"""Values of OPERATION_NAME. A span's name begins with it."""

OPERATION_NAME = "gen_ai.operation.name"
PROVIDER_NAME = "gen_ai.provider.name"
CONVERSATION_ID = "gen_ai.conversation.id"
AGENT_NAME = "gen_ai.agent.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens"
RESPONSE_MODEL = "gen_ai.response.model"
RESPONSE_ID = "gen_ai.response.id"
RESPONSE_FINISH_REASONS = "gen_ai.response.finish_reasons"
USAGE_INPUT_TOKENS = "gen_ai.usage.input_tokens"
USAGE_OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
USAGE_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.cache_read.input_tokens"
TOOL_NAME = "gen_ai.tool.name"
TOOL_CALL_ID = "gen_ai.tool.call.id"
TOOL_TYPE = "gen_ai.tool.type"
ERROR_TYPE = "error.type"

# Content, which is left out unless BOTARMY_TRACE_CONTENT is set.
SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions"
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
TOOL_CALL_ARGUMENTS = "gen_ai.tool.call.arguments"
TOOL_CALL_RESULT = "gen_ai.tool.call.result"

# Of the stable conventions for HTTP.
HTTP_METHOD = "http.request.method"
HTTP_ROUTE = "http.route"
HTTP_STATUS = "http.response.status_code"
URL_PATH = "url.path"
URL_SCHEME = "url.scheme"

# Our own.
PROJECT_ID = "botarmy.project.id"
STAGE = "botarmy.stage"
ROUND = "botarmy.round"

# `provider:model` has the names of pydantic-ai, and the conventions have some others.
PROVIDERS = {"openai-responses": "openai", "azure": "azure.ai.openai"}
"""Our providers that the conventions call otherwise."""
