"""How an attempt ends at each fault of a provider: what is said, what is booked, and who acts next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from crew.model.limits import MAX_CORRECTIONS

MODELS = ("openai:gpt-5", "anthropic:claude-scripted")

Booked = Literal["nothing", "each whole", "each as used"]
"""What is booked for the calls that failed: nothing, the most that each may cost, or what each said that it used."""

TRIES = 3
"""Calls of a server that has a problem: as many as `no_delays` leaves."""

OWN_PROBLEM = "{model}'s server failed."
BROKE = "The connection to the server of {model} broke before its response was complete."
NO_JSON = "The response of {model} cannot be read: it is not JSON."
NO_FORM = "The response of {model} cannot be read: it does not have the form of the provider's API."
NO_REASON = "{model} did not say why its response ended; it was probably cut off."
NO_CALL = "{model} returned no usable response in 3 turns: its responses call no tool."
REJECTED = "{model} rejected the key. Set {key}, restart the worker, and try again."
QUOTA = "The quota or credit for {model} is used up. Raise it at the provider, and try again."
GONE = "The provider has no model {model}. Choose another in BOTARMY_MODEL or the pipeline."
TOO_LONG = "The conversation is too long for {model}. Give the step less to read, or a larger model."


@dataclass(frozen=True)
class Ending:
    """How an attempt ends at a fault.

    Attributes:
        said: what the person at the gate reads.
        words: what the provider said with it, by API: OpenAI's, Anthropic's.
        calls: how many calls of the model there were.
        asks: a person is asked at once, without another attempt.
    """

    said: str
    words: tuple[str, str] | None = None
    calls: int = 1
    booked: Booked = "nothing"
    asks: bool = False
    counts: bool = True

    def text(self, model: str) -> str:
        api = MODELS.index(model)
        key = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")[api]
        address = ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL")[api]
        ending = ("with /v1", "without /v1")[api]
        said = self.said.format(model=model, key=key, address=address, ending=ending)
        return f"{said} It says: {self.words[api]}" if self.words else said


ENDINGS: dict[str, Ending] = {
    "unauthorized": Ending(REJECTED, ("Incorrect API key provided: [key].", "invalid x-api-key: [key]"), asks=True),
    "forbidden": Ending(
        REJECTED,
        (
            "Country, region, or territory not supported",
            "Your API key does not have permission to use the specified resource.",
        ),
        asks=True,
    ),
    "quota": Ending(
        QUOTA,
        (
            "You exceeded your current quota, please check your plan and billing details.",
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
        ),
        asks=True,
    ),
    "model_gone": Ending(
        GONE,
        ("The model `gpt-5` does not exist or you do not have access to it.", "model: claude-scripted"),
        asks=True,
    ),
    "context_overflow": Ending(
        TOO_LONG,
        (
            "This model's maximum context length is 128000 tokens. Please reduce the length of the messages.",
            "prompt is too long: 210000 tokens > 200000 maximum",
        ),
        asks=True,
    ),
    "bad_request": Ending(
        "{model} rejected the request.", ("Invalid value.", "messages: Input should be a valid list"), asks=True
    ),
    "rate_limit": Ending("{model} is rate-limited.", counts=False),
    "server_error": Ending(
        OWN_PROBLEM, ("The server had an error while processing your request.", "Internal server error"), calls=TRIES
    ),
    "unavailable": Ending(OWN_PROBLEM, ("The service is temporarily unavailable.", "Service unavailable"), calls=TRIES),
    "overloaded": Ending(
        OWN_PROBLEM, ("The engine is currently overloaded, please try again later.", "Overloaded"), calls=TRIES
    ),
    "cut": Ending(BROKE, calls=TRIES, booked="each whole"),
    "malformed_json": Ending(NO_JSON, booked="each whole"),
    "empty_body": Ending(NO_JSON, booked="each whole"),
    "wrong_content_type": Ending(
        "What answers at the address of {model} is not an API. Is {address} right? It usually ends {ending}.",
        booked="each whole",
    ),
    "wrong_schema": Ending(NO_FORM, booked="each whole"),
    "redirect": Ending(
        "The address of {model} redirects to another one, which is not followed. Set the provider's address to the one "
        "that answers, restart the worker, and try again.",
        asks=True,
    ),
    "refusal": Ending(
        "{model} refused to answer. Change the instructions or the brief, and try again.",
        booked="each as used",
        asks=True,
    ),
    "no_finish_reason": Ending(NO_REASON, booked="each as used"),
    "unknown_tool": Ending(
        "{model} returned no usable response in 3 turns: there is no tool no_such_tool; there are note, act, done.",
        calls=1 + MAX_CORRECTIONS,
        booked="each as used",
    ),
    "bad_arguments": Ending(
        "{model} returned no usable response in 3 turns: the arguments of done are not a JSON object. Write smaller "
        "pieces.",
        calls=1 + MAX_CORRECTIONS,
        booked="each as used",
    ),
    "long_output": Ending("{model} returned more than 10,000,000 bytes; the rest was not read.", booked="each whole"),
}
BY_API = {
    # Anthropic's API has no choices: such a response is one without content.
    ("no_choices", MODELS[0]): Ending(NO_FORM, booked="each whole"),
    ("no_choices", MODELS[1]): Ending(NO_CALL, calls=1 + MAX_CORRECTIONS, booked="each as used"),
}
STREAMED = {
    # It may be the stream that is rejected, so that it is asked again without one.
    "bad_request": replace(ENDINGS["bad_request"], calls=2),
    # A body that is no stream has no events, as one that is empty.
    "empty_body": Ending(NO_FORM, booked="each whole"),
    "wrong_content_type": Ending(NO_FORM, booked="each whole"),
}
STREAMED_BY_API = {
    ("wrong_schema", MODELS[0]): Ending(NO_REASON, booked="each as used"),
    ("no_choices", MODELS[0]): Ending(NO_REASON, booked="each as used"),
}
"""What differs if the response is streamed."""

CASES = {(kind, model): ending for kind, ending in ENDINGS.items() for model in MODELS} | BY_API

STREAMED_CASES = CASES | {(kind, model): ending for kind, ending in STREAMED.items() for model in MODELS}
STREAMED_CASES |= STREAMED_BY_API
