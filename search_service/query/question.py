"""The frame of a question: `请问热轧带肋钢筋有什么标准` asks for 热轧带肋钢筋.

A frame is cut only from the two ends and only where a question word is part of it: there are titles that end in 检测
(``docs/ranking.md``, traps).
"""

from collections.abc import Sequence

from analyzers.words import cut_words

QUESTION_WORDS = frozenset(
    "请问 什么 哪些 哪个 哪家 哪里 哪儿 哪种 哪 怎么 怎样 怎么样 怎么办 如何 多少 多久 几 吗 呢 么 啊 吧"
    " 谁 啥 是否 能否 可否 有没有 能不能 可不可以 是不是 为什么 为何 何时 何处 什么样 谁家".split()
)
"""Words that make a text a question; they are never searched for."""

SERVICE_WORDS = frozenset(
    "检测 检验 校准 检定 评价 认证 测试 机构 单位 公司 实验室 检验检测 服务 标准 国家标准 行业标准 国标"
    " 行标 规范 规程 资质 报告 证书 项目 能力".split()
)
"""What everybody asks about here; beside a standard number they tell nothing."""

FILLERS = frozenset(
    "的 了 有 是 在 做 按 按照 依据 根据 关于 对 对于 我 我们 你们 你 您 想 要 需要 找 查 查询 查一下"
    " 查找 搜索 帮 帮我 一下 一个 这个 那个 能 可以 应该 应 执行 适用 使用 用 采用 参照 参考 哦 请 谢谢"
    " 还 现在 有效 作废 最新 替代 出具 钱 费用 价格 次 一次 进行 办理 都 会 相关 有关 方面 里 去 给 被 把"
    " 和 与 及".split()
)
"""Small words that stand around what is asked for."""

GRAMMAR_WORDS = frozenset("的 了 和 与 及 或 之 等 其".split())
"""Words that no title has to have."""

_FRAME = QUESTION_WORDS | SERVICE_WORDS | FILLERS


def core(folded: str) -> str | None:
    """What is left of a question between its frame; None where there is no question or nothing is left."""
    words = _placed(folded)
    first, last = 0, len(words)
    while first < last and words[first][0] in _FRAME:
        first += 1
    while last > first and words[last - 1][0] in _FRAME:
        last -= 1
    framed = [word for word, _ in (*words[:first], *words[last:])]
    if first == last or not any(word in QUESTION_WORDS for word in framed):
        return None
    end, start = words[last - 1], words[first][1]
    return folded[start : end[1] + len(end[0])]


def content_words(folded: str) -> list[str]:
    """The words that have to be there, each once: no grammar words, and of a question no words that only ask.

    Where nothing else was typed, they all have to be there after all.
    """
    words = list(dict.fromkeys(cut_words(folded)))
    asked = any(word in QUESTION_WORDS for word in words)
    empty = GRAMMAR_WORDS | QUESTION_WORDS | FILLERS if asked else GRAMMAR_WORDS
    return [word for word in words if word not in empty] or words


def telling_words(folded: str) -> list[str]:
    """The content words that tell something beside a standard number: no small and no service words."""
    return [word for word in content_words(folded) if word not in _FRAME]


def _placed(folded: str) -> Sequence[tuple[str, int]]:
    """Each word and where it begins."""
    placed, at = [], 0
    for word in cut_words(folded):
        at = folded.index(word, at)
        placed.append((word, at))
        at += len(word)
    return placed
