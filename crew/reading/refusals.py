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

from crew.reading.scope_remarks import later_versions, scope_tokens
from crew.reading.scope_words import FILLER, LATER, NEGATIONS, RULED_OUT, WEAK_NEGATIONS
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
_AFTERWARDS = (LATER | frozenset("tard adelante avanti".split())) - frozenset(
    "next upcoming nächste nächsten nächster prochaine suivante próxima siguiente successiva prossima volgende следующая".split()
)
"""Not `next`, which is a place in an order: "the bus that comes next"."""
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
    r"(?:(?:do not|don't|never) (?:build|implement|develop|code)\b|(?:hold off on|forget about)\b"
    r"|leave (?:(?:the|a|an|any) )?\w+ out(?: for now)?\W*$|(?:leave out|omit) .{1,60} (?:for now|(?:of|in|from|for) (?:v1|(?:this|the first) (?:version|release|phase)))\W*$"
    r"|(?:skip|drop|ignore) .{1,60} for now\W*$|(?:there(?:'s| is) )?no need (?:for|to " + _BUILDING + r")\b"
    r"|(?:kein\w*|nicht) .{0,60}(?:bauen|implementieren|umsetzen|einbauen|entwickeln|anbieten)\W*$|.{0,60} (?:vorerst|erst ?mal|zunächst) (?:weglassen|auslassen)\W*$"
    r"|(?:ne (?:pas|jamais) (?:inclure|ajouter)|no (?:incluir|agregar|añadir|incluy\w+|agregu\w+)|non (?:includere|aggiungere)|não (?:incluir|adicionar))\b(?!.*\b(?:dans|en (?:el|la|los|las)|nel\w*|no|na|nos|nas|au|aux|al|a)\b)"
    r"|ne (?:pas|jamais) (?:implémenter|développer|prévoir|construire)\b|n'(?:implémentez|développez) pas|ne (?:développez|prévoyez) pas"
    r"|no (?:implementar|desarrollar|construir|implementes?|implementen|desarroll[ea]\w*)\b"
    r"|non (?:implementare|sviluppare|prevedere|serve|servono)\b|não (?:implementar|desenvolver)\b"
    r"|(?:geen|niet) .{0,60}(?:bouwen|implementeren)\W*$|nie (?:implementuj\w*|implementować|budować)\b"
    r"|не (?:реализ\w+)|(?:不要|别|勿)(?:做|实现|开发))",
    re.IGNORECASE,
)
_PLEASE_LEAVE_OUT = re.compile(
    r"(?:please|pls|kindly|let's|bitte) (?:leave out\b|omit\b|.{0,60} (?:weglassen|auslassen)\W*$)", re.IGNORECASE
)
"""Without "please", this is a rule: "Omit empty fields"."""
# These also begin a rule ("Do not add duplicates to a list"), which says where, when or how.
_DO_NOT_ADD = re.compile(r"(?:do not|don't|never) (?:add|support|offer|provide|integrate)\b(.*)$", re.IGNORECASE)
_WHERE = re.compile(
    r"\b(?:in|into|to|on|from|at|with|within|after|before|during|by|of|more|twice|again|without|outside|unless|if|when|until)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^(?:(?:let's|let us|we can|we could|we'll|you can)(?= (?:skip|drop|leave|omit|ignore|forget)\b)|please|pls|kindly|maybe|perhaps|vielleicht|peut-être|quizás|talvez|forse|misschien|so|and|but|also|oh|ok|okay|well|still|however|bitte|und|aber|auch|s'il vous plaît|svp|merci de|veuillez|mais|por favor|pero|per favore|ma|mas|graag|maar|proszę|пожалуйста|但|请)[ ,]+",
    re.IGNORECASE,
)
_LATER_FIRST = re.compile(
    r"(?:(?:in|for|with|as part of) (?:(?:a|the|some|any|one of the) )?(?:later|future|next|second|subsequent|upcoming) (?:version|release)s?\b(?! of (?!(?:this|the|our) (?:app|product|system|tool|site)\b))"
    r"|(?:in|for|from|with) (?:the )?v2\b(?! of (?:the|a|an|each|every)\b)"
    r"|(?:later(?:,? on)?|(?:in|with|as part of) (?:the|a|some) (?:later|future|next|second|subsequent|upcoming) (?:phase|iteration|sprint|update|stage)s?|in the (?:distant |near )?future|eventually|some ?day|one day|at some point|down the road|at a later (?:date|stage|point|time)),?"
    r" (?:we|i|it|this|that|there|maybe|perhaps)\b|in the future, .{1,60}\b(?:can|could|may|might|will)\b"
    r"|in (?:einer|der) (?:späteren|nächsten|zukünftigen|zweiten) (?:version|ausbaustufe|release)\b(?! (?:der|des|eines|einer)\b)"
    r"|(?:später|zukünftig|künftig|irgendwann|perspektivisch|in (?:ferner |naher )?zukunft|in (?:einer|der) (?:späteren|nächsten|zukünftigen|zweiten) (?:phase|stufe)),? (?:(?:soll|sollen|wollen|möchten|möchte|werden|wird|können|kann|brauchen|gibt|hätten|könnte|könnten) (?:es|wir|ich|das|dies|man)|kommt|kommen)\b"
    r"|dans une? version (?:ultérieure|suivante|future|prochaine)\b|(?:plus tard|à terme|ultérieurement|dans un second temps|à l'avenir|dans une phase (?:ultérieure|suivante|future)),? (?:(?:nous|on|il|ça|cela|peut-être)\b|(?:les?|la|l'|un|une|des) ?.{1,60}\bpourr(?:a|ont)\b)"
    r"|en una versión (?:futura|posterior|siguiente)\b|(?:más adelante|en el futuro|a futuro|en una fase (?:futura|posterior|siguiente)),? (?:habrá|queremos|querríamos|podremos|tendremos|haremos|se podrá|(?:los?|las?|el|un|una) .{1,60}\bpodrán?)\b"
    r"|in una versione (?:futura|successiva)\b|(?:più avanti|in futuro|in una fase (?:futura|successiva)),? (?:ci sar\w+|vorremmo|vogliamo|avremo|faremo|si potr\w+|(?:i|gli|le|il|la|lo|l') .{1,60}\bpotr(?:à|anno))\b"
    r"|(?:em )?n?uma versão (?:futura|posterior)\b|(?:mais tarde|no futuro|futuramente),? (?:haverá|teremos|queremos|gostaríamos|faremos|(?:os?|as?) .{1,60}\bpoder(?:á|ão))\b"
    r"|in een (?:latere|volgende) versie\b|(?:later|in de toekomst|in een (?:latere|volgende) fase) (?:(?:willen|kunnen|zullen|komt|komen|kan|zal) (?:we|wij|er|het|dit))\b"
    r"|w (?:kolejnej|następnej) wersji\b|w przyszłości (?:będzie|będą|chcemy|chcielibyśmy|pojawi\w*|dodamy)\b|в следующей версии\b|в будущем (?:появ\w+|будет|будут|мы|хотим|добав\w+|планиру\w+)"
    r"|(?:后续版本|以后|将来|未来|二期|下一期|第二期)(?:再|会|将|考虑|支持|增加|加|做)|(?:将来的に|今後|次期).{0,40}(?:検討|追加|対応|実装|開発)(?:する|します|したい|予定).{0,6}$"
    r"|(?:나중에|향후|추후).{0,40}(?:추가|지원|구현|개발|검토)(?:하|할|한|됩|될|예정).{0,10}$)",
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
    r"(?:\b(?:has been|have been|(?:it|this|that)(?: is|'s| was))|^(?!(?:a|an|the|each|every|any|no|one|if|when|its?|his|her|their) )[^,;]{1,60}(?<!that)(?<!which)(?<!who) is)"
    r" (?:postponed|deferred|descoped|put on hold|off the table|ruled out|shelved)\W*$"
    r"|\bwurden? (?:zurückgestellt|gestrichen|verworfen|vertagt)\W*$|^(?!(?:der|die|das|ein|eine|jede[rs]?) )[^,;]{1,60} (?:ist|wird) (?:zurückgestellt|gestrichen|verworfen|vertagt)\W*$"
    r"|\bbleib(?:t|en) (?:vorerst |erst ?mal )?(?:außen vor|draußen)\W*$|\bquedan? fuera\W*$|\bficam? de fora\W*$|\brestano? fuori\W*$"
    r"|(?:^|\b(?:we|i|we've|i've|was|have|team|board|committee|client) )decided (?:against|not to)\b|\bvoted against\b|\b(?:uns|wir|mich|wurde) .{0,40}dagegen entschieden\b|\b(?:uns|wir|mich|wurde) .{0,20}entschieden,? .{0,60}nicht zu\b"
    r"|\b(?:avons|on a|j'ai|été) décidé de ne pas\b|\b(?:hemos|se ha|he|foi|está) decidido (?:no|não)\b|\bdecidimos (?:no|não)\b|\b(?:abbiamo|ho|stato) deciso di non\b|\b(?:we|wij|ik|is) .{0,20}besloten .{0,60}niet\b|\bzdecydowaliśmy się nie\b|\bмы решили не\b"
    r"|\b(?:can|may|has to) wait(?: (?:until|for|till) (?:v2|later|(?:a|the) (?:later|next) (?:version|release)))?\W*$",
    re.IGNORECASE,
)
_NAMES_A_PART = re.compile(
    r"\b(?:that|which|who|whom|whose|as|als|que|qui|dont|comme|como|che|come(?= non)|котор\w+|któr\w+|jako|как)\b|, ?(?:der|die|das|den|dem|denen|deren|welche\w*|dat|wat|die)\b",
    re.IGNORECASE,
)
"""Before words that say which part of something a sentence is about: "tasks that are not planned", "as not needed"."""
_ABOUT_THE_REST = re.compile(r"(?:it|this|that|we|das|wir|es|cela|nous|on|esto|questo|isto|dit)\b")
_VERBS = frozenset(
    "is are was be been may can could might will would must shall should has have ist sind wird werden darf dürfen kann können est sont peut peuvent es son está "
    "están puede pueden è sono può possono viene é são pode podem zijn kan kunnen mag mogen wordt worden jest są może mogą".split()
)
_POSTPONED = re.compile(
    r"(?:postponed|deferred|delayed|parked|on hold|pushed back|verschoben|zurückgestellt|vertagt|reporté\w*|différé\w*|aplazad\w|pospuest\w|adiad\w|rimandat\w|rinviat\w|uitgesteld|odłożon\w|przełożon\w|отложен\w*)"
    r" (?:until|till|to|for|bis|auf|jusqu\S*|à|au|hasta|para|até|fino|al?|tot|naar|do|na|до|на)\b(?! (?:the )?(?:customer|user|member|guest|client)s?\b)",
    re.IGNORECASE,
)  # fmt: skip


@lru_cache(maxsize=4096)
def refuses(sentence: str) -> bool:
    """Return whether a sentence rules out or puts off what it speaks of."""
    said = sentence[:_MAX_SENTENCE].replace("’", "'").lstrip(" -–—*").casefold()
    first, *others = said.split("; ")
    return _refuses(first) or any(_ABOUT_THE_REST.match(each) and _refuses(each) for each in others)


def _refuses(said: str) -> bool:
    if _PLEASE_LEAVE_OUT.match(said):
        return True
    text = later_versions(_POLITE.sub("", _POLITE.sub("", said)))
    if _DO_NOT.match(text) or _LATER_FIRST.match(text) or _DECIDED.search(text):
        return True
    if not text.isascii() and _SPACELESS.search(text):
        return True
    if (adding := _DO_NOT_ADD.match(text)) and not _WHERE.search(adding[1]):
        return True
    if _POSTPONED.match(text) or _NOT_NECESSARY.match(text):
        return True
    tokens = scope_tokens(text)
    return _by_first_words(tokens) or _by_last_words(tokens, text)


def is_refused_by_no(sentence: str) -> bool:
    """Return whether a short sentence of prose has no verb, and begins with "no": "No online payment."."""
    said = _SPEAKER.sub("", sentence[:_MAX_SENTENCE]).casefold()
    if states_requirement(said):
        return False
    parts = [scope_tokens(part) for part in _BEFORE_NO.split(said)]
    return all(
        tokens[:1] != [] and tokens[0] in _NONE and len(tokens) <= _MAX_WORDS_AFTER_NO and _VERBS.isdisjoint(tokens)
        for tokens in parts
    )


_BEFORE_NO = re.compile(
    rf"(?:,(?: (?:and|or|und|oder|et|ni|y|o|e|en|i|и))?| (?:and|or|und|oder|et|ni|y|o|e|en|i|и)) (?=(?:{'|'.join(sorted(_NONE))})\b)",
    re.IGNORECASE,
)
"""Between the parts of a sentence such as "No logins, no payments and no chat"."""
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


def _by_last_words(tokens: list[str], text: str) -> bool:
    """Return whether the last words of a sentence are "is not needed", "not in version 1", "come later" or the like."""
    last = list(
        takewhile(lambda token: token in _TALK or token in _AFTERWARDS or _is_negation(token), reversed(tokens))
    )
    before = " ".join(tokens[: len(tokens) - len(last)])
    if not before and not set(last) - FILLER - LATER - RULED_OUT - NEGATIONS:
        return False  # nothing but a remark
    if (parts := [*_NAMES_A_PART.finditer(text)]) and 0 < len(scope_tokens(text[parts[-1].end() :])) <= len(last):
        return False
    if _MANNER.search(before) or states_requirement(before):
        return "v2" in last and _VERSION_AT_END.search(" ".join(tokens)) is not None
    negated = any(map(_is_negation, last)) and not set(last).isdisjoint(_NEEDS | _NOW)
    none = tokens[:1] != [] and tokens[0] in _NONE and not _NOW.isdisjoint(last)
    later = not _AFTERWARDS.isdisjoint(last) and not _COMING.isdisjoint(last) and not _MAY.search(before)
    return negated or none or later or _VERSION_AT_END.search(" ".join(tokens)) is not None


def _is_negation(token: str) -> bool:
    return token in NEGATIONS or token in WEAK_NEGATIONS or token in _NOBODY


_NOBODY = frozenset(
    "nobody niemand personne nadie nessuno ninguém nikt никто needn't n't non n'avons n'ai n'a n'est nem".split()
)
