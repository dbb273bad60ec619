"""Words by which a heading or a remark says that something is ruled out or comes later.

A heading rules out its section if one of these words occurs beside a word for requirements ("Features not in this release"),
after a word such as "what" ("What we will not build"), or beside nothing but filler ("Not in version 1"). To add a language,
add its words to each table.
"""

# ruff: noqa: E501, SIM905 - words of many languages, in long lists
from __future__ import annotations

NEGATIONS = frozenset(
    "not never none neither nothing won't wont don't doesn't isn't aren't can't cannot shouldn't wouldn't didn't nicht nichts kein "
    "keine keinen keiner keines nie ne n'est pas não nao nunca nada niet geen nooit niets inte ej icke ingen inga ikke ei eivät nie ani "
    "değil yok не нет ни без ليس لا לא".split()
)
LEADING_NEGATIONS = frozenset("not nicht niet inte ikke nie не ei não pas".split())
"""Negations with which a heading begins that rules its section out, unless it is the name of a feature."""

WEAK_NEGATIONS = frozenset("non no n".split())
"""Negations only after a word such as "what"; `non` also beside filler."""

RULED_OUT = frozenset(
    "dropped rejected removed cancelled canceled cut descoped deferred postponed excluded omitted skipped obsolete abandoned "
    "unwanted unplanned unsupported withdrawn discarded scrapped superseded skip omit exclude postpone defer shelved parked declined "
    "verworfen verworfene verworfenen gestrichen gestrichene abgelehnt abgelehnte zurückgestellt zurückgestellte verschoben "
    "verschobene ausgeschlossen ausgeschlossene weggelassen weggelassene entfallen entfallene entfällt obsolet obsolete "
    "abandonné abandonnés abandonnée abandonnées exclu exclus exclue exclues rejeté rejetés rejetée rejetées reporté reportés "
    "reportée reportées écarté écartés écartée écartées supprimé supprimés supprimée supprimées annulé annulés annulée annulées "
    "descartado descartados descartada descartadas excluido excluidos excluida excluidas rechazado rechazados rechazada rechazadas "
    "pospuesto pospuestos pospuesta pospuestas aplazado aplazados aplazada aplazadas cancelado cancelados cancelada canceladas "
    "excluído excluídos excluída excluídas rejeitado rejeitados rejeitada rejeitadas adiado adiados adiada adiadas "
    "scartato scartati scartata scartate escluso esclusi esclusa escluse rifiutato rifiutati rimandato rimandati rinviato rinviati "
    "annullato annullati geschrapt geschrapte uitgesloten afgewezen vervallen uitgesteld uitgestelde odrzucone wykluczone anulowane "
    "отклонено отклонённые отклоненные исключено исключённые отменено отменённые отложено отложенные "
    "deprecated deleted void voided retired revoked retracted hold zurückgezogen zurückgezogene gelöscht gelöschte veraltet veraltete obsolète obsolètes retiré retirée "
    "retirés retirées déprécié dépréciée eliminado eliminados eliminada eliminadas retirado retirada obsoleta obsoleto removido removida rimosso rimossa ritirato ritirata "
    "annullata verwijderd ingetrokken usunięte usunięto wycofane wycofano przestarzałe удалено удалён удалена удалены устарело устаревшее снято "
    "已取消 已废弃 废弃 作废 已删除 搁置 推迟 対象外 見送り 却下 廃止 取り下げ 보류 폐기 제외 삭제됨 철회".split()
)
FEATURE_NAMES = frozenset(
    "skip cut cancel omit exclude postpone defer hold park backlog ideas idea next upcoming überspringen backlogs ideen nächste nächster nächstes suivant suivante "
    "siguiente próxima prossima volgende следующая 取消 保留".split()
)
"""Of the words that rule something out, those that features are named after, if what follows describes one."""

STATES = frozenset(
    "deleted void voided hold held retired revoked cancelled canceled rejected gelöscht storniert abgelehnt veraltet "
    "supprimé supprimés supprimée supprimées annulé annulée eliminado eliminada cancelado cancelada verwijderd annullato annullata".split()
)
"""Of the words that rule something out, those that are also a state of what a product keeps: "Deleted: notes stay in the trash"."""

LATER = frozenset(
    "v2 later future upcoming next someday eventually afterwards später spätere späteren zukünftige künftig künftige nächste nächsten "
    "nächster ultérieur ultérieure ultérieures futur future futurs futures prochaine suivante futuro futuros futura futuras próxima "
    "siguiente successiva prossima later latere volgende senare framtida senere fremtidige później kolejna позже будущие будущей будущем следующая следующей следующую следующем".split()
)
"""`v2` stands for every version, phase or release after the first."""

VERSIONS = "version|versions|phase|phases|release|releases|stage|v|fase|etapa|étape|ausbaustufe|versión|versão|versione|versie|wersja|версия|версии"
NUMBERS = "[2-9]|[1-9]\\d|two|three|four|ii|iii|iv|zwei|drei|zweite|deux|trois|dos|tres|due|tre|twee"

FILLER = frozenset(
    "a an in into for of from to the this that our any at on is are be been it its by part time now yet moment version release phase "
    "iteration mvp scope project product plan planned launch first initial current explicitly currently deliberately please doing do "
    "done going will would build building built included include includes needed required wanted considered being today anymore "
    "further longer us we moved fix happening approved accepted agreed confirmed contract agreement order assignment engagement tender but necessary roadmap gefordert maybe perhaps or v1 "
    "genehmigt freigegeben angenommen beauftragt auftrag auftrags vertrag vertrags notwendig nötig im für von der die das des dem den dieser diese dieses diesem ersten erste aktuellen projekt projekts projektes umfang kommt wird "
    "werden ist sind bestandteil teil bewusst explizit ausdrücklich derzeit aktuell jetzt mehr gebaut umgesetzt gemacht realisiert wir "
    "approuvé approuvée validé validée contrat marché dans pour du de la le les cette ce projet périmètre sera seront est sont fait faite faits prévu prévue réalisé cela l'instant "
    "aprobado aprobada contrato aprovado aprovada approvato approvata contratto goedgekeurd opdracht en del el este esta para versión fase proyecto alcance será serán hará se incluye incluido hecho "
    "fazer hacer faire fare machen umsetzen doen robić делать realizar implementar "
    "na da do versão projeto escopo feito faz parte di della questa versione progetto ambito verrà fatto rientra nell'ambito "
    "het deze voor versie doen wordt i denna det version tej wersji w projektu в этой версии проекта проект этом сделано будет".split()
)
SCOPE = frozenset(
    "scope;umfang;geltungsbereich;périmètre;alcance;escopo;âmbito;ambito;reikwijdte;zakres;область применения;范围;範囲;범위".split(
        ";"
    )
)
"""Titles of what is in scope, and in an introduction, of what a document is about."""
SUBJECTS = frozenset(
    "what things stuff everything anything we was dinge wir ce nous cosas lo o cosa noi wat wij dingen vad vi hvad hva mitä czego co что мы".split()
)
"""First words of headings such as "What we will not build"."""

CROSSES = "❌✗✘🚫⛔❎🙅"
"""Marks of what is ruled out."""
