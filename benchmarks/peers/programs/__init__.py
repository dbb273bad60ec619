"""Programs that run the work with another library, as its documentation suggests.

They run in an environment of their own (`requirements.txt` beside this folder), so they import nothing of BotArmy.
"""
