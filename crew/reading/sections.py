"""The kinds of sections in a brief, and the phrases that name them in many languages.

To add a word or a language, add phrases to PHRASES, in lower case and without articles if they vary. A phrase matches a
whole heading, or one of the parts that "and", "&", "/" or "," join. With a `*`, it also matches a part of a longer
heading: `*features` is found in "Features of the first release". With a `~`, it does not count below a heading for
requirements, since features may have that name: `~backlog`.
"""

# ruff: noqa: E501, RUF001 - words of many languages, in long lists
from __future__ import annotations

from enum import Enum


class Section(Enum):
    """The kind of a section; the value is the reason that is shown if the section is not used."""

    REQUIREMENTS = "a requirement"
    OPTIONAL = "an optional requirement"
    QUALITY = "a non-functional requirement"
    CRITERIA = "a criterion"
    GOALS = "a goal"
    EXCLUDED = "out of scope"
    RISKS = "a risk"
    QUESTIONS = "a question"
    LINKS = "a link"
    CONTENTS = "table of contents"
    CONTEXT = "background"

    @property
    def is_requested(self) -> bool:
        """Whether the section's content is to be built."""
        return self in (Section.REQUIREMENTS, Section.OPTIONAL, Section.QUALITY, Section.CRITERIA)

    @property
    def is_unused(self) -> bool:
        """Whether no part of the section can become a requirement."""
        return not self.is_requested and self not in (Section.CONTEXT, Section.GOALS)


PHRASES: dict[Section, str] = {
    Section.EXCLUDED: """
        本期不做; 本期暂不做; 暂不做; 一期不做; 首期不做; 第一版不做; 先不做; 下期做; 下期再做; 二期做; 二期再做; 今回は対象外; 今回は対応しない; 次期対応; 次回対応; 今後対応; 将来対応;
        *out of scope; not used; *ruled out; *off the table; for another day; *out of bounds; *non features; should not have; must not; hors sujet; *out-of-scope; *not in scope; *outside the scope; *beyond the scope; *non goals; *non goal;
        *nongoals; *no goals; *not goals; *anti goals; *non objectives; *non requirements; *won't have; *won't haves; *wont have;
        *will not have; *won't do; *wont do; *will not do; won't; wont; *not included; excluded; *exclusions;
        *not doing; *not planned; *not now; *not yet; *do not build; *don't build; *not required; *not needed;
        *no requirements; *decided against; *leave out; *leaving out; *left out; no gos; nope; no; *no gos; *anti requirements; *will not be; w; out; *anti features; not part of this
        project; *what it does not do; *what it doesn't do; *what we are not building; *what we won't build;
        *what is not; ~future; *future work; *future features; *future enhancements; *future versions; *future releases;
        *future phases; *future scope; *future considerations; *future ideas; *future plans; *future improvements;
        *future requirements; ~later; *for later; *later phases; *later versions; *later releases; next version;
        *phase 2; *phase two; *phase ii; *phase 3; *second phase; *version 2; *post mvp; *after launch; ~backlog;
        ~icebox; ~parking lot; *possible extensions; *stretch goals; ~ideas; *ideas for later;
        *out of the question; *not supported; must not have; *don't want; *do not want; *not going to; *not wanted;
        *nicht im umfang; *nicht im scope; *nicht enthalten; *nicht umfang; *nicht teil; *nicht ziele; *nichtziele;
        *nicht ziel; *keine ziele; *außerhalb des umfangs; *ausserhalb des umfangs; *außerhalb; *ausserhalb;
        *ausschlüsse; *ausschluss; *abgrenzung; *abgrenzungskriterien; *nicht gewünscht;
        *nicht vorgesehen; *nicht geplant; *nicht benötigt; *kein bestandteil; *nicht bestandteil; später;
        *zukünftig; *ausblick; *spätere ausbaustufen; *ausbaustufen; ~zukunft;  *was es nicht;
        *hors périmètre; *hors perimetre; *hors du périmètre; *hors champ; *hors scope; *non objectifs; *non retenues; *non retenus;
        *exclusions; *ce qui n'est pas; *non inclus; *pas inclus; *plus tard; *évolutions futures; *à venir; perspectives;
        *fuera de alcance; *fuera del alcance; *fuera de ámbito; *no objetivos; *no incluido; *no incluye; *no se incluye; no haremos; *quedan fuera; *queda fuera;
        *exclusiones; *no está incluido; *más adelante; *fases futuras; *trabajo futuro; *futuras; futuro;
        *fora do escopo; *fora de escopo; *fora do âmbito; *fora de âmbito; *não objetivos; *não incluído; *não está incluído; *exclusões; *não faz parte; *trabalhos futuros; *mais tarde;
        *fuori ambito; *fuori dall'ambito; *fuori scopo; *fuori perimetro; *non obiettivi; *fuori portata; *fuori dallo scopo; *non rientra;
        *esclusioni; *non incluso; *non inclusi; *sviluppi futuri; *in futuro;
        *buiten scope; *buiten bereik; *buiten het bereik; *buiten beschouwing; *buiten de reikwijdte; *buiten de scope; *niet in scope; *niet inbegrepen; *geen doelen; *niet doelen;
        *uitgesloten; *uitsluitingen; *valt buiten;
        *poza zakresem; *wykluczenia; *wykluczone; *nie cele; *nie obejmuje; *w przyszłości; *mimo rozsah; *mimo rámec;
        *utanför omfattning; *utanför omfattningen; *ingår inte; *avgränsningar; *icke mål; *utenfor omfang; *uden for scope; *afgrænsning;
        *rajaukset; *ei kuulu; *rajauksen ulkopuolella; *kapsam dışı; *kapsam dışında; *hedef dışı;
        *вне рамок; *вне области; *не входит; *исключения; *исключено; *нецели; *не цели; *за рамками; *поза межами;
        *не входить; *на будущее; *в будущем;
        不需要; 不要; 不用; 暂缓; 暂不; 以后; 先不做; 不要なもの; 不要な機能; いらないもの; 필요 없음; 필요 없는 것; 나중에; *不在范围; *不在范围内; *范围之外; *不在範圍; *范围外; *範圍外; *超出范围; *不包括; *不包含; *非目标; *非目標; *排除; *不做; *暂不考虑; *不考虑; *二期; *次期; *非ゴール; *今後; *以后再做;
        *后续版本; *未来; *スコープ外; *対象外; *範囲外; *含まない; *含まれない; *非目標; *やらないこと; *実施しない; *将来;
        *범위 외; *범위 밖; *제외; *비목표; *포함되지 않; *하지 않을; *향후;
        *خارج النطاق; *خارج نطاق; *غير مشمول; *מחוץ לתחום; *लक्ष्य नहीं; *दायरे से बाहर""",
    Section.RISKS: """
        *risks; risk; *risk register; *risk assessment; *risk analysis; *risk log; *mitigations; ~threats;
        *known issues; ~drawbacks; ~disadvantages; ~nachteile; ~inconvénients; ~desventajas; ~desvantagens; ~svantaggi; ~nadelen; ~wady; ~недостатки; 缺点; デメリット; 단점; ~challenges; ~concerns; ~caveats; ~pitfalls; *rabbit holes; *threat model;
        *what could go wrong; *risk mitigation; *risks and mitigations;
        *risiken; risiko; *risikoanalyse; *risikobewertung; ~bedenken; ~herausforderungen; *risques; risque; *riesgos;
        riesgo; *riscos; risco; *rischi; rischio; *risico's; *risicos; risico; *ryzyka; ryzyko; *rizika; *risker;
        *risikoer; *riskit; *riskler; *риски; риск; *ризики; *风险; *風險; *リスク; *위험; *리스크; *المخاطر; *סיכונים; *जोखिम""",
    Section.QUESTIONS: """
        ~questions; question; *open questions; *open question; *open issues; *open points; *unresolved; *unknowns; ~faq; ~faqs;
        *frequently asked questions; tbd; *to be decided; to decide; zu klären; noch zu klären; à décider; à clarifier; por decidir; por definir; a definir; da decidere; da chiarire; te beslissen; do ustalenia; *to be determined; *to be clarified; *outstanding questions;
        *questions for; *remaining questions; *points to clarify; *issues to resolve;
        ~fragen; *häufige fragen; *foire aux questions; *preguntas frecuentes; *perguntas frequentes; *domande frequenti;
        *veelgestelde vragen; *часто задаваемые вопросы; *常见问题; *よくある質問; *offene fragen; *offene punkte; *ungeklärt; *zu klären; *klärungsbedarf; *questions ouvertes;
        *questions en suspens; *points ouverts; *points à clarifier; preguntas; *preguntas abiertas; *puntos abiertos;
        *cuestiones abiertas; *preguntas pendientes; perguntas; *perguntas em aberto; *questões em aberto;
        *pontos em aberto; domande; *domande aperte; *questioni aperte; *punti aperti; vragen; *open vragen;
        *openstaande vragen; *open punten; *otwarte pytania; pytania; *otevřené otázky; *öppna frågor; *åpne spørsmål;
        *åbne spørgsmål; *avoimet kysymykset; *açık sorular; *открытые вопросы; вопросы; *відкриті питання; *未解决;
        *待解决; *待确认; *待定; *问题; *開放問題; *未決事項; *未解決; *質問; *미해결; *미결 사항; *미결사항; *질문; *أسئلة; *שאלות; *प्रश्न""",
    Section.CONTENTS: """
        ~contents; *table of contents; toc; ~index; *on this page; *inhaltsverzeichnis; inhalt; *table des matières;
        sommaire; *índice; *tabla de contenidos; *contenido; sumário; *tabela de conteúdos; *indice; *inhoudsopgave;
        inhoud; *spis treści; obsah; *innehåll; innhold; indhold; *sisällys; *sisällysluettelo; içindekiler;
        *содержание; *оглавление; *зміст; 目录; 目錄; 目次; 차례; 목차; المحتويات; *תוכן עניינים""",
    Section.LINKS: """
        ~links; *useful links; ~references; *reference documents; *further reading; *see also; ~resources; bibliography;
        ~sources; *related documents; *related links; *related work; ~attachments; *external links; literature;
        *literatur; verweise; quellen; *weiterführende; *referenzen; *liens; *références; sources; *enlaces;
        *referencias; recursos; *bibliografía; *ligações; *referências; *links úteis; *collegamenti; *riferimenti;
        *fonti; *verwijzingen; *referenties; bronnen; *odnośniki; *źródła; *odkazy; *länkar; *referenser; *lenker;
        *linkit; *lähteet; *bağlantılar; *kaynaklar; *ссылки; *источники; *посилання; *链接; *参考; *參考; *リンク;
        *参考資料; *링크; *참고; *روابط; *مراجع; *קישורים""",
    Section.QUALITY: """
        *non functional; *nonfunctional; nfr; nfrs; *quality attributes; *quality requirements; *quality goals;
        constraints; *technical constraints; *technical requirements; *performance requirements;
        *security requirements; *usability requirements; *operational requirements; *platform requirements;
        *accessibility requirements; *compliance requirements; performance; security; accessibility; usability;
        reliability; scalability; *nicht funktionale; *nichtfunktionale; *qualitätsanforderungen; *qualitätsmerkmale;
        *rahmenbedingungen; *randbedingungen; *technische anforderungen; *leistungsanforderungen;
        *sicherheitsanforderungen; *non fonctionnelles; *exigences techniques; contraintes; *exigences de qualité;
        *no funcionales; *requisitos técnicos; restricciones; *requisitos de calidad; *não funcionais; *nao funcionais;
        restrições; *non funzionali; *requisiti tecnici; vincoli; *niet functionele; *niet functioneel;
        *technische eisen; randvoorwaarden; *niefunkcjonalne; *pozafunkcjonalne; ograniczenia; *nefunkční;
        *icke funktionella; *ikke funksjonelle; *ikke funktionelle; *ei toiminnalliset; *işlevsel olmayan;
        *нефункциональные; *нефункціональні; ограничения; *非功能; *约束; *約束; *非機能; *制約; *비기능; *제약; *غير الوظيفية;
        *לא פונקציונליות; *गैर कार्यात्मक""",
    Section.CRITERIA: """
        *acceptance criteria; *acceptance criterion; *acceptance tests; *success criteria;
        criteria; *accepted when; *done when; *akzeptanzkriterien; *abnahmekriterien; *kriterien;
        *critères d'acceptation; critères; *criterios de aceptación; criterios; *critérios de aceitação; critérios;
        *criteri di accettazione; criteri; *acceptatiecriteria; *kryteria akceptacji; *akceptační kritéria;
        *acceptanskriterier; *akseptansekriterier; *hyväksymiskriteerit; *kabul kriterleri; *критерии приемки;
        *критерии приёмки; *критерії; *验收标准; *驗收標準; *受け入れ基準; *受入基準; *인수 조건; *완료 조건; *معايير القبول; *קריטריוני קבלה""",
    Section.OPTIONAL: """
        *nice to have; *nice to haves; *could have; *could haves; could; optional; *optional features; *optional requirements; bonus; *bonus features;
        *kannkriterien; *kann kriterien; kann; *wunschkriterien; *optionale anforderungen; *optionale funktionen; *facultatif; *optionnel; *fonctionnalités optionnelles; *souhaitable;
        opcional; opcionales; *deseable; *deseables; opcionais; *desejável; opzionale; opzionali; *desiderabile; optioneel; opcjonalne; *mile widziane; необязательно; *желательно; *опционально;
        *可选; *可选功能; *加分项; *あると良い; *あると嬉しい; *任意; *선택 사항; *있으면 좋은""",
    Section.REQUIREMENTS: """
        *cosa deve fare; *qué debe hacer; *o que deve fazer; *ce que doit faire; *was es tun soll; *was es können muss; *was es können soll; *wat moet het doen; *co ma robić; *что должно делать;
        what we are building; what we're building; what we will build; what we build; what's being built; version 1; version 1.0; v1; v1.0; release 1; first release; first version; was wir bauen; ce que nous construisons; lo que construiremos; cosa costruiamo;
        wat we bouwen; co budujemy; что мы делаем; 我们要做的; 作るもの; 만들 것;         *requirements; *requirement; specific requirements; system requirements; business requirements; software requirements;
        product requirements; user requirements; general requirements; reqs; *features; *feature list; *feature set; feature; *user stories; *user story;
        stories; *use cases; *use case; *functionality; *functionalities; *functional; *functions; *capabilities;
        *must have; *must haves; must; *musts; *should have; should;
        *mandatory; required; needs; *user needs; *what we need; *what is needed; *what i need; we need;
        *what it does; *what must be built; solution; *solution you'd like; in; *what it should do; *what it must do; *what it has to do; *what should it do; *what to build;
        *what we want; *what i want; we want; i want; we would like; we'd like; wanted; wishes; wish list; wishlist;
        *what users can do; users can; the user can; the system shall; the system must; the app should;
        it should; it must; scope; *in scope; *mvp; *phase 1; *minimum viable product; *specification; specs;
        *deliverables; scenarios; epics; epic; to do; todo; todos; tasks; behaviour; behavior; *acceptance;
        *anforderungen; anforderung; *lastenheft; *pflichtenheft; *funktionen; *funktionalität; *funktionalitäten;
        *funktionsumfang; *leistungsumfang; umfang; *im umfang; *muss kriterien; *musskriterien; *sollkriterien;
        muss; soll; *anwendungsfälle; *merkmale; *was wir brauchen;
        wir brauchen; wir wollen; wir möchten; *was es kann; *was es können; *was gebraucht wird; *was benötigt;
        *wünsche; *bedarf; nutzer können; *user storys; *leistungen; *aufgaben;
        *exigences; *besoins; besoin; *fonctionnalités; *fonctionnalité; *fonctions; *cas d'utilisation;
        *récits utilisateur; *cahier des charges; périmètre; *ce que nous voulons; nous voulons; il nous faut;
        *ce qu'il nous faut; *ce que ça doit faire; *spécifications; *attentes; *obligatoire;
        *requisitos; *requerimientos; *requisito; *funcionalidades; *características; *funciones; *casos de uso;
        *historias de usuario; alcance; *qué necesitamos; *lo que necesitamos; necesitamos; queremos; *necesidades;
        *funções; *histórias de usuário; *histórias de utilizador; escopo; *o que precisamos; precisamos; *necessidades;
        *requisiti; *funzionalità; *funzioni; *casi d'uso; *storie utente; ambito; *cosa serve; vogliamo; ci serve;
        *eisen; *vereisten; *functionaliteit; *functionaliteiten; *functies; *gebruikersverhalen; *wensen;
        *wat we nodig hebben; wij willen; we willen; *behoeften; *functionele;
        *wymagania; *funkcje; *funkcjonalności; *historyjki; *potrzeby; *požadavky; *funkce; *krav; *funktioner;
        *funksjoner; *behov; *användarberättelser; *brukerhistorier; *vaatimukset; *toiminnot; *ominaisuudet;
        *käyttäjätarinat; *gereksinimler; *özellikler; *işlevler; *ihtiyaçlar; *kullanıcı hikayeleri;
        *требования; *функции; *возможности; *функциональность; *пользовательские истории; *что нужно; *вимоги;
        *функції; *можливості; *需求; *功能; *特性; *用户故事; *使用者故事; *用例; *要件; *要求; *機能; *ユーザーストーリー;
        *やりたいこと; *必要なもの; *仕様; *요구사항; *요구 사항; *기능; *사용자 스토리; *필요한 것; *المتطلبات; *متطلبات; *الميزات;
        *الوظائف; *דרישות; *תכונות; *आवश्यकताएँ; *आवश्यकताएं; *सुविधाएँ""",
    Section.GOALS: """
        ~decisions; *what we decided; ~beschlüsse; ~entscheidungen; ~décisions; ~decisiones; ~decisões; ~decisioni; ~besluiten; ~решения; ~决定; ~決定事項; goal; *goals; *objectives; objective; *aims; aim; purpose; *vision; mission; *ziele; ziel; zweck; *zielsetzung;
        *objectifs; objectif; but; *objetivos; objetivo; meta; metas; propósito; *obiettivi; obiettivo; scopo;
        *doelen; doel; *doelstellingen; *cele; cel; *cíle; cíl; *mål; *tavoitteet; tavoite; *hedefler; amaç; *цели;
        цель; *цілі; *目标; *目標; *目的; *목표; *목적; *الأهداف; *מטרות; *लक्ष्य""",
    Section.CONTEXT: """
        background; context; introduction; intro; overview; *executive summary; ~summary; abstract; ~about; *about this;
        preface; ~history; *revision history; *change history; *version history; *document history; changelog;
        *change log; ~revisions; ~changes; *document control; glossary; *definitions; terminology; ~terms; *acronyms;
        *abbreviations; ~stakeholders; *stakeholder list; ~contacts; ~contact; ~team; ~team members; ~roles; ~personas;
        ~persona; *user personas; *target audience; ~audience; *target users; *target group; ~users; ~customers; ~market;
        *market analysis; ~competitors; ~competition; *competitive analysis; *problem statement; ~problem; *the problem;
        *current state; *current situation; ~today; *status quo; motivation; rationale; ~why; *success metrics; ~metrics;
        kpis; *key performance indicators; *key metrics; *measures of success; *key results; okrs; ~timeline; *time plan;
        ~schedule; ~milestones; ~roadmap; *release plan; *project plan; ~deadlines; ~budget; ~cost; ~costs; ~pricing; ~estimates;
        *assumptions; dependencies; *dependencies; *definition of done; *definition of ready; ~dod; ~installation; ~getting started; ~quick start; ~contributing; *steps to reproduce; *repro steps; *reproduction steps; *how to reproduce; *how to contribute; 備考; 备注; 備註; 비고; appendix; *appendix; appendices; annex; ~notes; ~meeting notes;
        *design notes; ~remarks; *tech stack; *technology stack; ~technologies; ~architecture; *implementation notes;
        ~alternatives; *alternatives considered; *prior art; ~approvals; ~approval; *sign off; ~signatures; ~authors; ~author;
        ~credits; acknowledgements; ~license; ~licence; *user experience; *additional context; *alternatives you've considered; *alternatives considered; traceability; *traceability matrix; appetite; *scope of this document; *scope of the document; *user flow; *user flows; *ui sketches; ~mockups; wireframes;
        limitations; *known limitations; *lessons learned; ~discussion; ~action items; ~actions; ~action points; ~à faire; ~maßnahmen; ~acciones; ~ações; ~azioni; ~acties; ~działania; ~attendees; ~apologies; ~agenda; *next meeting; ~next steps; *development roadmap; *logical dependency chain;
        hintergrund; kontext; einleitung; einführung; überblick; übersicht; zusammenfassung; ausgangslage; *ist zustand;
        *ist analyse; motivation; glossar; *begriffe; *änderungshistorie; *änderungsverlauf; *versionshistorie; ~historie;
        ansprechpartner; ~kontakt; beteiligte; *zielgruppe; *zielgruppen; zeitplan; *meilensteine; ~kosten; *annahmen;
        abhängigkeiten; anhang; anlagen; ~notizen; *erfolgskriterien; *kennzahlen; *stakeholder;
        contexte; introduction; présentation; résumé; glossaire; ~historique; *parties prenantes; *public cible;
        calendrier; ~planning; jalons; *hypothèses; dépendances; annexe; annexes; *indicateurs; ~contacts;
        contexto; introducción; resumen; antecedentes; glosario; ~historial; *interesados; *público objetivo;
        cronograma; *hitos; presupuesto; *supuestos; *suposiciones; dependencias; anexo; anexos; *métricas;
        introdução; resumo; *histórico; *partes interessadas; *público alvo; *marcos; orçamento; *premissas; apêndice;
        contesto; introduzione; riassunto; panoramica; *cronologia; *glossario; *pubblico; *tappe; *ipotesi;
        dipendenze; appendice; allegati; *metriche; achtergrond; inleiding; samenvatting; overzicht; *versiegeschiedenis;
        *woordenlijst; *begrippen; belanghebbenden; *doelgroep; planning; mijlpalen; *aannames; *afhankelijkheden;
        bijlage; bijlagen; tło; kontekst; wprowadzenie; wstęp; podsumowanie; słownik; *historia zmian; harmonogram;
        *założenia; załącznik; úvod; pozadí; souhrn; bakgrund; inledning; sammanfattning; bakgrunn; innledning;
        baggrund; *ordlista; tidplan; *antaganden; tausta; johdanto; yhteenveto; aikataulu; *oletukset; giriş; özet;
        arka plan; *varsayımlar; введение; контекст; *предыстория; обзор; *история изменений; глоссарий; *сроки;
        *предположения; *допущения; приложение; вступ; *背景; *概述; *简介; *簡介; *引言; *摘要; *术语; *術語; *修订记录;
        *变更记录; *版本历史; *附录; *附錄; *里程碑; *时间表; *时间安排; *假设; *干系人; *目标用户; *はじめに; *概要; *用語; *変更履歴;
        *改訂履歴; *付録; *スケジュール; *前提; *배경; *개요; *소개; *용어; *변경 이력; *부록; *일정; *가정; *خلفية; *مقدمة; *ملخص;
        *רקע; *מבוא; *पृष्ठभूमि; *परिचय""",
}

ITEM_LABELS: dict[Section, str] = {
    Section.EXCLUDED: "w; oos; won't; wont; won't have; not; non goal; non-goal; nicht-ziel; no objetivo",
    Section.RISKS: """risk; risks; threat; risiko; risque; riesgo; risco; rischio; risico; ryzyko; риск; 风险; 風險; リスク; 위험""",
    Section.QUESTIONS: """q; question; open question; tbd; todo; open; unclear; ???; frage; offene frage; offen; unklar; pregunta; pergunta; domanda;
        vraag; pytanie; вопрос; 问题; 質問; 질문""",
    Section.CONTEXT: """note; nb; n.b; assumption; dependency; example; background; context; remark; comment; info; fyi; rationale; reason; hint; tip; legend; legende; légende; leyenda; legenda; 凡例; 图例;
        anmerkung; hinweis; notiz; annahme; abhängigkeit; beispiel; hintergrund; remarque; hypothèse; dépendance; exemple; nota; ejemplo;
        suposición; supuesto; dependencia; exemplo; suposição; dependência; esempio; ipotesi; dipendenza; opmerking; aanname;
        afhankelijkheid; voorbeeld; uwaga; założenie; przykład; примечание; пример; предположение; зависимость; 注; 备注; 假设; 例; 注意; 備考;
        前提; 참고; 가정""",
}
"""Labels before a single item that say what it is: "Risk: ...", "[Note] ..."."""
