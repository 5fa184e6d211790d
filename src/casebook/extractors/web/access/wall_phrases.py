"""The words by which pages ask for something before they show their text.

Gathered from walls as sites show them, in English and more briefly in other languages; one pattern
a line, tried in any letter case. All are bounded, so that no page makes one slow.
"""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_APOSTROPHE = "(?:’|'|&#0?39;)?"
_NOT_THERE = f"(?:not|n{_APOSTROPHE}t)"

CHALLENGE_TITLE = _any(
    r"^just a moment|^attention required|^verify(?:ing)? (?:that )?you are",
    r"^are you (?:a )?(?:human|robot)|^(?:security|browser) (?:check|verification)",
    r"^one more step$|^pardon our interruption",
    r"^access (?:to this page )?(?:has been|is) (?:temporarily )?(?:denied|restricted|blocked)",
    r"^robot (?:check|or human)|^ddos-guard",
    rf"^(?:human|bot) verification|^making sure you{_APOSTROPHE}re not a bot",
    r"^access (?:denied|forbidden|blocked)$|^not acceptable\b",
    r"access to this (?:site|page) has been limited",
    r"security checkpoint$|^client challenge$|^(?:request |you are |you have been )?blocked$",
)
CHALLENGE_TEXT = _any(
    rf"(?:verify(?:ing)?|confirm) (?:that )?you(?: a|{_APOSTROPHE})re "
    r"(?:a |not a )?(?:human|robot|bot|real person)",
    r"checking (?:if the site connection is secure|your browser)",
    r"complete the (?:security check|captcha)|(?:enter|solve|type) the (?:characters|captcha)",
    r"unusual (?:traffic|activity) from your|enable javascript and cookies to continue",
    r"press (?:&|and) hold",
    rf"i{_APOSTROPHE}m not a robot",
    r"needs to review the security of your connection|you have been blocked",
    r"using a security service to protect itself",
    rf"(?:making|make) sure you{_APOSTROPHE}re not a bot|verifying your browser",
    r"incapsula incident id|enable js and disable any ad blocker",
    rf"you don{_APOSTROPHE}t have permission to access[\s\S]{{0,200}}on this server",
    r"(?:request|connection|browser) is being (?:verified|checked)",
    r"(?:nachweisen|bestätigen|überprüfen)[\w ,]{0,30}(?:mensch|roboter)",
    r"(?:vous êtes|que vous n[’']êtes pas) un (?:humain|robot)",
    r"(?:eres|es usted|no soy) un (?:(?:ser )?humano|robot)",
    r"because we (?:believe|think) (?:that )?you(?: a|’|')re using automation tools",
    rf"(?:request has|you(?:{_APOSTROPHE}ve| have)) been blocked (?:by|due to|because)",
    r"(?:slide|drag)[\w ]{0,20} to verify|完成(?:安全)?验证|ロボットではありません",
    r"made us think (?:that )?you (?:were|are|might be) a (?:ro)?bot",
    rf"additional security check is required|required part of this site couldn{_APOSTROPHE}t load",
    r"ロボットでは(?:ない|ありません)|画像に表示されて?いる文字",
    r"(?:\bне робот|что (?:вы|это) человек)|запросы отправляли вы|(?:você é|sei|jesteś) "
    r"(?:um |un )?(?:humano|umano|człowiekiem)|insan olduğunuzu|أنك (?:إنسان|لست روبوت)",
)
CHALLENGE_HINT = _any(
    r"(?:website|web application) firewall|mod_security|\bblock(?:ed)? (?:reason|id):",
    r"ungewöhnliche[nr]? (?:datenverkehr|zugriffe|aktivität)|trafic (?:inhabituel|suspect)",
    r"tráfico inusual|tráfego incomum|(?:安全|点击|滑动|进行|人机)[^。]{0,8}验证",
    r"网络环境(?:存在)?异常|通常と異なるトラフィック",
)
"""Words that a note may have too: they tell of a page with a challenge's title or no text."""

CHALLENGE_MARKUP = _any(
    r"/cdn-cgi/challenge-platform/",
    r"challenges\.cloudflare\.com",
    r"cf-turnstile|cf_chl_opt|px-captcha|g-recaptcha|_incapsula_resource",
    r"hcaptcha\.com|captcha-delivery\.com|awswaf\.com",
)
CHALLENGE_PAGE = _any(
    r"\b_cf_chl_opt\s{0,9}=|\bawsWafCookieDomainList\b|\bid\s{0,9}=\s{0,9}[\"']?px-captcha\b",
    r"\bdd\s{0,9}=\s{0,9}\{[^{}]{0,600}captcha-delivery\.com|<iframe[^>]{0,300}captcha-delivery\.com",
    r"\bid\s{0,9}=\s{0,9}[\"']?sec-(?:overlay|container)\b|\bchlgeId\s{0,9}=|\bKPSDK\b",
    r"\bid\s{0,9}=\s{0,9}[\"']?anubis_challenge\b",
    r"<form\b[^>]{0,200}\s(?:id|action|name)\s{0,9}=\s{0,9}[\"']?[^\"'\s>]{0,100}captcha",
)
"""What stands in the source of a challenge alone, and of no page that is only guarded by one."""


LOGIN_TITLE = _any(
    r"^(?:please )?(?:log|sign)[ -]?in\b",
    r"\b(?:log|sign)[ -]?in(?: page| required)?$",
    r"^(?:user )?(?:login|log on)\b",
    r"^(?:login|authentication|authorization) required",
    r"^authwall",
    r"^(?:anmelden|anmeldung|einloggen|connexion|se connecter|identification)\b",
    r"^(?:iniciar sesi[oó]n|acceder|accedi|accesso|inloggen|entrar|logga in|zaloguj)\b",
)
LOGIN_TEXT = _any(
    r"(?:log|sign)[ -]?in (?:to (?:continue|view|watch|read|access|see|your)|with your)",
    r"(?:log|sign)[ -]?in or (?:sign|create|register|join)",
    r"(?:must|need to|please|have to) (?:be )?(?:logged|signed|log|sign)[ -]?in\b",
    r"forgot(?:ten)? (?:your )?(?:password|username|e-?mail)",
    r"(?:log|sign)[ -]?in\W{1,20}(?:user ?name|e-?mail|password)",
    r"(?:join|sign up) (?:(?:now|today|for free) )?to (?:see|view|read|continue)",
    r"(?:password|username|e-?mail)[\s\S]{0,60}(?:log|sign)[ -]?in",
    rf"can{_APOSTROPHE}t access your account|email, phone, or skype",
    r"パスワードをお忘れ|ログインして(?:ください|続ける)|忘记密码|请先?登录|로그인이 필요",
    r"(?:passwort|kennwort|e-?mail-adresse) vergessen|نسيت كلمة (?:المرور|السر)",
    r"melden sie sich (?:bitte )?an|mot de passe oublié|connectez-vous pour",
    r"olvid(?:aste|ó|é) (?:tu|su|mi) contraseña|password dimenticata|wachtwoord vergeten",
    r"esqueceu (?:a|sua) senha|inicia sesión para|accedi per",
)
LOGIN_HINT = _any(
    rf"you(?:{_APOSTROPHE}ll)? need (?:access|permission)\b|request access,? or\b",
    rf"you do ?{_NOT_THERE} have (?:access|permission) to (?:view|see|read|open|this|it)\b",
    r"(?:continue|log in|sign (?:in|up)) with (?:google|apple|microsoft|facebook|github|sso)\b",
    r"already have an account\?|(?:pick|choose|use another) (?:an )?account\b",
    r"(?:content|page|post|document|space|video) is (?:restricted to|only visible to|private\b)",
    r"登[录陆](?:后(?:才)?(?:可以|可|能)|[^。]{0,8}(?:查看|阅读))|ログイン(?:が必要|すると)",
)
"""Words of a page without a text, which a note about accounts has too."""

LOGIN_URL = _any(r"/(?:login|signin|sign-in|log-in|authwall|sso|oauth|accounts?/login)\b")
CHALLENGE_FIELD = _any(
    r"\bclass\s{0,9}=\s{0,9}[\"']?[^\"'>]{0,100}(?:g-recaptcha|h-captcha|cf-turnstile)\b"
)
WRITTEN_FIELD = _any(r"<textarea\b")
PASSWORD_FIELD = _any(r"<input[^>]{0,300}type\s{0,9}=\s{0,9}[\"']?password")

CONSENT_TITLE = _any(
    r"^before you continue",
    r"^bevor (?:sie|du) (?:zu [\w.]{1,20} )?(?:weitergeh|fortf)\w+$",
    r"^avant d(?:e continuer|.accéder à)(?: (?:sur |vers )?[\w.]{1,20})?$",
    r"^antes de (?:continuar|ir)(?: (?:a|en|para|no) [\w.]{1,20})?$",
    r"^prima di continuare(?: su [\w.]{1,20})?$",
    r"^voordat (?:je|u) (?:verder|door)gaat(?: naar [\w.]{1,20})?$",
    r"^[\w. ]{0,20}(?:にアクセスする|に進む)前に$|^(?:继续|繼續)前往.{1,20}之?前$",
    r"^(?:cookie|privacy|your privacy)(?: consent| settings| choices| policy)?$",
    r"^consent$|^(?:cookie|privacy|your) consent",
    r"^we value your privacy",
    r"^your privacy",
    r"^(?:zustimmung|einwilligung)(?: erforderlich)?$|^(?:datenschutz|cookie)-?einstellungen$",
    r"^dbamy o (?:twoją|państwa) prywatność",
)
CONSENT_TEXT = _any(
    r"before you continue to",
    r"(?:accept|reject|allow) all|agree to all",
    r"(?:accept|reject|agree|allow)(?: to)? (?:and continue|& continue|cookies)",
    r"we (?:and our (?:\d{1,4} )?(?:partners|vendors)|use cookies)",
    r"(?:manage|customi[sz]e) (?:cookies|preferences|settings|choices|options)",
    r"legitimate interest",
    r"store and/or access information",
    r"cookies? (?:consent|policy|preferences)",
    r"consent to (?:the use|our use|cookies)",
    r"we value your privacy",
    r"akzeptieren und (?:weiter|schließen)|alle (?:akzeptieren|ablehnen)|weiter mit werbung",
    r"zustimmung|verwenden (?:wir )?cookies|partner verwenden cookies|berechtigtes interesse",
    r"accepter (?:&amp;|&|et) (?:fermer|continuer)|tout (?:accepter|refuser)",
    r"continuer sans accepter|utilis(?:ons|ent) des cookies|intérêt légitime",
    r"aceptar (?:todo|y continuar|cookies)|rechazar todo|utilizamos cookies|interés legítimo",
    r"accetta (?:tutto|e continua)|rifiuta tutto|accepteren en doorgaan",
    r"gebruik(?:t|en)(?: [\w’']{1,20}){0,6} cookies|geef (?:je |u )?toestemming",
    r"alles (?:accepteren|weigeren)",
    r"akzeptieren (?:&amp;|&|und) \w+|(?:zustimmen|einwilligen) (?:&amp;|&|und) \w+",
    r"mit werbung (?:weiter|lesen|nutzen|und (?:cookies|tracking))|pur-abo",
    r"ohne (?:werbe-?)?tracking|partnern? speichern",
    r"aceptar y cerrar|(?:retirar|revocar) su consentimiento|retirer votre consentement",
    r"(?:socios|parceiros)[\w ,]{0,40}(?:usamos|utilizamos|almacena|armazena)|aceitar tudo",
    r"(?:nasi|zaufani) partnerzy|prze(?:chowujemy|twarzamy) (?:informacje|dane)|przejdź do serwisu",
    r"(?:acceptera|godkänn) alla|accepter alle|zaakceptuj wszystkie|přijmout vše|hyväksy kaikki",
    r"cookies? (?:und|et|y|e|en|og|och|i) (?:\w{1,8}['’ ]){0,2}(?:daten|donn|dato|dati|gegev|dane)",
    r"(?:クッキー|cookie) ?(?:とデータ)?を使用|すべて(?:受け入れ|拒否)",
    r"すべて(?:同意|許可)|(?:接受|同意)(?:所有|全部)|모두 (?:동의|허용)",
    # The purposes of the IAB's framework, as its translations word them.
    r"(?:informationen|endgerät)[\w ,./-]{0,60}(?:speichern|zugreifen|zugriff|abrufen)",
    r"messung von (?:werbe|anzeigen)|zielgruppenforschung|mesure de performance",
    r"études d[’']audience",
    r"informazioni su (?:un )?dispositivo|informatie op (?:je|uw|een) apparaat",
    r"(?:stocker|accéder)[\w ,/’'-]{0,40} informations? sur (?:un|votre) (?:appareil|terminal)",
    r"medición de (?:la )?publicidad|medição de (?:anúncios|publicidade)",
    r"(?:of legal|legal drinking) age|(?:18|21) (?:years )?(?:or|and) (?:over|older)",
    r"(?:enter|confirm|verify) your (?:age|date of birth|birth ?date|year of birth)",
    r"(?:über|mindestens) 18(?: jahre)?\b|plus de 18 ans",
    r"mayor de (?:18|edad)|maior de (?:18|idade)",
)
CONSENT_TERM = _any(
    r"cookie|consent|privacy|\bpartners?\b|\bvendors?\b|personal(?:i[sz]ed)? (?:data|ads|content)",
    r"\bads?\b|advertis|track(?:ing|ers?)\b|\b(?:accept|reject|agree)|purposes?\b|preferences",
    r"\bsettings\b|on (?:a|your) device|datenschutz|werbung|einwillig|zustimm|akzeptier|ablehn",
    r"publicité|données|accepter|refuser|confidentialité|datos|privacidad|publicidad|aceptar",
    r"rechazar|\bdati\b|consenso|pubblicità|accetta|rifiuta|gegevens|toestemming|dados",
    r"partner(?:zy|ów)|prywatnoś|reklam|クッキー|同意|拒否|隐私|동의",
    r"zwecke|endgerät|\b(?:legal|drinking|your) age\b|date of birth|(?:18|21) (?:years|or|and)\b",
)
"""What nearly each sentence of such a page has a word of."""

CONSENT_URL = _any(r"//consent\.", r"/(?:consent|collectconsent|cookie-?wall|privacy-?gate)\b")

GOES_ON_FOR_MONEY = _any(
    r"subscribe (?:now )?(?:to|and) (?:continue|keep|unlock|finish|read (?:this|the|more|on))",
    r"(?:subscribe|sign up|log in|register|become a (?:member|subscriber))[\w ,]{0,30}"
    r"(?:to|and) (?:continue|keep|unlock|finish)\b",
    r"(?:article|story|content|post) is (?:only |exclusively )?(?:available )?(?:for|to)"
    r" (?:paid |paying |our )?(?:subscribers|members)",
    r"to (?:continue|keep) reading,? (?:please )?"
    r"(?:subscribe|become|sign|log|join|upgrade|create|register|start)",
    r"(?:become a|for) (?:paid )?(?:member|subscriber)s?,? to (?:read|access|unlock|continue)",
    r"unlock (?:this|the full|the rest)",
    r"to read (?:the|this) (?:full |whole |rest of the )?(?:article|story|post),? (?:please )?"
    r"(?:subscribe|become|sign|log|join|upgrade|create|register|start)",
    r"continue reading (?:your|this|the) (?:article|story|post) with",
    r"need to be an? (?:\w{1,12} )?(?:subscriber|member) to (?:keep|continue|read|view)",
    r"start your (?:free )?(?:trial|subscription)[\w ]{0,30}(?:read|continue|access)",
    r"(?:create an account|sign in|register|log in) to read the (?:full|whole|rest of the) ",
    r"(?:rest|remainder) of (?:this|the) (?:article|story|post|text)",
    r"(?:weiterlesen mit|jetzt weiterlesen|zum weiterlesen|und weiterlesen)\b",
    r"(?:nur|exklusiv) für abonnent",
    r"(?:réservée?s?|accessible) (?:uniquement )?(?:aux|à nos) abonnés",
    r"abonnez-vous pour (?:lire|continuer)|pour lire la suite",
    r"(?:subscribe|upgrade|join|sign up|register|become an? [\w ]{0,20}(?:subscriber|member))\b"
    r"[\w ’',-]{0,40}\b(?:read|access|unlock|see|view)(?: to)? "
    r"(?:the rest|(?:the|this) (?:full |whole |entire )?(?:article|story|post|text))",
    r"il vous reste \d{1,3}(?:[.,]\d+)? ?% de (?:cet article|ce contenu)",
    r"suscr[ií]bete para (?:seguir|continuar|leer)|(?:solo|exclusivo) para suscriptores",
    r"(?:riservato|solo per) (?:agli |gli )?abbonati|(?:alleen|exclusief) voor abonnees",
    r"(?:exclusivo|somente) para assinantes",
    r"suscríbete (?:y|por)[\w ,]{0,30}(?:sigue|continúa|lee)",
    r"assine (?:e|por|para)[^.]{0,40}\blendo",
    r"記事は[^。]{0,12}会員限定|\[有料会員限定\]|続きをお読み(?:いただけ|になれ|ください)",
    r"(?:残り ?|ここから先は\s{0,9})[\d,]{1,7} ?(?:文)?字",
    r"続きを読む(?:には|場合は)[^。]{0,8}(?:登録|購入|購読)",
    r"(?:解锁|订阅|购买|付费|开通会员)[^。]{0,12}(?:全文|剩余|文章|继续阅读)(?![^\n]{0,40}[，。])",
    r"구독[^.]{0,12}계속|유료 ?(?:회원|구독자) ?전용",
)
"""Words that say of the text itself that the rest of it is sold."""

_SUBSCRIBE = r"\b(?:subscri|abonn|abo\b|suscri|assin|iscri)\w*"
_PRICE = r"(?:[$€£¥]\s?\d[\d.,]*|(?<![\d.,])\d[\d.,]*\s?(?:€|\$|£|euros?\b|usd\b|eur\b))"
OFFER = _any(
    GOES_ON_FOR_MONEY.pattern,
    r"subscribe (?:now )?(?:to|and) (?:read|get full|get unlimited)",
    r"(?:already a|existing) (?:\w+ )?(?:subscriber|member)\?",
    rf"you(?: ha|{_APOSTROPHE})ve (?:reached|read|used) (?:your|all|the)[\w ]{{0,30}}"
    r"(?:limit|free (?:articles?|stor(?:y|ies)))",
    r"member-only story",
    r"abo(?:nnement)? (?:abschließen|testen)",
    r"bereits (?:ein |\w+-?)?(?:abonnent|abo\b)",
    r"déjà abonnée?|abonnez-vous pour",
    r"suscr[ií]bete para|ya eres suscriptor",
    rf"{_SUBSCRIBE}[^.!?\n]{{0,60}}{_PRICE}|unlimited access",
    r"alle artikel lesen|lesen sie alle artikel|accès illimité|ac(?:ces|es)+o ilimitado",
)
"""These, and words that sell what the whole site holds; a header or a footer may say them too."""

SOLD = re.compile(r"\"isAccessibleForFree\"\s{0,9}:\s{0,9}\"?[Ff]alse")
"""In one letter case, and so found quickly in a whole page."""

PAYWALL_MARKUP = _any(
    r"\bclass\s{0,9}=\s{0,9}(?:\"[^\"]{0,200}|'[^']{0,200})\bpaywall",
    r"\b(?:class|id)\s{0,9}=\s{0,9}[\"']?[\w-]{0,100}paywall",
)

_GREETING = r"(?:oops|sorry|uh-oh|whoops|hoppla|ups|oups|ops)"
_MERE_NAME = r"(?!(?:ups|ops)\s*$)"  # of a firm, of a team
MISSING_TITLE = _any(
    r"^(?:error |erro |errore |fehler |erreur )?404(?: error)?(?: page)?$",
    r"^(?:error )?404[ :.–—(-]{1,3}(?:page|not)(?:[ _]not)?(?:[ _]found)?",
    r"^404[ :.–—-]{1,3}(?:page|file|resource|object|document)(?: or directory)?(?: was)? not found",
    r"page not found|^not found$|^nothing (?:was )?found$",
    r"^(?:the )?page (?:(?:was|is|you requested|you are looking for) )?"
    rf"(?:not found|(?:could|can) ?{_NOT_THERE} be found|missing|unavailable)",
    rf"^(?:we )?(?:could|can) ?(?:{_NOT_THERE}|not) find (?:that|this|the|your) page",
    rf"^{_MERE_NAME}{_GREETING}\W*$|^{_GREETING}\b.{{0,30}}\b(?:page|404|not found|wrong)\b",
    r"^(?:this|that|the) (?:page|article|post|content) "
    rf"(?:does ?{_NOT_THERE}|no longer) exist",
    r"\bseite nicht gefunden|\bpage (?:introuvable|non trouvée)|\bpágina no encontrada",
    r"\bpágina não encontrada|\bpagina non trovata|\bpagina niet gevonden|\bsidan hittades inte",
    r"\bsid(?:an|en) (?:blev ikke fundet|finnes ikke|ble ikke funnet|finns inte)|\bsivua ei löyd",
    r"\bsivua ei löyt|\bstránka nenalezena|\bsiden? (?:kunne|blev) ikke",
    r"\bstrona nie (?:została )?znaleziona|\bnie znaleziono (?:takiej )?strony",
    r"\bстраница не найдена|\bсторінку не знайдено|\bsayfa bulunamadı",
    r"页面(?:不存在|未找到)|找不到(?:页面|頁面)|ページが見つかりません|페이지를 찾을 수 없",
    r"^(?:(?:this|the|your) )?link (?:has |is )?expired|^entry is not found",
    r"الصفحة غير (?:موجودة|متوفرة)|הדף (?:לא נמצא|אינו קיים)|halaman tidak ditemukan",
    r"không tìm thấy trang|ไม่พบหน้า",
)
"""What the title of such a page is, or one part of it between bars and dashes."""

MISSING_SIGH = _any(
    r"^(?:h+m+|huh|ooh*ps[iy]?e?|oops|oh,? (?:no|dear|snap)|yikes|argh|d[’']?oh|darn|drat|ach je"
    r"|huch|hoppla|oh là là|oho)\W*$",
    r"^[¡\s]*(?:mince|vaya|ups)[\s.!…]+$",  # without a mark they are names
    rf"^(?:well|{_GREETING}|h+m+)[\W]{{0,4}}(?:this|that|it)(?: is|[’']s) "
    r"(?:awkward|embarrassing|strange|odd|weird|not right)\W*$",
)
"""A heading that says nothing but that something is amiss; a note may have it too."""

MISSING_TEXT = _any(
    r"link you followed may be broken",
    r"(?<!\ba )(?<!\bany )(?:page|article|address|post|story)[\w ,'’]{0,50}"
    rf"(?:(?:could|can|was|is) ?{_NOT_THERE}(?: be)? (?:found|available)|does ?{_NOT_THERE} exist|"
    r"has been (?:moved|removed|deleted)|no longer (?:exists|available)|is unavailable)",
    r"page not found",
    rf"(?:could ?{_NOT_THERE}|can(?:not|{_APOSTROPHE}t)|unable to)(?: seem to)? find "
    r"(?:the|that|this|what|your) (?:page|article|post|content|you)",
    r"nothing (?:was )?found (?:here|at this)",
    r"(?:error|http) 404",
    r"seite[\w ,]{0,40} nicht (?:gefunden|(?:mehr )?verfügbar)|seite existiert nicht",
    r"page[\w ,’']{0,50} n[’']existe (?:pas|plus)|page (?:introuvable|demandée est introuvable)",
    r"página[\w ,]{0,50} (?:no existe|no se (?:ha )?encontr|não (?:existe|foi encontrada))",
    r"pagina bestaat niet",
    r"pagina[\w ,]{0,50} (?:non esiste|non è stata trovata|niet (?:gevonden|bestaat))",
    r"страниц[\w ,]{0,50} не (?:найдена|существует)|сторінк[\w ,]{0,50} не (?:знайдено|існує)",
    r"sid(?:an|en)[\w ,]{0,40} (?:findes|finns|finnes) (?:ikke|inte)|fant ikke siden|sivua ei löyt",
    r"stron[ay][\w ,]{0,50} nie (?:istnieje|została znaleziona)|stránka neb?yla nalezena",
    r"stránka[\w ,]{0,40} (?:nebyla nalezena|neexistuje)|sayfa (?:bulunamadı|mevcut değil)",
    r"صفحة[^\n.]{0,40}غير (?:موجودة|متوفرة)|הדף לא נמצא|halaman[\w ,]{0,40} tidak (?:ada|dite)",
    r"(?:頁面|网页)不存在|페이지를 찾을 수 없",
    r"(?:页面|网页|内容|文章|帖子|主题)[^。]{0,8}(?:不存在|未找到|删除|失效|违规)",
    r"(?:ページ|記事|エントリー?)[はが](?:見つかりません|存在しません|削除され)",
)
MISSING_HINT = _any(
    r"\b(?:topic|thread|file|deployment|key|link|video)\b[\w ,'’]{0,50}"
    rf"(?:(?:could|can|was|is) ?{_NOT_THERE}(?: be)? (?:found|available)|does ?{_NOT_THERE} exist)",
    r"there is (?:currently )?no text in this page|(?:this|the|your) link (?:has |is )?expired",
    r"(?:author|owner|user|moderators?)[\w ]{0,12} (?:deleted|removed) th(?:is|e)\b",
    r"\[(?:deleted|removed)\b[\w ]{0,20}\]",
    r"(?:buy|purchase) this domain|domain (?:is|may be) for sale",
)
"""Words of a page without a text, which a note about links has too."""

BODY = re.compile(r"<body\b[^>]{0,2000}")
MISSING_BODY = re.compile(
    r"\sclass\s{0,9}=\s{0,9}[\"']?[^\"'>]{0,500}(?<![\w-])"
    r"(?:error-?404|page-?(?:error-?)?404|template-404|error-template|page-not-found)(?![\w-])"
)
MISSING_PART = re.compile(r"class=[\"']?(?:noarticletext\b|page-not-found[\"'])")
"""What publishing systems call the page that stands for one that is not there."""
_CANNOT = rf"(?:could ?{_NOT_THERE}|can(?:not|{_APOSTROPHE}t)|unable to)"
MISSING_OPENING = _any(
    rf"^\W*(?:we )?{_CANNOT}(?: seem to)? find (?:that|this|your) page\b|"
    rf"^\W*(?:(?:we )?{_CANNOT}(?: seem to)? find|(?:sorry|oops|uh-oh|whoops)\b[\w ,!.’'-]{{0,60}})"
    r"[\w ,!.’'-]{0,40}(?:page|article|post|content) (?:that )?"
    r"you(?: a|’|'|&#0?39;)re looking for",
)
"""An opening that no article has, whatever stands below it."""

MAINTENANCE_TEXT = _any(
    r"(?<!\bbe )(?<!\bwas )(?:down|closed|offline|unavailable) for "
    r"(?:(?:scheduled|planned|routine) )?maintenance",
    r"(?:under|undergoing|performing) (?:(?:scheduled|planned|routine|some) )?maintenance",
    r"(?:back|return) (?:shortly|soon|online)[\s\S]{0,200}maintenance",
    r"(?:temporarily|currently) (?:unavailable|overloaded|down|offline)",
    r"(?:experiencing|having) (?:technical|some) (?:difficulties|problems)",
    r"(?:internal[ _]server|database connection)[ _]error",
    r"error establishing a database connection|critical error on this website|guru meditation",
    r"wartungsarbeiten|wird (?:gerade|derzeit|momentan) gewartet",
    r"en maintenance|en mantenimiento|(?:em|sob) manutenção",
    r"メンテナンス(?:中|期間)|(?:系统|网站)维护",
)
MAINTENANCE_TITLE = _any(
    r"maintenance",
    r"^(?:error |http )?5[0-3]\d\b(?:\W{1,4}(?:internal|bad|service|gateway|backend|connection|web"
    r"|origin|ssl|server)\b.{0,40})?",
    r"^(?:service unavailable|bad gateway|internal server error|429\b.{0,3}|too many requests)",
    r"^(?:this )?(?:account|website|site) (?:is |has been )?suspended",
    r"temporarily (?:unavailable|down)|^we(?:’|'| wi)ll be (?:right )?back|^database error$",
    r"wartung|mantenimiento|manutenção|メンテナンス|维护",
)

MAINTENANCE_HINT = _any(
    r"(?:error|code):? 5[0-3]\d\b|(?:account|website|site) (?:has been |is )?suspended",
    r"too many requests|rate limit (?:has been )?exceeded|bad gateway|gateway time-?out",
)
"""Words that tell of a page with such a title, and of no other."""

_PLACE = r"(?:region|country|location|area|territory)"
REGION_TITLE = _any(
    r"^(?:(?:error )?451\W{1,3})?unavailable (?:for|due to) legal reasons",
    rf"\b(?:not|un)[ -]?available in (?:your|this) {_PLACE}|{_PLACE}[ -]?(?:blocked|restricted)$",
)
REGION_TEXT = _any(
    rf"(?:{_NOT_THERE}|un)[ -]?(?:currently )?available (?:in|to users in) your {_PLACE}",
    r"from a country belonging to the european|unavailable (?:for|due to) legal reasons",
    rf"(?:can(?:not|{_APOSTROPHE}t)|unable to)[\w ]{{0,40}} in your {_PLACE}",
    r"in (?:ihrem|deinem|diesem) land[\w ]{0,20} nicht verfügbar|dans votre (?:pays|région)",
    r"en (?:tu|su) (?:país|región|zona)|no seu país|na sua região|nel tuo paese",
    r"お住まいの(?:国|地域)|(?:您|你)所在的?(?:国家|地区|区域)",
)

SCRIPT_TEXT = _any(
    r"(?:enable|requires?|needs?|turn on|without|activate|support)[\w ]{0,40}java ?script",
    r"java ?script[\w ]{0,40}(?:enabled|disabled|required|not (?:available|supported))",
    r"(?:aktivieren|activez|activer|activ[ae]|habilit[ae]|attiva|abilita|включите|schakel)"
    r"[\w ]{0,20} java ?script|java ?script ?(?:を有効|를 활성화)|(?:启用|开启) ?java ?script",
)
LOADING = _any(
    r">\s{0,9}(?:loading|please wait|(?:wird ge)?l[aä]d(?:en|t)|chargement(?: en cours)?|cargando"
    r"|carregando|caricamento|загрузка|読み込み中|加载中|로딩 ?중|جاري التحميل)[\s.…]{0,9}<"
)
"""What stands in the place of a text that scripts fetch."""

_ROOTS = "root|app|__next|__nuxt|___gatsby|svelte|react-root|main-app|mount|page-root"
ROOT = _any(rf"<(?:div|main|section)[^>]{{0,120}}\bid\s{{0,9}}=\s{{0,9}}[\"']?(?:{_ROOTS})\b")
EMPTY_ROOT = _any(
    rf"<(?:div|main|section)[^>]{{0,120}}\bid\s{{0,9}}=\s{{0,9}}[\"']?(?:{_ROOTS})\b[^>]{{0,120}}>\s{{0,99}}</",
    r"<app-root[^>]{0,120}>\s{0,99}</app-root>",
)
