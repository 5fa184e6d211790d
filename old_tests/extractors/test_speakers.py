"""Conversations are told from prose, and every passage of one knows who says it and when."""

import pytest

from casebook.extractors.registry import extract
from casebook.extractors.speech.speaker_labels import label_of, stranger_in
from casebook.extractors.speech.speakers import voices_in, with_speakers
from casebook.extractors.text.passages import Block
from casebook.schemas.sources import Payload

SAID = (
    "We moved the router to a small model in March and the bill fell by half.",
    "And what did the people on call think of it, in the first weeks at least?",
    "They were afraid of it, because nobody could say why it answered as it did.",
    "So you wrote evaluations before you went on with it, as others do as well?",
    "Yes, four hundred of them, from tickets of the year before, in two weeks.",
    "That is a lot of work for a team of three, next to everything else you do.",
)
TALK = [(("Ada Berg", "Bo Li")[n % 2], 62 * n, said) for n, said in enumerate(SAID)]


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


FORMS = {
    "colon": "{name}: {said}",
    "time behind": "{name} ({clock}): {said}",
    "time in square brackets": "{name} [{clock}] {said}",
    "time before": "[{clock}] {name}: {said}",
    "chevrons": ">> {name}: {said}",
    "role": "{name} (Host): {said}",
    "post": "{name}, Head of Search: {said}",
    "name above": "{name}\n{said}",
    "name and time above": "{name} {clock}\n{said}",
    "time and name above": "{clock} {name}\n{said}",
    "name above its time": "{name}\n({clock}) {said}",
    "times of begin and end": "[{clock} --> {clock}] {name}: {said}",
    "name in brackets": "[{name}]: {said}",
    "a narrow blank": "{name}\u202f: {said}",
}
TIMED = {form for form, text in FORMS.items() if "clock" in text}


def turns(form: str) -> list[str]:
    return [FORMS[form].format(name=n, clock=clock(s), said=t) for n, s, t in TALK]


def heard(found) -> list[tuple[str | None, float | None, str]]:
    at = [(p.locator, found.text[p.start : p.end]) for p in found.passages]
    return [(here.speaker, here.seconds, text) for here, text in at]


def expected(form: str) -> list[tuple[str, float | None, str]]:
    return [(name, second if form in TIMED else None, said) for name, second, said in TALK]


def read(source: str, kind: str):
    return extract(Payload(data=source.encode(), media_type=kind, url="https://pod.example/1"))


@pytest.mark.parametrize("form", FORMS)
def test_turns_in_plain_text(form):
    """Each usual form gives speaker and second, and leaves the words alone."""
    assert heard(read("\n\n".join(turns(form)), "text/plain")) == expected(form)


@pytest.mark.parametrize("form", sorted(set(FORMS) - {"name above", *TIMED} | {"time behind"}))
def test_turns_on_lines_that_follow_each_other(form):
    """Turns need no empty line between them."""
    assert heard(read("\n".join(turns(form)), "text/plain")) == expected(form)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "name above its time"])
def test_turns_in_markdown(form):
    """Names in bold type are names."""
    bold = FORMS[form].replace("{name}", "**{name}**").replace("\n", "\n\n")
    source = "\n\n".join(bold.format(name=n, clock=clock(s), said=t) for n, s, t in TALK)
    assert heard(read(source, "text/markdown")) == expected(form)


@pytest.mark.parametrize(
    "turn",
    [
        "<p><strong>{name}:</strong> {said}</p>",
        "<p><b>{name}</b> <small>[{clock}]</small><br>{said}</p>",
        "<p><strong>{name}</strong></p><p>{said}</p>",
        "<div><h4>{name} <time>{clock}</time></h4><p>{said}</p></div>",
        "<div><div>{name}</div><div>{clock}</div><p>{said}</p></div>",
        "<div><time>{clock}</time><p>{name}</p><p>{said}</p></div>",
        "<dl><dt>{name}</dt><dd>{said}</dd></dl>",
        "<p><strong>{name}</strong> {said}</p>",
        "<p><strong>{name}</strong> — {said}</p>",
        "<p><strong>{name}&nbsp;:</strong> {said}</p>",
        "<p><strong>{name}:</strong> [{clock}] {said}</p>",
        "<p>{name}: (<a href='#'>{clock}</a>)<br>{said}</p>",
        "<p><b>{name}</b><br>({clock})<br>{said}</p>",
        "<cite>{name}:</cite><time>{clock}</time><p>{said}</p>",
        "<table><tr><td>{name}</td><td>{said}</td></tr></table>",
        "<table><tr><td>{clock}</td><td>{name}</td><td>{said}</td></tr></table>",
    ],
)
def test_turns_on_a_page(turn):
    """A page's markup sets names apart in many ways."""
    body = "".join(turn.format(name=n, clock=clock(s), said=t) for n, s, t in TALK)
    page = f"<html><title>A talk</title><body><article><h1>A talk on routers</h1>{body}</article>"
    found = heard(read(page, "text/html"))
    timed = "{clock}" in turn
    spoken = [(n, float(s) if timed else None, t) for n, s, t in TALK]
    assert [turn for turn in found if turn[0]] == spoken


@pytest.mark.parametrize("form", ["colon", "time before", "time behind", "name and time above"])
def test_turns_in_markdown_line_below_line(form):
    """CommonMark joins such lines; who saves a transcript as .md has each turn in its own."""
    source = "# A talk on routers\n\n" + "\n".join(turns(form))
    assert heard(read(source, "text/markdown")) == expected(form)


def test_the_numbers_that_programs_give_to_voices():
    """Pyannote's and WhisperX's are speakers, with a blank, an underline or neither."""
    said = [f"SPEAKER_0{n % 2}: {text}" for n, text in enumerate(SAID)]
    found = read("\n".join(said), "text/plain")
    assert {p.locator.speaker for p in found.passages} == {"SPEAKER_00", "SPEAKER_01"}


@pytest.mark.parametrize("timed", ["<tr><td>{clock}</td><td>{said}</td></tr>",
                                   "<tr><td>{clock}</td><td>{name}</td><td>{said}</td></tr>"])  # fmt: skip
def test_chapters_above_a_transcript_are_no_speakers(timed):
    """Their titles stay in the text, and what follows them is said by nobody of that name."""
    rows = "".join(
        timed.format(name=n, clock=clock(s + 400 * again), said=t)
        for again in (0, 1)
        for n, s, t in TALK
    )
    page = (
        "<html><title>A talk</title><body><article><h1>A talk on routers</h1><h2>Chapters</h2><ul>"
        "<li>00:00 Intro</li><li>02:04 The bill</li><li>05:10 Evaluations</li></ul>"
        f"<h2>Transcript</h2><table>{rows}</table></article>"
    )
    found = heard(read(page, "text/html"))
    assert {speaker for speaker, _, _ in found} <= {None, "Ada Berg", "Bo Li"}
    whole = " ".join(text for _, _, text in found)
    assert all(title in whole for title in ("Intro", "The bill", "Evaluations"))
    assert "00:01:02" not in whole


def test_a_turn_goes_on_over_paragraphs_and_ends():
    """Paragraphs without a name are the last speaker's: not below a heading, not for ever."""
    blocks = [Block(text) for text in turns("colon")]
    blocks.insert(1, Block("A second paragraph of the first turn."))
    blocks += [Block("One more of the last turn."), Block("Subscribe to our letter.")]
    blocks += [Block("About", heading=True), Block("The show is made in Oslo.")]
    said = [(block.speaker, block.text) for block in with_speakers(blocks)]
    assert said[1] == ("Ada Berg", "A second paragraph of the first turn.")
    assert [speaker for speaker, _ in said[-4:]] == ["Bo Li", None, None, None]


def test_who_speaks_once_is_not_taken_for_another():
    """A name that is not believed stays in the text, and nobody is named for it."""
    lines = turns("colon")
    lines.insert(3, "Maria Cole: May I ask something from the audience?")
    said = [(b.speaker, b.text) for b in with_speakers(Block(line) for line in lines)]
    assert said[3] == (None, "Maria Cole: May I ask something from the audience?")
    assert said[4][0] == "Bo Li"


HANDLES = [("swyx", "Alessio Fanelli"), ("田中", "Bo Li"), ("דנה לוי", "יוסי כהן")]


@pytest.mark.parametrize("names", HANDLES)
def test_who_writes_their_name_small_speaks_too(names):
    """A time and a colon say that it is a name, also in scripts without capitals."""
    lines = [f"{names[n % 2]} [{clock(s)}]: {said}" for n, (_, s, said) in enumerate(TALK)]
    found = heard(read("\n\n".join(lines), "text/plain"))
    assert [speaker for speaker, _, _ in found] == [names[n % 2] for n in range(len(TALK))]


# Two who speak, in scripts without capitals, and two terms that stand in their places in prose.
CASELESS = {
    "Chinese": ("张伟：", "约翰·史密斯：", "问题：", "解决方案：", [
        "我们去年三月把工单路由换成了一个小模型，费用降了一半。", "值班的同事一开始怎么看这件事？",
        "他们有点担心，因为没人说得清我当时为什么这样选。", "所以你们在上线之前先写了评测，对吗？",
    ]),
    "Japanese": ("田中：", "佐藤（司会）：", "課題：", "解決策：", [
        "私たちは三月にチケットの振り分けを小さなモデルに替え、費用が半分になりました。",
        "当番の人たちは最初どう思ったのですか？",
        "私は心配されました。なぜそう答えるのか誰にも説明できなかったからです。",
        "それで公開の前に評価を書いたのですね？",
    ]),
    "Korean": ("김철수: ", "이영희 님: ", "문제: ", "해결: ", [
        "저희는 삼월에 티켓 분류를 작은 모델로 바꾸었고 비용이 절반으로 줄었습니다.",
        "당직자들은 처음에 어떻게 생각했습니까?", "저는 왜 그렇게 답하는지 아무도 설명하지 못해 걱정했습니다.",
        "그래서 우리 모두 공개 전에 평가를 먼저 만든 거군요?",
    ]),
    "Arabic": ("أحمد سالم: ", "ليلى: ", "التحدي: ", "الحل: ", [
        "نحن نقلنا توجيه التذاكر إلى نموذج صغير في مارس وانخفضت الفاتورة إلى النصف.",
        "وماذا قال المناوبون في البداية؟", "أنا كنت خائفا لأن أحدا لم يعرف لماذا يجيب هكذا.",
        "إذن كتبتم الاختبارات قبل الإطلاق؟",
    ]),
    "Hindi": ("राहुल वर्मा: ", "सीमा: ", "समस्या: ", "समाधान: ", [
        "हम ने मार्च में टिकट बाँटने का काम छोटे मॉडल को दिया और खर्च आधा हो गया।",
        "ड्यूटी वालों ने शुरू में क्या कहा?", "मुझे डर था क्योंकि कोई नहीं जानता था कि वह ऐसा क्यों कहता है।",
        "तो आप ने पहले जाँच लिखी, है न?",
    ]),
    "Hebrew": ("דנה לוי: ", "יוסי: ", "הבעיה: ", "הפתרון: ", [
        "אנחנו העברנו את ניתוב הפניות למודל קטן במרץ והחשבון ירד בחצי.", "ומה אמרו התורנים בהתחלה?",
        "אני פחדתי כי אף אחד לא ידע למה הוא עונה כך.", "אז כתבתם בדיקות לפני ההשקה?",
    ]),
}  # fmt: skip


@pytest.mark.parametrize("script", CASELESS)
def test_names_in_scripts_without_capitals_speak(script):
    """Before a colon, without a time; what only stands in their places, a problem say, is none."""
    *labels, said = CASELESS[script]
    names = [label.strip(" :：").removesuffix("（司会）") for label in labels]
    for kind in ("text/plain", "text/markdown"):
        told = [f"{labels[n % 2]}{text}" for n, text in enumerate(said * 2)]
        found = heard(read("\n\n".join(told), kind))
        assert [(who, text) for who, _, text in found] == [
            (names[n % 2], text) for n, text in enumerate(said * 2)
        ]
    assert voices_in(f"{labels[2 + n % 2]}{text}" for n, text in enumerate(said * 2)) is None


@pytest.mark.parametrize("label", ["swyx:", "female voice [00:31:00]:", "female voice (00:31:00)"])
def test_what_a_stranger_says_is_not_said_by_who_spoke_before(label):
    """Nobody is named for it: its label is not known for a name, and comes again, or has a time."""
    lines = turns("time behind") * 2
    for at in (9, 4):
        lines.insert(at, f"{label} May I ask something, from the other end of the room?")
    said = [(b.speaker, b.text) for b in with_speakers(Block(line) for line in lines)]
    assert {speaker for speaker, text in said if "May I ask" in text} == {None}


def test_a_remark_with_a_colon_stays_its_speakers():
    """One that comes once is what somebody says, not who says it."""
    blocks = [Block(text) for text in turns("colon")]
    blocks.insert(1, Block("what we learned first: it is the router that costs the money here."))
    said = with_speakers(blocks)
    assert said[1].speaker == "Ada Berg"


def test_times_without_names_give_seconds():
    """A transcript as YouTube shows it: a time, a line, a time, a line."""
    pasted = "\n".join(f"{second // 60}:{second % 60:02}\n{said}" for _, second, said in TALK)
    (first, second) = heard(read(pasted, "text/plain"))
    assert first == (None, 0, " ".join(SAID[:4]))
    assert second == (None, 248, " ".join(SAID[4:]))


WORDS = "This paragraph tells you at some length what we did about it, and by whom it was done."
PROSE = {
    "notes": [WORDS, f"Note: {WORDS}", WORDS, f"Warning: {WORDS}", f"Note: {WORDS}"] * 2,
    "questions": [f"{'QA'[n % 2]}: {WORDS}" for n in range(10)],
    "problem and solution": [f"{('Problem', 'Solution')[n % 2]}: {WORDS}" for n in range(10)],
    "a dialogue with a bot": [f"{('User', 'Assistant')[n % 2]}: {WORDS}" for n in range(10)],
    "terms": [f"{('Vector Search', 'Keyword Search')[n % 2]}: vector search beats keyword search"
              for n in range(10)],
    "words of the text": [f"{('Latency', 'Throughput')[n % 2]}: Latency Budgets say latency, "
                          "and Throughput Tests say throughput." for n in range(10)],
    "products": ["Mock Servers", WORDS, "Load Tests", WORDS] * 3 + ["Servers that mock, and tests"],
    "two ways": [f"{('Gardenary Way', 'Ordinary Way')[n % 2]}: {WORDS} In an ordinary way."
                 for n in range(10)],
    "an agenda": [f"{9 + n}:00 Ada Berg: a keynote about routers" for n in range(8)],
    "a list of chapters": [f"{n}:00 A chapter" for n in range(5)] + [WORDS] * 12,
    "an example within an article": [WORDS] * 20
    + [f"{('Ada Berg', 'Bo Li')[n % 2]}: Hello there." for n in range(6)],
    "a glossary": [f"{term}: {WORDS}" for term in ("Retrieval", "Reranking", "Chunking", "Agents")],
    "one name": [f"Ada Berg: {WORDS}"] * 6,
}  # fmt: skip


@pytest.mark.parametrize("kind", PROSE)
def test_prose_is_no_conversation(kind):
    """What only looks like labels stays text, and no passage has a speaker or a second."""
    assert voices_in(PROSE[kind]) is None
    blocks = [Block(text) for text in PROSE[kind]]
    assert with_speakers(blocks) == blocks


def test_a_paragraph_of_many_lines_is_looked_at_once():
    """A book in one paragraph took its square."""
    assert voices_in(["We moved it to a smaller model then.\n" * 100_000]) is None


def test_blanks_in_a_row_are_looked_at_once():
    """A page set with tabs is read at once; each pair of their places was tried, for hours."""
    assert label_of(f"View{chr(9) * 100_000}at Warbonnet") is None
    label = label_of(f"Ada Berg{chr(9) * 100_000}: we moved it")
    assert label is not None
    assert (label.name, label.rest) == ("Ada Berg", "we moved it")
    assert stranger_in(f"0:07{' ' * 200_000}[") is None
    assert stranger_in(f"0:07{' ' * 200_000}swyx: we moved it") == ("swyx", False)


@pytest.mark.parametrize("blank", ["  ", chr(9)])
def test_a_label_that_ends_late_is_one(blank):
    """In front of a long paragraph too, and with any room before its colon."""
    late = f"Ada Berg, head of the platform team{blank * 100}: {WORDS} {WORDS}"
    found = label_of(late)
    assert found is not None
    assert found.name == "Ada Berg"
    assert label_of(f"{WORDS} {WORDS}") is None
