"""The words by which pages ask for something before they show their text.

Gathered from walls as sites show them, in English and more briefly in other languages. ``title``
names such a page, ``text`` is said by hardly any other, ``hint`` is said by notes too and counts
only where there is little else. All patterns are bounded, so that no page makes them slow.
"""

import re
from typing import NamedTuple


class Phrases(NamedTuple):
    """What one kind of wall says in its title, its text and its source."""

    title: re.Pattern[str]
    text: re.Pattern[str]
    hint: re.Pattern[str] | None = None
    markup: re.Pattern[str] | None = None


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_NOT = r"(?:not|n[’']?t)"

CAPTCHA = Phrases(
    title=_any(
        r"^just a moment|^attention required|^verify(?:ing)? (?:that )?you are",
        r"^are you (?:a )?(?:human|robot)|^(?:security|browser|human|bot) (?:check|verification)",
        r"^one more step$|^pardon our interruption|^ddos-guard|^robot (?:check|or human)",
        r"^access (?:to this page )?(?:has been |is )?(?:denied|restricted|blocked|forbidden)",
        r"^making sure you[’']?re not a bot|security checkpoint$|^client challenge$",
        r"^(?:request |you (?:are|have been) )?blocked$|^sorry, you have been blocked",
    ),
    text=_any(
        r"(?:verify(?:ing)?|confirm)[\w ]{0,12} you(?: a|[’'])re (?:a |not a )?"
        r"(?:human|robot|bot|real person)",
        r"checking (?:if the site connection is secure|your browser)|verifying your browser",
        r"complete the (?:security check|captcha)|(?:enter|solve|type) the (?:characters|captcha)",
        r"unusual (?:traffic|activity) from your|enable javascript and cookies to continue",
        r"press (?:&|and) hold|i[’']m not a robot|making sure you[’']?re not a bot",
        r"needs to review the security of your connection|you have been blocked",
        r"using a security service to protect itself|incapsula incident id",
        r"enable js and disable any ad blocker|(?:slide|drag)[\w ]{0,20} to verify",
        r"you don[’']t have permission to access[\s\S]{0,200}on this server",
        r"you(?: a|[’'])re using automation tools|made us think (?:that )?you were a (?:ro)?bot",
        r"request has been blocked (?:by|due to|because)|part of this site couldn[’']t load",
        r"(?:nachweisen|bestätigen)[\w ,]{0,30}(?:mensch|roboter)|vous êtes un (?:humain|robot)",
        r"(?:eres|no soy|você é|sei) (?:un |um )?(?:humano|umano|robot)|\bне робот",
        r"ロボットでは(?:ない|ありません)|完成(?:安全)?验证|(?:安全|点击|进行|人机)[^。]{0,8}验证",
    ),
    hint=_any(
        r"(?:website|web application) firewall|\bblock(?:ed)? (?:reason|id):",
        r"ungewöhnliche[nr]? (?:datenverkehr|zugriffe)|trafic inhabituel|tráfico inusual",
    ),
    markup=_any(
        r"\b_cf_chl_opt\s?=|\bawsWafCookieDomainList\b|\bid\s?=\s?[\"']?px-captcha\b|\bKPSDK\b",
        r"captcha-delivery\.com/captcha",
        r"\bid\s?=\s?[\"']?(?:anubis_challenge|sec-(?:overlay|container))\b",
        r"<form\b[^>]{0,200}\s(?:id|action|name)\s?=\s?[\"']?[^\"'\s>]{0,100}captcha",
        r"<div[^>]{0,100}class\s?=\s?[\"']?[^\"'>]{0,60}(?:g-recaptcha|h-captcha|cf-turnstile)\b",
    ),
)

DOWN = Phrases(
    title=_any(
        r"maintenance|wartung|mantenimiento|manutenção|メンテナンス|维护",
        r"^(?:error |http )?5[0-3]\d\b.{0,40}",
        r"^(?:service unavailable|bad gateway|internal server error)",
        r"^(?:this )?(?:account|website|site) (?:is |has been )?suspended|^database error$",
        r"^(?:429\b.{0,3})?too many requests|temporarily (?:unavailable|down)",
        r"^we(?:’|'| wi)ll be (?:right )?back",
    ),
    text=_any(
        r"(?<!\bbe )(?<!\bwas )(?:down|closed|offline|unavailable) for (?:\w{1,10} )?maintenance",
        r"(?:under|undergoing|performing) (?:\w{1,10} )?maintenance",
        r"(?:temporarily|currently) (?:unavailable|overloaded|down|offline)",
        r"experiencing (?:technical|some) (?:difficulties|problems)",
        r"internal[ _]server[ _]error|database connection[ _]error|guru meditation",
        r"error establishing a database connection|critical error on this website",
        r"wartungsarbeiten|wird (?:gerade|derzeit) gewartet|en maintenance|en mantenimiento",
        r"(?:em|sob) manutenção|メンテナンス(?:中|期間)|(?:系统|网站)维护",
    ),
    hint=_any(
        r"(?:error|code):? 5[0-3]\d\b|(?:account|website|site) (?:has been |is )?suspended",
        r"too many requests|rate limit|bad gateway|gateway time-?out",
    ),
)

MISSING = Phrases(
    title=_any(
        r"^(?:error |erro |errore |fehler |erreur )?404\b(?:\W{1,4}(?:error|page|file"
        r"|not)\b.{0,40})?",
        r"page not found|^not found$|^nothing (?:was )?found$|^link (?:has |is )?expired",
        rf"^(?:the |this |that )?(?:page|article|post)[\w ,’']{{0,30}}(?:not found"
        rf"|{_NOT} be found|{_NOT} exist|missing|unavailable)",
        rf"^(?:we )?(?:could|can) ?{_NOT} find (?:that|this|the|your) page",
        r"^(?:oops|uh-oh|whoops|hoppla|oups)\W*$",
        r"^(?:oops|sorry|whoops)\b.{0,30}\b(?:page|404|not found|wrong)\b",
        r"seite nicht gefunden|page (?:introuvable|non trouvée)|página no? ?(?:não )?encontrada",
        r"pagina (?:non trovata|niet gevonden)",
        r"sid(?:an|en)? (?:hittades inte|finnes ikke|blev ikke fundet)",
        r"sivua ei löyt|stránka nenalezena|nie (?:została )?znalezion[oa]|страница не найдена",
        r"сторінку не знайдено|sayfa bulunamadı|(?:页面|頁面)(?:不存在|未找到)|ページが見つかりません",
        r"페이지를 찾을 수 없|الصفحة غير موجودة|הדף לא נמצא|halaman tidak ditemukan",
    ),
    text=_any(
        r"link you followed may be broken|page not found|(?:error|http) 404",
        r"(?<!\ba )(?<!\bany )(?:page|article|address|post|story)[\w ,'’]{0,50}"
        rf"(?:(?:could|can|was|is) ?{_NOT}(?: be)? (?:found|available)|does ?{_NOT} exist|"
        r"has been (?:moved|removed|deleted)|no longer (?:exists|available)|is unavailable)",
        rf"(?:can(?:not|[’']t)|could ?{_NOT}|unable to)(?: seem to)? find (?:the|that|this|what"
        rf"|your) (?:page|article|post|content|you)",
        r"seite[\w ,]{0,40} nicht (?:gefunden|(?:mehr )?verfügbar)|seite existiert nicht",
        r"page[\w ,’']{0,50} n[’']existe (?:pas|plus)|page (?:demandée est )?introuvable",
        r"página[\w ,]{0,50} (?:no existe|no se (?:ha )?encontr|não (?:existe|foi encontrada))",
        r"pagina[\w ,]{0,50} (?:non esiste|non è stata trovata|niet (?:gevonden|bestaat)"
        r"|bestaat niet)",
        r"sid(?:an|en)[\w ,]{0,40} (?:findes|finns|finnes) (?:ikke|inte)|fant ikke siden",
        r"sivua ei löyt",
        r"stron[ay][\w ,]{0,50} nie istnieje|stránka[\w ,]{0,40} nebyla nalezena",
        r"страниц[\w ,]{0,50} не (?:найдена|существует)",
        r"сторінки не існує|(?:页面|网页|内容|文章)[^。]{0,8}(?:不存在|未找到|删除)|ページ[はが]見つかりません|페이지를 찾을 수 없",
    ),
    hint=_any(
        rf"\b(?:topic|thread|file|link|video)\b[\w ,'’]{{0,50}}(?:{_NOT} (?:be )?(?:found"
        rf"|available)|{_NOT} exist)",
        r"there is (?:currently )?no text in this page|link (?:has |is )?expired",
        r"(?:buy|purchase) this domain|domain (?:is|may be) for sale|^\W*\[(?:deleted|removed)",
    ),
    markup=_any(
        r"<body\b[^>]{0,500}\sclass\s?=\s?[\"']?[^\"'>]{0,300}(?<![\w-])"
        r"(?:error-?404|page-?404|template-404|page-not-found)(?![\w-])"
    ),
)

MISSING_OPENING = re.compile(
    rf"\W*(?:(?:sorry|oops|whoops)\W{{1,3}})?(?:we )?(?:can(?:not|[’']t)|could ?{_NOT}|unable to)"
    r"(?: seem to)? find (?:the|that|this|your) page\b",
    re.IGNORECASE,
)

REGION = Phrases(
    title=_any(
        r"unavailable (?:for|due to) legal reasons",
        r"\b(?:not|un)[ -]?available in (?:your|this) (?:region|country|location|area)",
    ),
    text=_any(
        rf"(?:{_NOT}|un)[ -]?(?:currently )?available (?:in|to users in) your (?:region|country"
        rf"|location|area)",
        r"from a country belonging to the european|unavailable (?:for|due to) legal reasons",
        r"in (?:ihrem|deinem) land[\w ]{0,20} nicht verfügbar",
        r"pas disponible dans votre (?:pays|région)",
        r"no (?:está )?disponible en (?:tu|su) (?:país|región)|お住まいの(?:国|地域)|(?:您|你)所在的?(?:国家|地区)",
    ),
)

LOGIN = Phrases(
    title=_any(
        r"^(?:please )?(?:log|sign)[ -]?in\b|\b(?:log|sign)[ -]?in(?: page| required)?$",
        r"^(?:user )?(?:login|log on)\b|^(?:login|authentication|authorization) required|^authwall",
        r"^(?:pick|choose) an account$|^(?:anmelden|anmeldung|einloggen|connexion|se connecter)\b",
        r"^(?:iniciar sesi[oó]n|acceder|accedi|inloggen|entrar|logga in|zaloguj|ログイン|登录)",
    ),
    text=_any(
        r"(?:log|sign)[ -]?in (?:to (?:continue|view|watch|read|access|see|your)|with your)",
        r"(?:must|need to|please|have to) (?:be )?(?:logged|signed|log|sign)[ -]?in\b",
        r"(?:log|sign)[ -]?in or (?:sign|create|register|join)|can[’']t access your account",
        r"forgot(?:ten)? (?:your )?(?:password|username|e-?mail)",
        r"(?:log|sign)[ -]?in\W{1,20}(?:user ?name|e-?mail|password)",
        r"(?:password|username|e-?mail)[\s\S]{0,60}(?:log|sign)[ -]?in",
        r"(?:join|sign up)(?: now| today| for free)? to (?:see|view|read|continue)",
        r"(?:passwort|kennwort|e-?mail-adresse) vergessen|melden sie sich (?:bitte )?an",
        r"mot de passe oublié|connectez-vous pour|olvid(?:aste|ó) (?:tu|su) contraseña",
        r"password dimenticata|wachtwoord vergeten|esqueceu (?:a|sua) senha|inicia sesión para",
        r"パスワードをお忘れ|ログインして(?:ください|続ける)|忘记密码|请先?登录|로그인이 필요",
    ),
    hint=_any(
        rf"you need (?:access|permission)\b|request access,? or\b",
        rf"you do ?{_NOT} have (?:access|permission)",
        r"(?:continue|log in|sign (?:in|up)) with (?:google|apple|microsoft|facebook|github|sso)\b",
        r"already have an account\?|use another account\b|登[录陆]后|ログインが必要",
        r"(?:content|page|post|document|space) is (?:restricted to|only visible to|private\b)",
    ),
    markup=_any(r"<input[^>]{0,300}type\s?=\s?[\"']?password"),
)

LOGIN_URL = re.compile(
    r"/(?:login|signin|sign-in|log-in|authwall|sso|oauth|accounts?/login)\b", re.IGNORECASE
)

CONSENT = Phrases(
    title=_any(
        r"^before you continue|^bevor (?:sie|du) .{0,30}(?:weitergeh|fortf)",
        r"^avant d(?:e continuer|.accéder)",
        r"^antes de (?:continuar|ir)|^prima di continuare|^voordat (?:je|u) verdergaat",
        r"^we value your privacy",
        r"^(?:your )?(?:cookie|privacy|consent)(?: consent| settings| choices| policy| gate)?$",
        r"^(?:zustimmung|einwilligung)(?: erforderlich)?$|^(?:datenschutz|cookie)-?einstellungen$",
        r"^dbamy o .{0,10} prywatność|にアクセスする前に$|クッキーの使用|^are you of legal",
    ),
    text=_any(
        r"before you continue to|(?:accept|reject|allow) all|agree to all|we value your privacy",
        r"(?:accept|reject|agree|allow)(?: to)? (?:and continue|& continue|cookies)",
        r"we (?:and our (?:\d{1,4} )?(?:partners|vendors)|use cookies)|legitimate interest",
        r"(?:manage|customi[sz]e) (?:cookies|preferences|settings|choices|options)",
        r"store and/or access information|cookies? (?:consent|policy|preferences)",
        r"consent to (?:the use|our use|cookies)",
        r"akzeptieren (?:und|&) \w+|alle (?:akzeptieren|ablehnen)|zustimmung|einwilligung",
        r"partner verwenden cookies",
        r"verwenden (?:wir )?cookies|nutzt cookies|berechtigtes interesse",
        r"mit werbung (?:weiter|lesen|nutzen|und cookies)",
        r"zustimmen (?:und|&) \w+|ohne werbe-?tracking|pur-abo|auf einem endgerät",
        r"messung von werbe",
        r"accepter (?:&|et) (?:fermer|continuer)|tout (?:accepter|refuser)",
        r"continuer sans accepter|utilis(?:ons|ent) des cookies",
        r"aceptar (?:todo|y continuar|y cerrar|cookies)|rechazar todo|utilizamos cookies",
        r"aceitar tudo",
        r"accetta (?:tutto|e continua)|rifiuta tutto|accepteren en doorgaan",
        r"gebruiken? [\w ]{0,40}cookies|geef toestemming",
        r"(?:nasi|zaufani) partnerzy|przechowujemy informacje|przejdź do serwisu|acceptera alla",
        r"accepter alle",
        r"(?:クッキー|cookie) ?(?:とデータ)?を使用|すべて(?:受け入れ|拒否|同意|許可)|(?:接受|同意)(?:所有|全部)|모두 (?:동의|허용)",
        r"(?:of legal|legal drinking) age|(?:enter|confirm|verify) your (?:age|date of birth)",
    ),
)

CONSENT_TERM = _any(
    r"cookie|consent|privacy|\bpartner|\bvendor|personali[sz]ed|\bads?\b|advertis|tracking",
    r"purposes?\b",
    r"\b(?:accept|reject|agree|preferences|settings)|on (?:a|your) device|datenschutz|werbung",
    r"einwillig|zustimm",
    r"akzeptier|ablehn|zwecke|endgerät|publicité|données|accepter|refuser|confidentialité|datos",
    r"privacidad",
    r"publicidad|aceptar|rechazar|\bdati\b|consenso|accetta|rifiuta|gegevens|toestemming|dados",
    r"prywatnoś|reklam",
    r"クッキー|同意|拒否|隐私|동의|\b(?:legal|drinking|your) age\b|date of birth",
)
"""Nearly each sentence of a consent page has a word of these."""

CONSENT_URL = re.compile(
    r"//consent\.|/(?:consent|collectconsent|cookie-?wall|privacy-?gate)\b", re.IGNORECASE
)

SOLD_REST = _any(
    r"(?:subscribe|sign up|log in|register|become a (?:member|subscriber))[\w ,]{0,30}"
    r"(?:to|and) (?:continue|keep|unlock|finish)\b|subscribe (?:now )?to read (?:this|the|more|on)",
    r"(?:article|story|content|post) is (?:only |exclusively )?(?:available )?(?:for|to)"
    r" (?:paid |paying |our )?(?:subscribers|members)",
    r"to (?:continue|keep) reading,? (?:please )?(?:subscribe|become|sign|log|join|upgrade"
    r"|create|register|start)",
    r"unlock (?:this|the full|the rest)|(?:rest|remainder) of (?:this|the) (?:article|story|post)",
    r"to read (?:the|this) (?:full |whole |rest of the )?(?:article|story|post),? (?:please )?"
    r"(?:subscribe|become|sign|log|join|create|register|start)",
    r"continue reading (?:your|this|the) (?:article|story|post) with",
    r"(?:create an account|sign in|register|log in) to read the (?:full|whole|rest)",
    r"(?:weiterlesen mit|jetzt weiterlesen|zum weiterlesen)\b|(?:nur|exklusiv) für abonnent",
    r"(?:réservée?s?|accessible) (?:uniquement )?(?:aux|à nos) abonnés|pour lire la suite",
    r"abonnez-vous pour (?:lire|continuer)",
    r"suscr[ií]bete para (?:seguir|continuar|leer)|(?:solo|exclusivo) para suscriptores",
    r"(?:exclusivo|somente) para assinantes",
    r"(?:riservato|solo per) (?:agli |gli )?abbonati|(?:alleen|exclusief) voor abonnees",
    r"il vous reste \d{1,3}(?:[.,]\d)? ?%",
    r"記事は[^。]{0,12}会員限定|残り ?[\d,]{1,7} ?文?字|続きをお読み(?:いただけ|になれ)",
    r"(?:解锁|订阅|购买|付费)[^。]{0,12}(?:全文|剩余|继续阅读)(?![^\n]{0,40}[，。])",
)
"""Words that say of the text itself that its rest is sold."""

OFFER = _any(
    SOLD_REST.pattern,
    r"subscribe (?:now )?(?:to|and) (?:read|get full|get unlimited)",
    r"(?:already a|existing) (?:\w+ )?(?:subscriber|member)\?",
    r"you(?: ha|[’'])ve (?:reached|read|used) (?:your|all|the)[\w ]{0,30}(?:limit"
    r"|free (?:articles?|stor(?:y|ies)))",
    r"member-only story|unlimited access|abo(?:nnement)? (?:abschließen|testen)",
    r"alle artikel lesen|lesen sie alle artikel",
    r"bereits (?:ein |\w+-?)?(?:abonnent|abo\b)|déjà abonnée?|ya eres suscriptor|accès illimité",
    r"ac(?:ces|es)+o ilimitado",
)
"""These, and words that sell the whole site; a header or footer may say them too."""

SCRIPT_TEXT = _any(
    r"(?:enable|requires?|needs?|turn on|without|activate|support)[\w ]{0,40}java ?script",
    r"java ?script[\w ]{0,40}(?:enabled|disabled|required|not (?:available|supported))",
    r"(?:aktivieren|activez|activer|activ[ae]|habilit[ae]|attiva|abilita|включите|schakel)"
    r"[\w ]{0,20} java ?script|java ?script ?(?:を有効|를 활성화)|(?:启用|开启) ?java ?script",
)
EMPTY_ROOT = _any(
    r"<(?:div|main|section)[^>]{0,120}\bid\s?=\s?[\"']?(?:root|app|__next|__nuxt|___gatsby"
    r"|svelte|react-root|mount)\b"
    r"[^>]{0,120}>\s{0,99}</|<app-root[^>]{0,120}>\s{0,99}</app-root>",
)
LOADING = re.compile(
    r">\s{0,9}(?:loading|please wait|l[aä]d(?:en|t)|chargement|cargando|carregando|caricamento"
    r"|загрузка|読み込み中|加载中)"
    r"[\s.…]{0,9}<",
    re.IGNORECASE,
)
