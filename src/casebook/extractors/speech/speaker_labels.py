"""The beginnings of lines that may name who speaks, and when; and what a name looks like. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

_LONGEST_NAME = 45
_TIME = r"(?:[0-9]{1,3}:)?[0-9]{1,3}:[0-5][0-9](?:[.,][0-9]{1,3})?"
_STAMP = rf"(?:\[{_TIME}(?:[ \t]*-{{1,2}}>[ \t]*{_TIME})?\]|\({_TIME}\)|<{_TIME}>|{_TIME})"
LONG_TIME = re.compile(r"\D{0,80}[0-9]{1,3}:[0-9]{2}:[0-9]{2}")
# Signs that Python takes for no part of a word: vowels of Indian and Thai scripts, points of Arabic
# and Hebrew, the dots between the parts of a name from abroad.
_WITHIN = (
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"
    "\u0eb1-\u0ecd\u102b-\u109d\u00b7\u30fb"
)
# Blanks are taken whole (``*+``): tried one by one they would take the cube of their number.
_LABEL = re.compile(
    rf"\s*+(?:>>+\s*+)?(?:(?P<before>{_STAMP})(?:\s*+[-–—|]|(?=\s))\s*+)?(?P<open>\[)?"
    rf"(?P<name>[^\W\d_](?:[\w.'’&{_WITHIN}-]|[ \t](?=[\w&])){{0,44}}?)(?(open)\](?=:))"
    r"(?:[ \t]*+(?:\((?P<role>[^()\[\]:\n\d]{2,60})\)|（[^（）:：\n\d]{1,60}）"
    r"|,[ \t]?(?P<post>[^()\[\]:\n]{2,60}?)))?"
    rf"(?:[ \t]*+(?:[-–—|,:：][ \t]*+)?(?:\n[ \t]*+)?(?P<after>{_STAMP}))?"
    r"(?:[ \t\xa0\u202f]*+(?P<end>[:|](?=\s|$)|：|\n|$)|(?<=[\])>])(?=[ \t]))"
)
_COLONS = frozenset(":：|")  # the last one stands between the cells of a table
_ENDING = re.compile(r"[:：|\n\])>]")
_BLANKS = re.compile(r"\t|  ")
_LONGEST_LABEL = 120  # without a time, which has a colon: a name, and 60 characters of a post
_TIMED = re.compile(rf"\s*(?:>>+\s*)?(?P<before>{_STAMP})(?:[ \t]*[:\-–—|](?=\s)|(?=\s|$))\s*")
_STRANGER = re.compile(
    rf"\s*+(?:>>+\s*+)?(?:{_STAMP}\s*+(?:[-–—|]\s*+)?)?(?P<who>[^\s\[\]():：][^\n\[\]():：]{{0,44}})"
    rf"(?:(?:(?P<after>[\[(]{_TIME}[\])])\s*:?|:)(?=\s)|：)"
)
_PARTICLES = frozenset(
    "de da del della der den di du dos la le van von vom zu bin ibn al el y".split()
)
ROLES = re.compile(
    r"(?:(?:unknown |audience |panel )?(?:speaker|member|guest|host|panelist|participant)"
    r"|audience|host|co-?host|interviewer|interviewee|moderator|narrator|presenter|announcer"
    r"|questioner|audience question|operator|主持人|嘉宾|记者|司会者?|聞き手|진행자|사회자|المذيع)"
    r"(?:[ _]?#?[0-9A-Z]{1,2})?",
    re.IGNORECASE,
)
_NO_SPEAKERS = frozenset(
    "abstract action actions admin advice agenda agent ai also alternatively and answer answers "
    "approach article assistant author authors background before after beware best blog bonus bot "
    "but by caption caveat caveats challenge challenges chapter chatbot client code company "
    "conclusion conclusions cons consequence contact context correction credit credits customer "
    "danger data date decision decisions definition description design details disclaimer edit "
    "editor email episode error event example examples expected explanation faq figure finding "
    "first follow for from goal goals hint how however human idea if impact important in industry "
    "info input insight instead issue key language lesson lessons link links listen location "
    "meaning metric metrics model motivation music name next no note notes now objective option "
    "or outcome output overview part phase photo photos pitfall point pricing problem problems "
    "prompt pros published q question questions quote rationale recap recommendation reference "
    "references related remember reminder requirement response result results role rule scenario "
    "second section see setup share side situation so solution solutions sound source sources "
    "spoiler stage status step steps subject subscribe summary system table tags takeaway "
    "takeaways technique techniques text that the then third this tip tips title "
    "tldr to today tomorrow tool tools topic topics transcript translation two type "
    "update updates url usage use user verdict version "
    "video warning watch we what when where which who why written yes you "
    "التحدي التحديات المشكلة الحل الحلول النتيجة النتائج السؤال سؤال الجواب جواب ملاحظة مثال "
    "المستخدم المساعد الخلاصة المصدر समस्या समाधान चुनौती परिणाम प्रश्न सवाल उत्तर जवाब नोट उदाहरण "
    "निष्कर्ष स्रोत उपयोगकर्ता सहायक הבעיה בעיה אתגר האתגר הפתרון פתרון תוצאה תוצאות שאלה תשובה "
    "הערה דוגמה משתמש".split()
)
# In scripts that set no blanks between words one of these in it makes what stands there no name.
_NO_NAME = re.compile(
    "问题|問題|挑战|挑戦|课题|課題|方案|解决|解決|方法|做法|结果|結果|效果|効果|背景|原因|说明|説明|备注|注意|補足"
    "|例如|例子|示例|输入|输出|入力|出力|优点|缺点|优势|劣势|利点|欠点|目标|目標|目的|步骤|手順|总结|结论|結論|建议"
    "|提案|描述|来源|出典|链接|作者|著者|编辑|時間|时间|日期|日時|地点|标题|摘要|概要|关键|用户|利用者|助手|系统|系統"
    "|模型|客户|客服|机器人|质问|質問|提问|回答|提示|阶段|第一|第二|首先|其次|最后|因此|参考|图片|特点|教训|教訓|経験"
    "|经验|我们|他们|それ|これ|ポイント|メリット|ユーザ|システム|モデル|アシスタント|ステップ|テーマ|まとめ"
    "|문제|해결|과제|도전|결과|배경|원인|설명|참고|주의|예시|예를|입력|출력|장점|단점|목표|목적|단계|결론|요약|출처|링크"
    "|저자|시간|날짜|사용자|시스템|모델|고객|질문|답변|교훈|방법"
)
_LONGEST_CASELESS = 14


@dataclass(frozen=True, slots=True)
class Label:
    """A beginning that looks like a speaker's: the name if any, the second if any, what follows."""

    name: str | None
    seconds: float | None
    rest: str
    colon: bool = False
    own_line: bool = False


@lru_cache(maxsize=1_000)
def label_of(text: str) -> Label | None:
    """Return the label that names somebody at the beginning of ``text``, whoever that is."""
    match = None if _begins_without_label(text) else _LABEL.match(text)
    if match is None:
        return None
    name = " ".join(match["name"].split())
    stamp = match["before"] or match["after"]
    rest = text[match.end() :]
    end = match["end"] or ""
    own_line = end in {"\n", ""}
    is_marked = end in _COLONS or match["after"] is not None
    is_name = (
        could_be_name(name)
        or (stamp and end in _COLONS and _could_be_handle(name))
        or (is_marked and _could_be_caseless(name))
    )
    if not is_name or (own_line and match["post"] and stamp is None):
        return None
    return Label(name, _seconds(stamp), rest.lstrip(), colon=end in _COLONS, own_line=own_line)


def _begins_without_label(text: str) -> bool:
    """Tell a paragraph in whose beginning no label can end; the pattern takes far longer to see.

    All that it takes any number of are blanks, of which no two follow each other here.
    """
    begins = text[:_LONGEST_LABEL]
    is_long = len(text) > _LONGEST_LABEL and not begins[0].isspace()
    return is_long and not (_ENDING.search(begins) or _BLANKS.search(begins))


@lru_cache(maxsize=1_000)
def time_of(text: str) -> Label | None:
    """Return the time at the beginning of ``text``, without any name."""
    match = _TIMED.match(text)
    return Label(None, _seconds(match["before"]), text[match.end() :].lstrip()) if match else None


def could_be_name(name: str) -> bool:
    """Tell what has the form of a name: one to five words that begin with capitals, or a role."""
    if ROLES.fullmatch(name):
        return True
    words = name.split()
    if len(words) > 5 or len(name) < 2 or len(name) > _LONGEST_NAME:  # noqa: PLR2004 - a name
        return False
    if any(word.strip(".").lower() in _NO_SPEAKERS for word in words):
        return False
    return all(word[0].isupper() or word in _PARTICLES or word == "&" for word in words)


def _could_be_handle(name: str) -> bool:
    """Tell what may be a name where a time and a colon say so: "swyx", and scripts without case."""
    words = name.split()
    alone = len(words) == 1 and len(name) > 1
    caseless = len(words) <= 3 and name.lower() == name.upper()  # noqa: PLR2004 - a name
    return (alone or caseless) and not any(word.lower() in _NO_SPEAKERS for word in words)


def _could_be_caseless(name: str) -> bool:
    """Tell what may be a name in a script without capitals, where a colon or a time sets it apart.

    Without blanks it is short: two to four characters in Chinese, with a first name from abroad
    three times as many.
    """
    words = name.split()
    return (
        is_caseless(name)
        and 1 < len(name) <= (_LONGEST_CASELESS if len(words) == 1 else _LONGEST_NAME)
        and len(words) <= 4  # noqa: PLR2004 - a name
        and all(word[0].isalpha() for word in words[:1])
        and not _NO_NAME.search(name)
        and _NO_SPEAKERS.isdisjoint(words)
    )


def is_caseless(name: str) -> bool:
    """Tell a text of a script that has no capitals."""
    return name.lower() == name.upper()


def stranger_in(text: str) -> tuple[str, bool] | None:
    """Return what stands before a colon or a time at the beginning of ``text``, and if a time does.

    Whoever that is, what follows may be said by somebody else than what is above it.
    """
    match = _STRANGER.match(text)
    return (match["who"], match["after"] is not None) if match else None


def _seconds(stamp: str | None) -> float | None:
    if stamp is None:
        return None
    total = 0.0
    begins = stamp.strip("[]()<>").partition("-")[0].strip()
    for part in begins.replace(",", ".").split(":"):
        total = 60 * total + float(part)
    return total


def _is_word_of(text: str, word: str) -> bool:
    """Tell whether ``text`` has ``word`` as a whole word; most have it nowhere: quick to see."""
    whole = rf"(?<![\w'’-]){re.escape(word)}(?![\w'’-])"
    return word in text and re.search(whole, text) is not None


def believable(name: str, whole: str, *, alone: bool = False, strictly: bool = False) -> bool:
    """Tell a person's name from a term: the text does not write it small, and knows it in full.

    ``alone`` lets a single word pass that the text does not know as the beginning of a name;
    ``strictly`` refuses a name of which any word is written small.
    """
    if ROLES.fullmatch(name):
        return True
    if is_caseless(name):
        # The text speaks of a term, and less of a person than that has its say.
        labels = len(re.findall(rf"{re.escape(name)}[^\n:：]{{0,30}}[:：]", whole))
        return whole.count(name) <= 2 * labels
    words = [word for word in re.findall(r"[\w'’-]+", name.lower()) if word not in _PARTICLES]
    small = (_is_word_of(whole, word) for word in words)
    if any(small) if strictly else all(small):
        return False
    if " " in name or alone:
        return True
    if name.isupper() and len(name) <= 3:  # noqa: PLR2004 - initials
        inner = r"\w+(?:[ -]\w+)*? ".join(name[:-1]) + r"\w+(?:[ -]\w+)*? " + name[-1]
        return bool(re.search(rf"\b{inner}[a-z]", whole))
    first = f"{name.title()} "
    return first in whole and bool(re.search(rf"(?<!\w){re.escape(first)}[A-Z][\w'’-]", whole))
