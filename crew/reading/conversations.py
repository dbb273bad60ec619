"""Sets the messages of a chat apart, and quotes what a mail answers."""

# ruff: noqa: E501, RUF001 - words of many languages, in long patterns
from __future__ import annotations

import re
from collections import Counter

_TIMED = re.compile(
    r"^\[?(?:\d{4}-\d\d-\d\d[ T]|\d{1,2}[./]\d{1,2}[./]\d{2,4},? )?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?\]?[ \t]*(?:- )?(?=(?P<name><?[\w .'-]{1,30}>?):[ \t]+\S)",
    re.IGNORECASE,
)
_DATED = re.compile(r"\[|\d{4}-|\d[./]\d")
_STAMP = re.compile(r"^(?P<name>[^\W\d][\w .'-]{0,29}),? +\[?\d{1,2}:\d{2}(?: ?[AP]M)?\]?$", re.IGNORECASE)
_ANSWERED = re.compile(
    r"^[ \t]*-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht) ?-{2,}[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_ANSWER = re.compile(r"^>[^\n]*\n(?=([^\W\d_]))", re.MULTILINE)
"""What a mail quotes, with the answer right below it."""
_OPENING = re.compile(
    r"^(?:(?:hi|hello|hey|hallo|dear|liebe[rs]?|sehr geehrte[rs]?|guten (?:tag|morgen)|moin|bonjour|salut|hola|buenos días|estimad[oa]s?|ciao|buongiorno|gentile|olá|prezad[oa]s?|beste|cześć|dzień dobry|здравствуйте|привет)\b[^.:]{0,40}[,!]?|お世話になっております[。.]?|안녕하세요[.]?)$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:(?:thanks|thank you|many thanks|cheers|best|best wishes|(?:best |kind |warm )?regards|yours sincerely|sincerely|danke|vielen dank|viele grüße|liebe grüße|beste grüße|mit freundlichen grüßen|gruß|lg|vg|mfg|merci|cordialement|bien à vous|gracias|(?:un )?saludos?"
    r"|grazie|cordiali saluti|obrigad[oa]|atenciosamente|(?:met )?vriendelijke groet(?:en)?|bedankt|dziękuję|pozdrawiam|спасибо|с уважением)(?: (?:in advance|a lot|im voraus|d'avance|de antemano))?[,.!]?(?: [A-ZÄÖÜ][\w-]{1,20}){0,2}|(?:よろしくお願い(?:いた)?します|此致|敬礼|감사합니다)[。.]?)$",
    re.IGNORECASE,
)
_SMALL_SENTENCE = re.compile(r"(?<=\w{4}[.!?]) (?=[a-z])")
"""Between two sentences of a chat, where capitals are rare."""
_MIN_MESSAGES = 3


def as_paragraphs(text: str) -> tuple[str, str]:
    """Return a text with each message of a chat as a paragraph, and what comes after "Original message" as a quotation;
    and the times and names that were cut from a chat."""
    text = _ANSWER.sub(lambda found: f"{found[0]}\n" if found[1].isupper() else found[0], text)
    lines = text.split("\n")
    cut: list[str] = []
    if _is_chat([found for line in lines if (found := _TIMED.match(line))]):
        cut = [found[0].strip() for line in lines if (found := _TIMED.match(line))]
        text = "\n".join(f"\n{_TIMED.sub('', line)}" if _TIMED.match(line) else line for line in lines)
        text = _SMALL_SENTENCE.sub("\n\n", text)
    elif _is_chat([found for line in lines if (found := _STAMP.match(line))]):
        cut = [line for line in lines if _STAMP.match(line)]
        text = _SMALL_SENTENCE.sub("\n\n", "\n".join("" if _STAMP.match(line) else line for line in lines))
    answered = _ANSWERED.search(text)
    if answered is None or not text[: answered.start()].strip():
        return text, "; ".join(cut)
    quoted = text[answered.start() :].strip().replace("\n", "\n> ").join(("> ", "\n"))
    return text[: answered.start()] + quoted, "; ".join(cut)


def _is_chat(messages: list[re.Match[str]]) -> bool:
    """Return whether lines are messages of a chat, and not entries of a timetable: their times are in brackets or have
    a date, or somebody speaks twice."""
    names = Counter(found["name"].strip(" ,<>").casefold() for found in messages)
    is_dated = any(_DATED.search(found[0]) for found in messages)
    return len(messages) >= _MIN_MESSAGES and (is_dated or max(names.values()) > 1)


def is_greeting(sentence: str) -> bool:
    """Return whether a sentence is how a mail begins or ends."""
    return len(sentence) <= _MAX_GREETING and (_OPENING.match(sentence) is not None or is_closing(sentence))


def is_closing(sentence: str) -> bool:
    """Return whether a sentence is how a mail ends."""
    return len(sentence) <= _MAX_GREETING and _CLOSING.match(sentence) is not None


_MAX_GREETING = 80
