"""Pages for a local web server: a real-looking case study, and pages that are none."""

CASE = """<!doctype html><html lang="en"><head><title>How Kettlebrook answers 9,000 letters</title>
<meta name="author" content="Ines Varga"><meta property="article:published_time"
content="2026-02-03T09:00:00Z"></head><body><nav><a href="/">Home</a></nav><article>
<h1>How Kettlebrook answers 9,000 letters</h1>
<p>At Kettlebrook we insure small boats, and since March 2025 a pipeline of three models has read
every letter that reaches us. About 9,000 letters arrive each week, and clerks used to sort them
by hand. This post explains how the pipeline works and what we learned while running it.</p>
<h2>Architecture</h2>
<p>Each letter is scanned, read by Tesseract and stored in PostgreSQL. A classifier fine-tuned on
20,000 old letters chooses one of 31 queues. A language model hosted with vLLM on two GPUs then
drafts a reply from the policy and the last five letters of the same customer.</p>
<h2>Challenges</h2>
<p>The hardest problem was handwriting: a third of the letters could not be read well enough. The
model also invented policy numbers in 4 percent of the drafts during the pilot, which was not
acceptable to our lawyers.</p>
<h2>What we did</h2>
<p>To stop the invented numbers we added a check that compares each number in a draft with the
policy record. Handwritten letters now go to a clerk at once, which keeps the queue short.</p>
<h2>Results</h2>
<p>The median time to a reply fell from 6 days to 11 hours. Invented policy numbers fell from 4
percent to 0.2 percent, measured on 1,500 drafts that two clerks read independently.</p>
<h2>Lessons</h2>
<p>We learned that a small check in code is worth more than a larger model. Looking back, we
should have asked the clerks in the first week, because they knew which letters look alike.</p>
</article><footer>© Kettlebrook</footer></body></html>"""

RECIPE = (
    """<!doctype html><html lang="en"><head><title>Grandmother's plum cake</title></head><body>
<article><h1>Grandmother's plum cake</h1>"""
    + "".join(
        f"<p>{line}</p>"
        for line in (
            "Every August the plums in the garden turn blue within a week and the kitchen smells sweet.",
            "Mix the flour with the butter and the sugar until it looks like coarse sand in the bowl.",
            "Add two eggs and a spoon of sour cream, then knead the dough for a few minutes by hand.",
            "Lay the halved plums on the dough in neat rows, the cut side up, and press them down.",
            "Bake the cake for fifty minutes until the edges are brown and the juice begins to bubble.",
            "Let it cool under a cloth, and eat it the next day with whipped cream and strong coffee.",
        )
    )
    + "</article></body></html>"
)

LOGIN = """<!doctype html><html><head><title>Log in</title></head><body><main><h1>Log in</h1>
<p>Please log in to continue reading.</p><form action="/login" method="post"><label>Email
<input type="email" name="email"></label><label>Password <input type="password" name="password">
</label><button>Log in</button></form></main></body></html>"""

EMPTY = "<!doctype html><html><head><title>Nothing</title></head><body></body></html>"
