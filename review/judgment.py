"""The judge's check of a curator's edits."""

import asyncio

from config.resources import Resources
from review.decisions import Judge
from schemas.cases import CaseStudy
from schemas.sources import Document
from summarizer.judge import judge_study


def judge_of(resources: Resources, loop: asyncio.AbstractEventLoop) -> Judge:
    """Return the function that judges an edit, for threads other than that of ``loop``.

    If the judge is off or unavailable, the changed statements stay unverified.
    """

    async def judged(study: CaseStudy, document: Document, before: CaseStudy) -> CaseStudy:
        if asker := resources.judge(document.document_id):
            same = {(s.text, s.evidence, s.measure, s.support) for s in before.statements}
            changed = {
                id(s.support)
                for s in study.statements
                if (s.text, s.evidence, s.measure, s.support) not in same
            }
            return (await judge_study(study, document, asker, lambda s: id(s) in changed))[0]
        return study

    def judge(study: CaseStudy, document: Document, before: CaseStudy) -> CaseStudy:
        return asyncio.run_coroutine_threadsafe(judged(study, document, before), loop).result()

    return judge
