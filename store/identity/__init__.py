"""Who uses BotArmy: principals, their roles, sessions and tokens."""
