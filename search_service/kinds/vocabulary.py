"""Code words and their Chinese names (``docs/model.md``, glossary); Chinese is accepted wherever a code word is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from analyzers.fold import fold


@dataclass(frozen=True, slots=True)
class CodeWords:
    """A closed list: code → Chinese label, and other spellings → code."""

    labels: Mapping[str, str]
    aliases: Mapping[str, str]
    spoken: Mapping[str, str] = field(default_factory=dict)
    """Folded words that mean a code where they stand in a query, among other words; fewer than the aliases."""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Codes that answer for a spoken one, too."""

    def resolve(self, text: str) -> str | None:
        """The code of a code word, a label or an alias; None for anything else."""
        folded = fold(text).strip()
        if folded in self.labels:
            return folded
        return self.aliases.get(folded)

    def label(self, code: str) -> str:
        """The Chinese name; the code itself where it is unknown (old rows)."""
        return self.labels.get(code, code)

    @property
    def choices(self) -> str:
        """All labels, for messages."""
        return "、".join(f"{label}({code})" for code, label in self.labels.items())


def _words(**entries: str) -> CodeWords:
    """Each value is the label and its aliases, separated by blanks.  Codes are matched folded, kept as written."""
    labels = {code: names.split()[0] for code, names in entries.items()}
    aliases = {fold(name): code for code, names in entries.items() for name in names.split()}
    aliases.update({fold(code): code for code in entries})
    return CodeWords(labels, aliases)


SERVICES = _words(
    verification="检定",
    calibration="校准",
    # 检验检测 is one qualification in law and an alias of testing.
    testing="检测 检验检测",
    inspection="检验",
    assessment="评价",
    certification="认证 认证服务",
    standardisation="标准服务 标准化",
    quality_management="质量管理",
    intellectual_property="知识产权",
    training="培训 人才培训",
    shared_laboratory="共享实验室",
)
SERVICES = replace(
    SERVICES,
    spoken={word: code for word, code in SERVICES.aliases.items() if not word.isascii()},
    # 检验检测 is one qualification: who says 检验 of a product is also served by who tests it.
    answers={"inspection": ("testing",)},
)

BUSINESS_KINDS = _words(
    # S1 says 检验检测 and 产品检验, S3 and S5 list the others (D1: one vocabulary with aliases).
    testing="检验检测 产品检验 检测",
    metrology="计量测试 计量",
    certification="认证服务 认证认可 认证",
    standardisation="标准服务 标准化",
    quality_management="质量管理",
    intellectual_property="知识产权",
    training="人才培训 培训",
    shared_laboratory="共享实验室",
)

NATURES = _words(
    CMA="CMA 资质认定",
    CNAS="CNAS 实验室认可",
    metrology="计量授权",
    CAL="CAL 授权",
    CATL="CATL 农产品考核",
    other="其他",
)
NATURES = replace(
    NATURES,
    # 授权 and 其他 alone are ordinary words.
    spoken={
        "cma": "CMA",
        "cma认证": "CMA",
        "资质认定": "CMA",
        "计量认证": "CMA",
        "cnas": "CNAS",
        "cnas认可": "CNAS",
        "cnas认证": "CNAS",
        "实验室认可": "CNAS",
        "计量授权": "metrology",
        "cal": "CAL",
        "catl": "CATL",
        "农产品考核": "CATL",
    },
)

INSTITUTION_STATUS = _words(
    applied="待审核",
    needs_supplement="待补正",
    active="在驻",
    suspended="已暂停",
    exiting="退出中",
    left="已退出",
    deregistered="已注销",
)

ROW_STATE = _words(draft="草稿", published="已发布", hidden="已隐藏")

CERTIFICATE_STATE = _words(valid="有效", suspended="已暂停", revoked="已撤销")

STANDARD_KINDS = _words(
    national="国家标准 国标",
    sector="行业标准 行标",
    local="地方标准 地标",
    association="团体标准 团标",
    enterprise="企业标准 企标",
    international="国际标准 国外标准",
    regulation="计量技术规范 计量规程",
)

STANDARD_STATUS = _words(
    current="现行",
    upcoming="即将实施 未实施",
    withdrawn="废止 已废止",
    unknown="未知",
)

ORGANISATION_CLASSES = _words(
    statutory="法定计量检定机构",
    professional_station="专业计量站",
    special_authorised="专项授权机构",
    enterprise_internal="企业内部",
)

RELATIONS = _words(same="同义", narrower="下位", related="相关")
