"""Bringing files in."""

import strawberry

from incubator.importing import service
from incubator.kernel.actor import Grant
from incubator.kernel.errors import Stale
from incubator_graphql.fields import Info, Payload, granted, mutation
from incubator_graphql.ids import decode
from incubator_graphql.importing.types import IMPORT_BATCHES, ImportBatch, ImportKind
from incubator_graphql.nodes import one, shown
from incubator_graphql.outputs import given, value
from incubator_graphql.scalars import Base64

IMPORTS = granted(Grant.IMPORT_DATA)


@given
class PreviewImportInput:
    """A CSV file in UTF-8."""

    kind: ImportKind
    file_name: str
    content: Base64


@given
class ApplyImportInput:
    """The previewed file to apply, as it was seen."""

    import_batch_id: strawberry.ID
    expected_version: int | None = None


@value
class PreviewImportPayload(Payload):
    """What the file would do."""

    import_batch: ImportBatch | None = None


@value
class ApplyImportPayload(Payload):
    """What the file did."""

    import_batch: ImportBatch | None = None


@strawberry.type
class ImportingMutation:
    """Bringing files in."""

    @mutation(IMPORTS)
    async def preview_import(self, info: Info, input: PreviewImportInput) -> PreviewImportPayload:
        """Read a file and tell what it would do; nothing of it is applied. A file with wrong rows is kept as rejected, with every error."""
        batch_id = await service.preview(info.context.actor, input.kind.value, input.file_name, input.content)
        return PreviewImportPayload(import_batch=await shown(info, IMPORT_BATCHES, batch_id, ImportBatch.of))

    @mutation(IMPORTS)
    async def apply_import(self, info: Info, input: ApplyImportInput) -> ApplyImportPayload:
        """Apply a previewed file: all its rows or none, once."""
        batch_id = decode(input.import_batch_id, "ImportBatch", "input", "importBatchId")
        if input.expected_version is not None:
            seen = await one(info, IMPORT_BATCHES, batch_id)
            if seen.version != input.expected_version:
                raise Stale(current_version=seen.version, path=("input", "expectedVersion"))
            info.context.become(info.context.actor)
        await service.apply(info.context.actor, batch_id)
        return ApplyImportPayload(import_batch=await shown(info, IMPORT_BATCHES, batch_id, ImportBatch.of))
