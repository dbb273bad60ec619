"""The settings of models: which are asked, their budgets, prices and limits."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from config.rate_limits import ModelLimits
from config.setting_values import BudgetText, ModelPrices, ModelReferences, ModelTokens, ModelTools


class ModelSettings(BaseModel):
    model: ModelReferences | None = Field(
        default=None,
        description="The model that new projects ask, as provider:model, such as `openai:gpt-5`; or several, "
        "comma-separated: each is asked if the one before it fails. Without one, projects rehearse.",
    )
    daily_budget: BudgetText = Field(
        default="5usd", description="What all calls of models may use in a day (UTC), such as `5usd,10mtok,8h`."
    )
    project_budget: BudgetText | None = Field(
        default=None, description="What a project may use that has no budget of its own, in the same form."
    )
    model_prices: ModelPrices = Field(
        default={},
        description="Prices of models that are not on the public list, as provider:model=INPUT/OUTPUT, in US dollars "
        "for a million tokens; comma-separated.",
    )
    mcp_servers: Path | None = Field(
        default=None,
        description="A file with `mcpServers` in JSON: MCP servers, whose tools are for roles that list them.",
    )
    model_tools: ModelTools = Field(
        default={},
        description="`json` if the models cannot call tools, and are to be asked for JSON text instead; or only for "
        "some, as provider:model=json, comma-separated.",
    )
    model_seconds: float = Field(default=300, gt=0, le=86400, description="Seconds that a call of a model may take.")
    model_stream: bool = Field(
        default=True,
        description="Whether models are asked to stream their responses while people watch a project. Turn it off for "
        "a server that streams badly.",
    )
    model_wait_seconds: float = Field(
        default=3600,
        gt=0,
        description="Seconds that a step waits while its provider refuses calls because of their rate. Then it asks a "
        "person.",
    )
    model_rpm: int | None = Field(
        default=None,
        ge=1,
        description="Calls a minute that each model may get from all workers together. Others wait for their turn.",
    )
    model_tpm: int | None = Field(
        default=None, ge=1, description="Tokens a minute, given and returned, that the calls of each model may use."
    )
    model_limits: ModelLimits = Field(
        default={},
        description="Limits of single models, as provider:model=LIMIT, such as `openai:gpt-5=500rpm/200ktpm` or "
        "`ollama:mine=unlimited`; comma-separated.",
    )
    model_output_tokens: int = Field(
        default=16_384,
        ge=256,
        description="Tokens of output that one call may have, and that are reserved in the budget before it; at most a "
        "quarter of the context.",
    )
    model_context_tokens: ModelTokens = Field(
        default={},
        description="Tokens of the models' context, if it is not on the public list, such as `32768`; or of some, as "
        "provider:model=TOKENS, comma-separated.",
    )
