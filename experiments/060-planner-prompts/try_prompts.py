"""Tries wordings of "summarise a paper" and "bring the summaries together" with the embedded model.

    python try_prompts.py ARXIV_RECORDS.json [--weights FILE.gguf]

The records are the five newest papers on language models for software engineering of the project's arXiv sample.
Prints every answer; a person reads them. Greedy decoding, so that another run gives the same.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

from planc_runtime.models.base import EmbeddedConfig, ModelsConfig
from planc_runtime.models.configured import ConfiguredModels
from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import Message, Model, ModelRequest

ONLY = "Use only what is written above."
SUMMARIES = {
    "instruction first, 'each paper'": (
        "Summarize each paper in one sentence. Use only the paper title and summary.\n\n"
        "Title: {title}\nSummary: {summary}"
    ),
    "data first, own words for the source": (
        "Title: {title}\nAbstract: {summary}\n\n"
        "Summarize this paper in two or three sentences. Use only its title and abstract."
    ),
    "data first, at most 60 words": (
        f"Title: {{title}}\nAbstract: {{summary}}\n\nSummarize this paper in at most 60 words. {ONLY}"
    ),
    "data first, at most three sentences": (
        f"Title: {{title}}\nAbstract: {{summary}}\n\nSummarize this paper in at most three sentences. {ONLY}"
    ),
}
TOGETHER = {
    "as the model wrote it": "Synthesize all summaries into a brief review report. Use only what is written above.",
    "cover all": (
        "Synthesize all summaries into a brief review report. Cover all 5 items, from [1] to [5], in at least one "
        "sentence each, and cite each by its number. Use only what is written above."
    ),
    "one sentence that starts with its number": (
        "Synthesize all summaries into a brief review report. Give every paper one sentence that starts with its "
        "number, such as [1]. Use only what is written above."
    ),
    "what they have in common, then each": (
        "Synthesize all summaries into a brief review report. Start with one sentence on what they have in common, "
        "then write one short sentence for each paper, starting with its number, such as [1]. "
        "Use only what is written above."
    ),
}


async def say(model: Model, prompt: str) -> str:
    return (await model.answer(ModelRequest((Message("user", prompt),), ModelChoice(max_tokens=900)))).text.strip()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("--weights", type=Path)
    arguments = parser.parse_args()
    data = json.loads(arguments.records.read_text())
    papers = [next(one for one in data["records"] if one["arxiv_id"] == wanted) for wanted in data["expected_top5"]]
    models = ConfiguredModels(ModelsConfig(embedded=EmbeddedConfig(file=arguments.weights)))
    model = models.model_for(ModelChoice())
    summaries: list[str] = []
    try:
        for name, template in SUMMARIES.items():
            print(f"\n=== summary: {name}")
            summaries = list(await asyncio.gather(*(say(model, template.format(**paper)) for paper in papers)))
            for paper, summary in zip(papers, summaries, strict=True):
                print(f"- {paper['title']}\n  {summary}")
        listed = "\n".join(
            f"[{number}] {paper['title']}\n{summary}"
            for number, (paper, summary) in enumerate(zip(papers, summaries, strict=True), start=1)
        )
        for name, instruction in TOGETHER.items():
            answer = await say(model, "\n\n".join([listed, instruction]))
            print(f"\n=== together: {name}\n{answer}")
    finally:
        await models.close()


if __name__ == "__main__":
    asyncio.run(main())
