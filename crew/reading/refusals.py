"""Sentences that rule something out, or put it off: "We don't need a mobile app", "Payment will come in phase 2".

A sentence refuses by its first or last words, as long as they are about the scope ("we", "need", "not", "in version 1"):
there is a negation and a word of need among them, or the name of a later version. What is between them is refused. To
add a language, add its words to each table here and in scope_words.
"""

# ruff: noqa: E501, RUF001, SIM905 - words of many languages, in long lists
from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile

from crew.reading.scope_words import FILLER, LATER, NEGATIONS, RULED_OUT, WEAK_NEGATIONS
from crew.reading.section_headings import later_versions, scope_tokens
from crew.reading.sentences import states_requirement

_NEEDS = frozenset(
    "priority need needed needs needing want wanted wants wish require required requires necessary plan planned desired intended foreseen requested expected asked "
    "brauchen brauche braucht benötigen benötige benötigt nötig notwendig erforderlich gewünscht vorgesehen geplant gewollt wollen wünschen möchten hoeft hoeven "
    "besoin nécessaire nécessaires voulons veux voulu souhaitons souhaité demandé demandée prévu prévue prévus prévues requis requise utile "
    "necesitamos necesito necesita necesario necesaria necesarios necesarias queremos quiero requiere requieren requerido requerida previsto prevista "
    "precisamos preciso precisa necessário necessária necessários necessárias serve servono necessario necessaria richiesto richiesta vogliamo voglio bisogno "
    "nodig vereist gewenst willen potrzebujemy potrzebuję potrzebny potrzebna potrzebne wymagany wymagana wymagane chcemy chcę "
    "нужен нужна нужно нужны требуется требуются надо хотим хочу планируем планируется".split()
)
_SPEAKERS = frozenset(
    "we i nobody wir ich niemand nous on je personne noi wij мы я нам нас мне necesitamos necesito queremos quiero precisamos preciso vogliamo voglio abbiamo ci "
    "potrzebujemy potrzebuję chcemy chcę хотим планируем".split()
)
_COMING = frozenset(
    "come comes coming follow follows added nice wait considered kommt kommen folgt folgen viendra viendront suivra vendrá vendrán llegará verrà verranno virá "
    "virão volgt komt komen przyjdzie появится появятся добавим добавят".split()
)
_TALK = (
    _NEEDS | _SPEAKERS | _COMING | FILLER
    | frozenset(
        "am right really actually strictly necessarily think believe all have has had either anything any some other only but and start beginning another until but before "
        "aber und auch dafür denn gar wirklich zum beginn anfang vorerst zunächst einstweilen vorläufig erst erste ersten soll einer einem eine ein einen "
        "es era son è sono sarà plus más più mais avons ai a besoin d d' une un n' il il n'y pour l'instant mais version tenemos ha hay una uno por ahora de momento é são temos por enquanto non ne n "
        "c'è wel ook nog hebben heb moment jest są na razie пока ещё еще у есть это".split()
    )
)  # fmt: skip
_AFTERWARDS = LATER | frozenset("tard adelante avanti".split())
_NOW = frozenset(
    "v1 mvp now yet first initial initially launch moment current today version release phase ersten erste derzeit aktuell vorerst zunächst aktuellen "
    "l'instant première primera primeira prima eerste pierwszej первой razie пока ahora enquanto".split()
)
_NONE = frozenset(
    "no kein keine keinen keinerlei pas sin sem senza nessun nessuna geen bez без нет ohne aucun aucune ningún ninguna nenhum nenhuma żadnych".split()
)
_MANNER = re.compile(
    r"\b(?:if|when|whenever|whether|unless|until|while|where|that|which|who|why|because|so|wenn|falls|ob|dass|solange|obwohl|si|quand|lorsque|que|qui|"
    r"cuando|quando|se|als|wanneer|dat|jeśli|że|если|когда|что)\b",
    re.IGNORECASE,
)
_MAY = re.compile(
    r"\b(?:can|could|may|might|kann|können|peut|peuvent|puede|pueden|pode|podem|può|possono|kunnen)\b", re.IGNORECASE
)
_VERSION_AT_END = re.compile(
    r"\b(?:in|for|with|to|until|im|in der|für|mit|en|dans la|pour la|para la|na|per la|voor|w|в) (?:einer |der |la |el |the |a )?v2\W*$",
    re.IGNORECASE,
)
_BUILDING = r"(?:build|implement|develop|code|bother|worry|spend|waste|deal|handle|support|offer|provide|include|add|make|have|use|create|integrate|do)"
_DO_NOT = re.compile(
    r"(?:(?:do not|don't|never) (?:build|implement|develop|code|bother|worry|waste|spend)\b|(?:leave out|omit|hold off on|forget about|stay away from)\b|leave .{1,60} out\W*$"
    r"|(?:skip|drop|ignore) .{1,60} for now\W*$|there(?:'s| is) no need (?:for|to)\b|no need (?:for|to "
    + _BUILDING
    + r")\b"
    r"|(?:kein\w*|nicht|ohne) .{0,60}(?:bauen|implementieren|umsetzen|einbauen|entwickeln|anbieten|hinzufügen)\W*$|.{0,60} (?:weglassen|auslassen)\W*$"
    r"|ne (?:pas|jamais) (?:implémenter|développer|inclure|ajouter|faire|prévoir|construire)\b|n'(?:implémentez|ajoutez|incluez|développez) pas|ne (?:développez|faites|prévoyez) pas"
    r"|no (?:implementar|incluir|agregar|añadir|desarrollar|hacer|construir|implementes?|implementen|incluy\w+|agregu\w+|desarroll[ea]\w*)\b"
    r"|non (?:implementare|includere|aggiungere|sviluppare|prevedere|serve|servono)\b|não (?:implementar|incluir|adicionar|desenvolver|fazer)\b"
    r"|(?:geen|niet) .{0,60}(?:bouwen|maken|toevoegen|implementeren)\W*$|nie (?:implementuj\w*|implementować|dodawa\w*|dodaj\w*|budować|robić|rób\w*)\b"
    r"|не (?:реализ\w+|делать|делайте|добавля\w+|включа\w+)|(?:不要|别|勿)(?:做|实现|开发|添加|加入|加))",
    re.IGNORECASE,
)
# These also begin a rule ("Do not add duplicates to a list"), which says where, when or how.
_DO_NOT_ADD = re.compile(
    r"(?:do not|don't|never) (?:add|include|support|offer|provide|create|integrate|use|make)\b(.*)$", re.IGNORECASE
)
_WHERE = re.compile(
    r"\b(?:in|into|to|on|from|at|with|within|after|before|during|by|of|more|twice|again|without|outside|unless|if|when|until)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^(?:(?:let's|let us|we can|we could|we'll|you can)(?= (?:skip|drop|leave|omit|ignore|forget)\b)|please|pls|kindly|so|and|but|also|oh|ok|okay|well|still|however|bitte|und|aber|auch|s'il vous plaît|svp|merci de|veuillez|mais|por favor|pero|per favore|ma|mas|graag|maar|proszę|пожалуйста|但|请)[ ,]+",
    re.IGNORECASE,
)
_LATER_FIRST = re.compile(
    r"(?:(?:in|for|with|as part of) (?:(?:a|the|some|any|one of the) )?(?:later|future|next|second|subsequent|upcoming) (?:version|release|phase|iteration|sprint|update)s?\b"
    r"|(?:in|for|from|with) (?:the )?v2\b|later,? (?:on,? )?(?:we|it|there|maybe|perhaps|i)\b|(?:in the (?:distant |near )?future|eventually|some ?day|one day|at some point|down the road|at a later (?:date|stage|point|time))\b"
    r"|(?:später|zukünftig|künftig|irgendwann|perspektivisch|in (?:ferner |naher )?zukunft|in (?:einer|der) (?:späteren|nächsten|zukünftigen|zweiten) (?:version|phase|stufe|ausbaustufe|release))\b"
    r"|(?:plus tard|à terme|ultérieurement|dans un second temps|à l'avenir|dans une? (?:version|phase) (?:ultérieure|suivante|future|prochaine))\b"
    r"|(?:más adelante|en el futuro|a futuro|en una (?:versión|fase) (?:futura|posterior|siguiente))\b|(?:più avanti|in futuro|in una (?:versione|fase) (?:futura|successiva))\b"
    r"|(?:mais tarde|no futuro|futuramente|(?:em )?n?uma versão (?:futura|posterior))\b|(?:later (?:willen|komt|kan)|in de toekomst|in een (?:latere|volgende) (?:versie|fase))\b"
    r"|(?:w przyszłości|w (?:kolejnej|następnej) wersji)\b|(?:в будущем|в следующей версии)\b|(?:后续版本|以后|将来|未来|二期|下一期|第二期)(?:再|会|将|考虑|支持|增加|加|做)|将来的に|今後|次期|나중에|향후|추후)",
    re.IGNORECASE,
)
_SPACELESS = re.compile(
    r"^(?:我们|我|目前|暂时|暂|现阶段|本期|首期|第一版){0,3}(?:都)?(?:不需要|不想要|不打算|不考虑|不做)(?!.*(?:即可|就[能可]|也[能可]))"
    r"|(?:不需要|不用做|不要了|不做了?|先不做|以后再说|以后再做|下期再做|二期再做|暂不考虑|暂不支持)[。.!！]?$|(?:决定|确定)(?:不做|不要|放弃)"
    r"|(?:不要|必要ありません|必要ない|必要はありません|必要はない|いりません|要りません|いらない|含みません|含めません|行いません|実装しません|作りません|不要)(?:です|とします|である|と考えています)?[。.]?$"
    r"|(?:実装|開発|追加)(?:は?しない|しないで)|(?:やめ|見送)(?:ることに|りました|ります)|次期(?:で|に)対応|(?:今後|将来)(?:は)?検討"
    r"|(?:필요\s?없|필요하지 않|필요는 없|원하지 않|안 해도|하지 않기로|나중에)[^.]{0,6}[.]?$|(?:구현|개발|추가)하지 (?:마|말|않)"
)
_NOT_NECESSARY = re.compile(
    r"(?:(?:it is not|it isn't|it's not|it is un) ?(?:really )?(?:necessary|required|needed|important) (?:to|for|that)\b(?!.*\bto\b)"
    r"|(?:you (?:do not|don't)|(?:it|this|that|the (?:app|system|tool|site|bot|page)) (?:does not|doesn't)) (?:need|have) to (?:build|implement|develop|code|bother|worry|support|handle|integrate|create)\b"
    r"|es (?:wird|werden|ist) kein\w* .{1,60}(?:benötigt|gebraucht|nötig|erforderlich)\W*$|es braucht kein\w* "
    r"|es ist nicht (?:nötig|notwendig|erforderlich)|il n'est pas (?:nécessaire|utile|prévu)|no (?:es|hace) (?:necesario|falta)|non è (?:necessario|previsto)|não é (?:necessário|preciso)"
    r"|het is niet nodig|nie trzeba|не нужно|(?:we|wij|ik) (?:hebben|heb) geen .{1,60} nodig)",
    re.IGNORECASE,
)
_DECIDED = re.compile(
    r"(?<!that )(?<!which )(?<!who )\b(?:is|are|was|were|has been|have been) (?:postponed|deferred|descoped|put on hold|off the table|ruled out|shelved)\W*$"
    r"|\b(?:ist|sind|wird|wurde|wurden) (?:zurückgestellt|gestrichen|verworfen|vertagt)\W*$|\bbleib(?:t|en) (?:außen vor|draußen)\b|\bquedan? fuera\b|\bficam? de fora\b|\brestano? fuori\b"
    r"|\bdecided (?:against|not to)\b|\bvoted against\b|\bdagegen entschieden\b|\bentschieden,? .{0,60}nicht zu\b|\bdécidé de ne pas\b|\bdecidido (?:no|não)\b|\bdecidimos (?:no|não)\b|\bdeciso di non\b|\bbesloten .{0,60}niet\b|\bzdecydowaliśmy się nie\b|\bрешили не\b|\b(?:can|may|has to) wait (?:until|for|till)\b|\bcan wait\W*$",
    re.IGNORECASE,
)
_POSTPONED = re.compile(
    r"(?:postponed|deferred|delayed|parked|on hold|pushed back|verschoben|zurückgestellt|vertagt|reporté\w*|différé\w*|aplazad\w|pospuest\w|adiad\w|rimandat\w|rinviat\w|uitgesteld|odłożon\w|przełożon\w|отложен\w*)"
    r" (?:until|till|to|for|bis|auf|jusqu\S*|à|au|hasta|para|até|fino|al?|tot|naar|do|na|до|на)\b(?! (?:the )?(?:customer|user|member|guest|client)s?\b)",
    re.IGNORECASE,
)  # fmt: skip


@lru_cache(maxsize=4096)
def refuses(sentence: str) -> bool:
    """Return whether a sentence rules out or puts off what it speaks of."""
    text = sentence[:_MAX_SENTENCE].replace("’", "'").lstrip(" -–—*").casefold()
    text = later_versions(_POLITE.sub("", _POLITE.sub("", text)))
    if _DO_NOT.match(text) or _LATER_FIRST.match(text) or _DECIDED.search(text):
        return True
    if not text.isascii() and _SPACELESS.search(text):
        return True
    if (adding := _DO_NOT_ADD.match(text)) and not _WHERE.search(adding[1]):
        return True
    if _POSTPONED.match(text) or _NOT_NECESSARY.match(text):
        return True
    tokens = scope_tokens(text)
    return _by_first_words(tokens) or _by_last_words(tokens)


def is_refused_by_no(sentence: str) -> bool:
    """Return whether a short sentence of prose has no verb, and begins with "no": "No online payment."."""
    said = _SPEAKER.sub("", sentence[:_MAX_SENTENCE]).casefold()
    tokens = scope_tokens(said)
    return tokens[:1] != [] and tokens[0] in _NONE and len(tokens) <= _MAX_WORDS_AFTER_NO


_SPEAKER = re.compile(r"^[^\W\d_][\w .'-]{0,29}: +")
"""Of a message in a chat."""
_MAX_SENTENCE = 400
_MAX_WORDS_AFTER_NO = 5


def _by_first_words(tokens: list[str]) -> bool:
    """Return whether the first words of a sentence are "we don't need" or the like."""
    first = list(takewhile(lambda token: token in _TALK or _is_negation(token), tokens))
    needs = not _NEEDS.isdisjoint(first) or first[-2:] == ["have", "to"]
    if not any(map(_is_negation, first)) or not needs or _SPEAKERS.isdisjoint(first):
        return False
    rest = tokens[len(first) :]
    if first[-1] == "to":  # "We don't want to lose data" is a rule
        return bool(rest) and re.fullmatch(_BUILDING, rest[0]) is not None
    return "to" not in rest and not _MANNER.search(" ".join(rest))


def _by_last_words(tokens: list[str]) -> bool:
    """Return whether the last words of a sentence are "is not needed", "not in version 1", "come later" or the like."""
    last = list(
        takewhile(lambda token: token in _TALK or token in _AFTERWARDS or _is_negation(token), reversed(tokens))
    )
    before = " ".join(tokens[: len(tokens) - len(last)])
    if not before and not set(last) - FILLER - LATER - RULED_OUT - NEGATIONS:
        return False  # nothing but a remark
    if _MANNER.search(before) or states_requirement(before):
        return "v2" in last and _VERSION_AT_END.search(" ".join(tokens)) is not None
    negated = any(map(_is_negation, last)) and not set(last).isdisjoint(_NEEDS | _NOW)
    none = tokens[:1] != [] and tokens[0] in _NONE and not _NOW.isdisjoint(last)
    later = not _AFTERWARDS.isdisjoint(last) and not _COMING.isdisjoint(last) and not _MAY.search(before)
    return negated or none or later or _VERSION_AT_END.search(" ".join(tokens)) is not None


def _is_negation(token: str) -> bool:
    return (
        token in NEGATIONS
        or token in WEAK_NEGATIONS
        or token
        in (
            "nobody",
            "niemand",
            "personne",
            "nadie",
            "nessuno",
            "ninguém",
            "nikt",
            "никто",
            "needn't",
            "n't",
            "non",
            "n'avons",
            "n'ai",
            "n'a",
            "n'est",
            "nem",
        )
    )
