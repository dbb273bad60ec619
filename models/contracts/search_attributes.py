"""The search attributes that must be registered in Temporal's namespace, and their types."""

PIPELINE, PHASE, WAITING = "BotArmyPipeline", "BotArmyPhase", "BotArmyWaiting"

SEARCH_ATTRIBUTES = {PIPELINE: "Keyword", PHASE: "Keyword", WAITING: "Bool"}
