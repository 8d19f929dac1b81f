"""Check 3 over structure: phrases, cells, limitations, plans (docs/matching.md, Subject)."""

from dataclasses import replace

from tests.matching.reference.things import Cell, Clause, Item, Member, Row, World

AGREE, SIMILAR, DIFFER = "agree", "similar", "differ"
EVERYTHING = {"全部参数", "全部项目", "全项", "全参数", "所有参数"}
PROVEN_BY_ROWS = {"testing", "inspection", "verification", "calibration", "assessment"}


def names(word: str, world: World) -> set[str]:
    """The word and all its `same` names."""
    found = {word}
    while True:
        more = {
            other
            for link in world.links
            if link.relation == "same"
            for one, other in ((link.word, link.meaning), (link.meaning, link.word))
            if one in found
        }
        if more <= found:
            return found
        found |= more


def upwards(word: str, world: World) -> set[str]:
    """The word, its names, their parents, and so on: whatever is this or broader."""
    found = names(word, world)
    while True:
        parents = {link.meaning for link in world.links if link.relation == "narrower" and link.word in found}
        more = {name for parent in parents for name in names(parent, world)}
        if more <= found:
            return found
        found |= more


def bigrams(word: str) -> set[str]:
    kept = "".join(letter for letter in word if letter.isalnum())
    return {kept[at : at + 2] for at in range(len(kept) - 1)}


def share(one: str, other: str) -> bool:
    """At least two fifths of the shorter one's bigrams."""
    few, many = sorted((bigrams(one), bigrams(other)), key=len)
    return bool(few) and 5 * len(few & many) >= 2 * len(few)


def related(one: str, other: str, world: World) -> bool:
    ours, theirs = names(one, world), names(other, world)
    return any(
        link.relation == "related"
        and ((link.word in ours and link.meaning in theirs) or (link.meaning in ours and link.word in theirs))
        for link in world.links
    )


def compare(offered: str, asked: str, world: World) -> str:
    if offered in upwards(asked, world):
        return AGREE
    if asked in upwards(offered, world) or related(offered, asked, world) or share(offered, asked):
        return SIMILAR
    return DIFFER


def best(found: list[str]) -> str:
    return next(one for one in (AGREE, SIMILAR, DIFFER) if one in found)


def compare_member(member: Member, asked: str, world: World) -> str:
    printed = member.name + member.extra + (f"({member.more})" if member.more else "")
    if member.head:
        halves = [compare_member(replace(member, head=""), asked, world), compare(printed + member.head, asked, world)]
        return SIMILAR if best(halves) != DIFFER else DIFFER
    found = [compare(printed, asked, world)]
    if member.more:
        # The bracket makes a special case of what stands before it.
        bare = compare(member.name, asked, world)
        found.append(SIMILAR if bare == AGREE else bare)
    elif member.extra:
        found.append(compare(member.name, asked, world))
    return best(found)


def compare_cell(cell: Cell, asked: str, world: World) -> str:
    return best([compare_member(member, asked, world) for member in cell.members])


def says_all(cell: Cell) -> bool:
    return any(member.name in EVERYTHING for member in cell.members)


def object_code(row: Row, item: Item, answering: list[tuple[str, ...]] | None, world: World) -> str | None:
    """`answering` holds the titles of the editions that answer where the standard settles, else None."""
    settled = answering is not None
    if not item.object.key or not row.object.members:
        return None if settled else "subject_unknown"
    found = compare_cell(row.object, item.object.key, world)
    if found == DIFFER:
        titles = answering or []
        shown = any(member.name in title for title in titles for member in row.object.members if not member.more)
        return None if shown else "subject_differs"
    return None if found == AGREE else "subject_similar"


def parameter_code(row: Row, item: Item, *, settled: bool, world: World) -> str | None:
    if says_all(row.parameter):
        return None
    if item.parameter.key in EVERYTHING:
        return "subject_similar"
    if not row.parameter.members:
        return None if settled else "subject_unknown"
    if not item.parameter.key:
        return None if settled else "parameter_not_said"
    found = compare_cell(row.parameter, item.parameter.key, world)
    return {AGREE: None, SIMILAR: "subject_similar", DIFFER: "subject_differs"}[found]


def clause_code(clause: Clause, item: Item, world: World) -> str | None:
    """One clause of a limitation against the item's object and parameter."""
    if clause.sort == "none":
        return None
    if clause.sort == "other":
        return "limited"
    asked = [one for one in (item.object.key, item.parameter.key) if one and one not in EVERYTHING]
    found = {word: best([*(compare(word, one, world) for one in asked), DIFFER]) for word in clause.words}
    verdicts = set(found.values())
    if AGREE in verdicts:
        return None if clause.sort == "only" else "limited_out"
    if SIMILAR in verdicts or clause.odd:
        return "limited"
    if len(asked) < 2:
        return "limited"
    return "limited_out" if clause.sort == "only" else None


def limit_code(row: Row, item: Item, world: World) -> str | None:
    inner = [cell.clause for cell in (row.object, row.parameter) if cell.clause]
    found = {clause_code(clause, item, world) for clause in (*row.limit.clauses, *inner)}
    return next((code for code in ("limited_out", "limited") if code in found), None)


def plan_code(row: Row, item: Item, world: World) -> str | None:
    """Similar words of a text without a row behind it prove nothing."""
    found = _plan_words(row, item, world)
    if row.service in PROVEN_BY_ROWS:
        return {None: "plan_without_links", "subject_similar": "subject_differs"}.get(found, found)
    return found


def _plan_words(row: Row, item: Item, world: World) -> str | None:
    texts = [row.title.key, row.description.key]
    codes: list[str | None] = [] if item.object.key else ["subject_unknown"]
    for asked in (item.object.key, item.parameter.key):
        if not asked:
            continue
        if any(word in text for word in upwards(asked, world) for text in texts):
            codes.append(None)
        elif any(share(asked, text) for text in texts):
            codes.append("subject_similar")
        else:
            codes.append("subject_differs")
    return next((code for code in ORDER if code in codes), None)


ORDER = (
    "subject_differs",
    "limited_out",
    "subject_unknown",
    "parameter_not_said",
    "subject_similar",
    "limited",
    "plan_without_links",
)


def subject(row: Row, item: Item, answering: list[tuple[str, ...]] | None, world: World) -> str | None:
    if row.kind == "plans":
        return plan_code(row, item, world)
    codes = [object_code(row, item, answering, world), limit_code(row, item, world)]
    if row.kind == "capabilities":
        codes.append(parameter_code(row, item, settled=answering is not None, world=world))
    return next((code for code in ORDER if code in codes), None)
