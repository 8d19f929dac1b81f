"""What the commonest passwords are made of: a few words, runs of the keyboard, repetitions, and what is known of you.

Lists of leaked passwords are these pieces put together in a few ways; told as pieces, some two hundred words refuse
many millions of them, `woaini5201314`, `Zhang123456!`, `1qaz2wsx3edc` and whatever year comes next among them.
"""

from collections.abc import Iterable
from functools import cache

WORDS = frozenset(
    """
    password passw0rd p@ssword p@ssw0rd passwd pass pwd mima admin administrator root user guest test demo login
    welcome letmein changeme default secret master super superman batman monkey dragon shadow sunshine princess
    football baseball basketball soccer hello freedom whatever trustno1 iloveyou loveyou iloveu imissyou lovelove love
    forever kissme michael jordan jessica daniel charlie thomas andrew jennifer nicole samsung computer internet
    windows microsoft google apple android iphone linux server database oracle mysql cisco huawei xiaomi tencent
    alibaba baidu woaini woaiwojia woaiwoziji woaimama woailaopo woaini1314 wozhiaini jiushiaini zhendeaini aini laopo
    laogong woshishui woshishei woshiwo wojiushiwo woshishen woshizhu woxiangni wobuzhidao buzhidao meiyoumima caonima
    nihao nihaoma zhimakaimen xiaoxiao tiantian baobao bugaosuni tianshi tiancai zhang wang zhao chen yang huang zhou
    liu sun zhu lin guo ma he gao liang zheng luo song xie tang han feng deng cao peng zeng tian dong pan yuan cai
    jiang du ye cheng wei su lv ding ren lu yao shen li wu xu hu beijing shanghai guangzhou shenzhen tianjin chongqing
    chengdu hangzhou wuhan xian nanjing suzhou wuxi china zhongguo zhongguoren shaanxi jiangsu zhixun 质寻 密码 我爱你
    中国 你好 你猜 admin123 qq weixin wechat 5201314 520 521 1314 584 7758521 7758258 3344 147258 258369 147852 159357
    159753 753951 456852 741852 963852 31415926 314159 3141592653 110 119 120 168 888 666 2008 1314520 5211314
    5845201314 25257758 8008208820 1q2w 1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm qaz wsx edc rfv
    zaq xsw q1w2 q1w2e3 q1w2e3r4 qwaszx a1b2 a1b2c3 a1b2c3d4 a1s2d3f4 1a2b 1a2b3c 1a2b3c4d 18n28n24a5 aptx4869 asd zxc
    qwe 100200 102030 010203 112233 112358 123698745 147896325 789456 456123 741 963 852 369 147 258 www com net org
    abc aa a1 a q z w s spring summer autumn winter january february march april may june july august september
    october november december
    """.split()
)
"""From the lists that are published of leaked passwords, Chinese and worldwide; single letters are what people put in
front of or behind digits."""

ROWS = (
    "01234567890",
    "13579",
    "02468024680",
    "1122334455667788990011223",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
SHORTEST_RUN = 3
"""Neighbours on a keyboard or in the alphabet, or the same character again."""
LONGEST_PERIOD = 4
"""`abcdabcdabcd` says no more than `abcd`."""
SHORTEST_OWN = 3
YEARS = frozenset(str(year) for year in range(1940, 2060))
LEET = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s", "!": "i"})


def uncommon(password: str, personal: Iterable[str] = ()) -> int:
    """How many characters remain when common pieces and one's own words are taken out in the best way."""
    text = password.casefold()
    text = text[: _period(text)]
    own = {piece.casefold() for text_ in personal for piece in _pieces(text_) if len(piece) >= SHORTEST_OWN}
    plain = text.translate(LEET)
    covered = [0] * (len(text) + 1)
    """By position from the end: the fewest uncommon characters behind it."""
    for start in range(len(text) - 1, -1, -1):
        ends = {end for end in range(start + 1, len(text) + 1) if _common(text, plain, start, end, own)}
        covered[start] = min([covered[start + 1] + 1, *(covered[end] for end in ends)])
    return covered[0]


def _common(text: str, plain: str, start: int, end: int, own: set[str]) -> bool:
    piece = text[start:end]
    return (
        piece in WORDS
        or piece in YEARS
        or piece in own
        or (len(piece) >= SHORTEST_RUN and _run(piece))
        or (len(piece) > SHORTEST_RUN and plain[start:end] in WORDS)
    )


@cache
def _rows() -> tuple[str, ...]:
    return (*ROWS, *(row[::-1] for row in ROWS))


def _run(piece: str) -> bool:
    return len(set(piece)) == 1 or any(piece in row for row in _rows())


def _period(text: str) -> int:
    """The length after which it only repeats itself."""
    for period in range(1, min(LONGEST_PERIOD, len(text) - 1) + 1):
        if text == (text[:period] * len(text))[: len(text)]:
            return period
    return len(text)


def _pieces(text: str) -> list[str]:
    """What is known of somebody, whole and in parts: a phone's last digits, the words of a name."""
    parts = "".join(c if c.isalnum() else " " for c in text).split()
    tails = [text[-length:] for length in range(4, 9) if text.isdigit() and len(text) > length]
    return [text, *parts, *tails]
