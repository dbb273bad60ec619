"""What a sentence refuses or puts off is listed and not built; what reads like it, such as a rule, is built."""

# ruff: noqa: E501, RUF001 - texts of many languages, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

REFUSED = """We don't need a mobile app|We do not want any advertising|I don't need a login|Payment isn't required|A mobile app is not necessary.
It is not necessary to send mails.|Dark mode is not needed for now|Please leave out the forum.|Do not implement bluetooth|Don't add a login|Never build a chat
No dark mode in v1|No tournaments in the first release|Payment will come in phase 2|Payments in version 2|In phase 2 it dances|Later we want it to sing
A newsletter is nice to have for later|Members can import // dropped|No online payment, we decided against it|We decided not to store photos
Shows grams fourteen, but not in the first release|Eventually it should wave|The chat can wait|Statistics will be added later|We don't have to support fax
There is no need for a forum|Please skip the dark mode for now|In a later version members can rate books|Paying is explicitly NOT part of sprint 1
It doesn't need to handle videos|Nobody needs a forum|Chat is not a priority right now|Let's skip payments for now|Import from Excel is postponed|Es wird keine App benötigt|La app móvil queda fuera|Tournaments are not planned|A forum was never requested|You don't need to implement a login
Wir brauchen kein Login|Bezahlen brauchen wir nicht.|Eine App ist nicht nötig.|Turniere kommen später.|Ein Chat ist nicht erforderlich|Später soll es singen
Bitte keine App bauen|Ein Forum ist vorerst nicht geplant|In einer späteren Version gibt es Statistiken|Wir wollen keine Werbung
Le paiement n'est pas nécessaire.|Nous n'avons pas besoin d'application mobile|Nous ne voulons pas de publicité|Les tournois viendront plus tard|Ne pas implémenter le paiement
Plus tard, les membres pourront voter|On n'a pas besoin de forum
No necesitamos una aplicación móvil|El pago no es necesario|No queremos publicidad|Los torneos vendrán más adelante|No incluir el pago en línea|En una versión futura habrá un foro
Il pagamento non è necessario|Non abbiamo bisogno di un forum|Non serve una app|In futuro ci saranno tornei|O pagamento não é necessário|Não precisamos de um fórum|Não implementar o chat
Betalen is niet nodig|We hebben geen app nodig|Toernooien komen later|Płatności nie są potrzebne|Nie potrzebujemy aplikacji mobilnej|Оплата не нужна|Нам не нужен чат|В будущем появится форум
不需要充值功能|我们不需要积分商城|支付功能暂不考虑|以后再做会员等级|請負機能は不要です|支払い機能は必要ありません|チャットは今後検討します|결제 기능은 필요 없습니다|채팅은 나중에"""
BUILT = """The app must not store card numbers|The scale must not beep at night|Do not add duplicates to a list|Users don't need an account to read|A password is never shown
We don't want members to lose their drafts|Hide the field if it is not needed|A listener can save a track for later|Users can edit the entry later
No ads|Not more than 3 clicks|Orders are cancelled after two days|Deleted items are kept for 30 days|Members see which seats are not available now|Members can add photos later
Next bookings are listed first|Future trips show the weather|Later changes are logged|Skip the intro of an episode|Members see meetings that are postponed|We can skip the intro|Nobody may change an entry|Appointments can be postponed until Monday
The system must work when no login is needed|Members can import version 2 files|Do not include names in the export|Guests cannot book on Mondays|Drafts are not published until a clerk agrees
Es darf kein Passwort gespeichert werden|Mitglieder können nicht mehr als zwei Bücher leihen|Das Feld ist leer, wenn es nicht nötig ist|Spätere Änderungen werden protokolliert
Les membres ne peuvent pas réserver deux courts|Los socios no pueden reservar dos pistas|I soci non possono prenotare due campi|不需要登录即可浏览|用户需要登录|パスワードは保存しないこと|사용자는 로그인해야 한다
Members see orders that are new, paid or cancelled|Login - not case sensitive|Prices, not including tax, are shown|A user sees why a card was not accepted|Sort by title, by year
One day before the appointment, send a reminder|Some day passes are valid for 24 hours|Eventually, every message is delivered|At some point the token expires and the user logs in again|Später bezahlte Rechnungen werden markiert|In the next phase of the game, players trade
Omit empty fields from the JSON output|Omit leading zeros|Leave out blank rows|Leave the light on until everybody is out|Don't bother the user with dialogs|Leere Zeilen weglassen
Do not create duplicate entries|Never create negative balances|Do not use floats for money|Do not use the network|Never use cookies|Don't make users wait
Unpaid orders are put on hold|Failed jobs are deferred|A failed job is deferred|Customers can wait for a free table|A consumer can wait for a message for up to 5 s|Users who decided not to renew get a reminder|Der Antrag wird zurückgestellt
No two bookings may overlap.|No data may be lost.|No login is required.|Keine zwei Termine dürfen sich überschneiden
Show tasks that are not planned|Mark a task as not needed|I want to hide columns that I do not need|Guests can book; an account is not needed|Show the bus that comes next|The factors are exact; more are not needed.|Zeige Aufgaben, die nicht geplant sind|Afficher les tâches qui ne sont pas prévues|Mostrar las tareas que no son necesarias
Lines that begin with # are skipped.|Anything after # is removed.|Empty lines and lines that begin with # are skipped.|Words after // are removed
Deleted: notes stay in the trash for 30 days|Hold: a seat is held for ten minutes|Void: invoices can be voided|Gelöscht: Notizen bleiben 30 Tage im Papierkorb
The next free seat is offered first|Later entries win over earlier ones|A turn is not skipped twice|No move is legal after a checkmate|Works without a network|A rejected message is put on hold for 5 minutes|Skip blank lines and comments|Never retry a message more than five times|A void ticket is not refunded
Don't allow a negative amount|Einträge ohne Datum stehen am Ende|Nie mehr als drei Versuche erlauben|Später hinzugefügte Karten liegen oben|Plus tard dans la journée, un rappel est envoyé|Ne jamais afficher un solde négatif|Más adelante en el mismo día se envía un recordatorio|No mostrar productos sin existencias|Nunca repetir una pregunta"""


def _lines(text: str) -> list[str]:
    return text.replace("\n", "|").split("|")


@pytest.mark.parametrize("frame", ["# A\n\n- {}\n- aa bb cc\n", "# A\n\n## Requirements\n\n1. aa bb cc\n2. {}\n", "# A\n\n| Feature | Owner |\n|-|-|\n| {} | Bo |\n| aa bb cc | Cy |\n"])  # fmt: skip
def test_a_sentence_that_refuses_is_listed(frame: str) -> None:
    wrong = []
    for each in _lines(REFUSED):
        brief = read_brief(frame.replace("{}", each), "Untitled")
        if [one.text for one in brief.requirements] != ["aa bb cc"] or not any(
            each in one.text for one in brief.not_used
        ):
            wrong.append(each)
    assert wrong == []


def test_a_sentence_that_refuses_is_listed_in_prose() -> None:
    wrong = []
    for each in [*_lines(REFUSED), "No online payment.", "Pas d'application mobile.", "Kein Chat."]:
        stop = "" if each.endswith((".", "。")) else "."
        brief = read_brief(f"# A\n\nThe desk must lend books. {each}{stop} It should print.\n", "Untitled")
        built = [one.text for one in brief.requirements]
        if built != ["The desk must lend books.", "It should print."] or not any(
            each in one.text for one in brief.not_used
        ):
            wrong.append(each)
    assert wrong == []


@pytest.mark.parametrize("frame", ["# A\n\n- {}\n- aa bb cc\n", "# A\n\n## Requirements\n\n1. aa bb cc\n2. {}\n"])
def test_a_rule_or_a_feature_that_reads_like_a_refusal_is_built(frame: str) -> None:
    wrong = [
        each
        for each in _lines(BUILT)
        if each not in [one.text for one in read_brief(frame.replace("{}", each), "A").requirements]
    ]
    assert wrong == []


def test_a_criterion_says_what_is_not_required_of_a_user() -> None:
    criteria = ["A phone number is not required", "A login is not necessary"]
    text = "# A\n\n## Acceptance criteria\n\n" + "".join(f"- {each}\n" for each in criteria)
    assert [each.text for each in read_brief(text, "A").requirements] == criteria


def test_a_rule_in_prose_that_begins_with_no_is_built() -> None:
    rules = [
        "No two bookings may overlap.",
        "No data may be lost.",
        "No login is required.",
        "Keine Daten werden gelöscht.",
    ]
    text = f"# A\n\n## Requirements\n\n{' '.join(rules)} No ads.\n"
    assert [each.text for each in read_brief(text, "A").requirements] == rules


def test_a_remark_about_another_version_or_a_decision_is_refused() -> None:
    refused = [
        "Some day we want a forum",
        "Leave the forum out for now",
        "It is on the roadmap; we decided against it",
        "This has been deferred",
        "One day it should sing",
    ]
    for each in refused:
        assert [one.text for one in read_brief(f"# A\n\n- {each}\n- aa bb\n", "A").requirements] == ["aa bb"], each
