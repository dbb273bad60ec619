"""The shapes of requests (`...Create`) and answers (`...Public`)."""
