"""`python -m incubator_graphql.schema_snapshot [--check]`: writes the schema beside the code, where it is reviewed like code."""

import difflib
import sys
from pathlib import Path

from incubator_graphql.budget import Allowance, Taken
from incubator_graphql.documents import Documents
from incubator_graphql.schema import make_schema

PATH = Path(__file__).parent.parent / "schema.graphql"


class _Free:
    async def take(self, allowance: Allowance, key: str, points: int) -> Taken:
        return Taken(True, allowance.capacity, 0)


def printed() -> str:
    """Return the schema in the schema definition language."""
    return make_schema(_Free(), Documents()).as_str().rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or with `--check` say how it differs."""
    text = printed()
    if "--check" not in arguments:
        PATH.write_text(text, "utf-8")
        return 0
    known = PATH.read_text("utf-8") if PATH.is_file() else ""
    if known == text:
        return 0
    sys.stderr.writelines(difflib.unified_diff(known.splitlines(True), text.splitlines(True), "schema.graphql", "the code"))
    sys.stderr.write("graphql/schema.graphql is not what the code says: run `make schema`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
