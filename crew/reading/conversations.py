"""Sets the messages of a chat apart, and quotes what a mail answers."""

# ruff: noqa: E501, RUF001 - words of many languages, in long patterns
from __future__ import annotations

import re

_TIMED = re.compile(
    r"^\[?(?:\d{4}-\d\d-\d\d[ T]|\d{1,2}[./]\d{1,2}[./]\d{2,4},? )?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?\]?[ \t]*(?:- )?(?=<?[\w .'-]{1,30}>?:[ \t]+\S)",
    re.IGNORECASE,
)
_STAMP = re.compile(r"^[^\W\d][\w .'-]{0,29},? +\[?\d{1,2}:\d{2}(?: ?[AP]M)?\]?$", re.IGNORECASE)
_ANSWERED = re.compile(
    r"^[ \t]*-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht) ?-{2,}[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
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


def as_paragraphs(text: str) -> str:
    """Return a text with each message of a chat as a paragraph, and what comes after "Original message" as a quotation."""
    lines = text.split("\n")
    if sum(_TIMED.match(line) is not None for line in lines) >= _MIN_MESSAGES:
        text = "\n".join(f"\n{_TIMED.sub('', line)}" if _TIMED.match(line) else line for line in lines)
        text = _SMALL_SENTENCE.sub("\n\n", text)
    elif sum(_STAMP.match(line) is not None for line in lines) >= _MIN_MESSAGES:
        text = _SMALL_SENTENCE.sub("\n\n", "\n".join("" if _STAMP.match(line) else line for line in lines))
    answered = _ANSWERED.search(text)
    if answered is None or not text[: answered.start()].strip():
        return text
    return text[: answered.start()] + text[answered.start() :].strip().replace("\n", "\n> ").join(("> ", "\n"))


def is_greeting(sentence: str) -> bool:
    """Return whether a sentence is how a mail begins or ends."""
    return len(sentence) <= _MAX_GREETING and (_OPENING.match(sentence) is not None or is_closing(sentence))


def is_closing(sentence: str) -> bool:
    """Return whether a sentence is how a mail ends."""
    return len(sentence) <= _MAX_GREETING and _CLOSING.match(sentence) is not None


_MAX_GREETING = 80
