"""The judge's check of a curator's edits."""

import asyncio

from config.resources import Resources
from review.decisions import Judge
from schemas.cases import CaseStudy
from schemas.sources import Document
from summarizer.judge import judge_statements


def judge_of(resources: Resources, loop: asyncio.AbstractEventLoop) -> Judge:
    """Return the function that judges an edit, for threads other than that of ``loop``.

    If the judge is off or unavailable, the changed statements stay unverified.
    """

    async def judged(study: CaseStudy, document: Document, before: CaseStudy) -> CaseStudy:
        if asker := resources.judge(document.document_id):
            return (await judge_statements(study, document, asker, before.statements))[0]
        return study

    def judge(study: CaseStudy, document: Document, before: CaseStudy) -> CaseStudy:
        return asyncio.run_coroutine_threadsafe(judged(study, document, before), loop).result()

    return judge
