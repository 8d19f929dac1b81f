"""A shelf of rows indexed with the real analysers and the embedded engine, asked through the formula alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from analyzers.standard_number import parse
from analyzers.synonyms import SynonymTable
from search_service.engines.base import (
    IDENTIFIER,
    Ask,
    Document,
    EngineHit,
    Found,
    IndexSchema,
    KeywordField,
    TextField,
)
from search_service.engines.embedded import EmbeddedEngine
from search_service.kinds.profile import Profile
from search_service.query.formula import BANDS, Compiled, compile_query
from search_service.query.lexical import KEYWORD_FIELDS, TEXT_FIELDS, LexicalRow, analyse
from search_service.query.nodes import Everything, Keyword, Node
from search_service.query.parse import parse_query

SCHEMA = IndexSchema(
    kind="shelf",
    texts=tuple(TextField(name, positions) for name, positions in TEXT_FIELDS),
    keywords=tuple(KeywordField(name) for name in KEYWORD_FIELDS),
    numbers=(),
)
OWNS = Profile("shelf", priors={"current": 1.0, "upcoming": 0.5})
CITES = Profile("shelf", cites=True)


class Shelf:
    """Rows by id; `synonyms` as (word, meaning, relation)."""

    def __init__(
        self,
        folder: Path,
        rows: Mapping[str, LexicalRow],
        profile: Profile = OWNS,
        synonyms: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        self.rows = rows
        self.profile = profile
        self.synonyms = SynonymTable(synonyms)
        self.engine = EmbeddedEngine(folder)
        self.engine.create(SCHEMA, "shelf-1")
        documents = [_document(place, key, row) for place, (key, row) in enumerate(rows.items())]
        for start in range(0, len(documents), 5_000):
            self.engine.write("shelf-1", documents[start : start + 5_000])
        self.engine.refresh("shelf-1")
        self.engine.publish(SCHEMA, "shelf-1")

    def compiled(self, text: str) -> Compiled:
        return compile_query(parse_query(text), self.profile, self._frequencies, self.synonyms)

    def search(self, text: str, limit: int = 20, narrowed: Node | None = None) -> Found:
        """Hits of every band; the total counts those that have all words."""
        compiled = self.compiled(text)
        ask = Ask(compiled.query, filter=narrowed or Everything(), limit=limit)
        counted = self.engine.search("shelf", replace(ask, query=compiled.strong, limit=0))
        return replace(self.engine.search("shelf", ask), total=counted.total)

    def ids(self, text: str) -> list[str]:
        return [hit.id for hit in self.search(text).hits]

    def bands(self, text: str) -> dict[str, str]:
        """The band of every hit."""
        return {hit.id: band(hit) for hit in self.search(text, limit=len(self.rows)).hits}

    def holds_all_words(self, text: str, key: str) -> bool:
        """Whether a record is in the band of all words or a better one, by count and by score."""
        found = self.search(text, limit=1, narrowed=Keyword(IDENTIFIER, key))
        return found.total == 1 and found.hits[0].score >= BANDS["all_words"]

    def _frequencies(self, field: str, tokens: Sequence[str]) -> Mapping[str, int]:
        return self.engine.frequencies("shelf", field, tokens)


def band(hit: EngineHit) -> str:
    return next(name for name, least in BANDS.items() if hit.score >= least)


def standard(number: str, title: str, abstract: str = "", status: str = "current") -> LexicalRow:
    return LexicalRow(names=(title,), texts=(abstract,), numbers=(number,), flags=(status,))


def _document(place: int, key: str, row: LexicalRow) -> Document:
    """Among equals the newest first."""
    years = [number.year or 0 for cell in row.numbers if (number := parse(cell))]
    lexical = analyse(row)
    return Document(key, 1, f"{9999 - max(years, default=0):04} {place:06}", lexical.texts, lexical.keywords, {})


STANDARDS = {
    number: standard(number, title, status=status)
    for number, title, status in [
        ("GB/T 228.1-2021", "金属材料 拉伸试验 第1部分:室温试验方法", "current"),
        ("GB/T 228.1-2010", "金属材料 拉伸试验 第1部分:室温试验方法", "withdrawn"),
        ("GB/T 228.2-2015", "金属材料 拉伸试验 第2部分:高温试验方法", "current"),
        ("GB/T 228-2002", "金属材料 室温拉伸试验方法", "withdrawn"),
        ("GB/T 13456-2014", "水泥混凝土和建筑砂浆用聚合物", "current"),
        ("GB 13456-2012", "钢铁工业水污染物排放标准", "current"),
        ("GB 1499.2-2024", "钢筋混凝土用钢 第2部分:热轧带肋钢筋", "current"),
        ("GB/T 1499.2-2018", "钢筋混凝土用钢 第2部分:热轧带肋钢筋", "withdrawn"),
        ("GB/T 1499.2-2018E", "钢筋混凝土用钢 第2部分:热轧带肋钢筋(英文版)", "withdrawn"),
        ("GB/T 19001-2016", "质量管理体系 要求", "current"),
        ("GB/T 19001-2008", "质量管理体系 要求", "withdrawn"),
        ("GB/Z 19030-2009", "GB/T 19001—2000的统计技术指南", "current"),
        ("GB/T 19011-2021", "管理体系审核指南", "current"),
        ("JJG 52-2013", "弹性元件式一般压力表、压力真空表和真空表检定规程", "current"),
        ("JJG 98-2019", "机械天平检定规程", "current"),
        ("JJF 1059.1-2012", "测量不确定度评定与表示", "current"),
        ("GBZ 2.1-2019", "工作场所有害因素职业接触限值 第1部分:化学有害因素", "current"),
        ("GB/Z 2.1-1999", "信息交换用汉字编码示例", "withdrawn"),
        ("GB 5009.15-2023", "食品安全国家标准 食品中镉的测定", "current"),
        ("GB 2762-2022", "食品安全国家标准 食品中污染物限量", "current"),
        ("GB/T 31831-2015", "LED室内照明应用技术要求", "current"),
        ("GB/T 26572-2011", "电子电气产品中限用物质的限量要求 RoHS 2.0 检测", "current"),
        ("DB11/T 1234-2015", "排水系统(城镇)运行、维护及安全技术规程", "current"),
        ("DB1112/T 34-2020", "社区服务规范", "current"),
        ("T/CMAM K13-2022", "磁悬浮离心式鼓风机", "current"),
        ("T/CAS 13-2020", "电动汽车充电桩能效 PM2.5 监测", "current"),
        ("Q/07866/02011-2014", "绞盘机 性能要求", "current"),
        ("YBB 00332003", "钠钙玻璃管制口服液体瓶", "current"),
    ]
}
"""Numbers and titles of public standards (some titles bent to hold what a test needs)."""
